"""What the stored effects do beyond the contract: a restart, a store that fails, a report that is too big."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.stub import Stubber
from sqlalchemy import Engine

from shared.adapters.effects import DynamoIdempotency, PowertoolsEffects
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_idempotency import SqlIdempotency
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from state_schema.signals import Succeeded
from tests.adapters.test_effects_contract import KEY, Acts, dynamo_layer, kill_in
from tests.engines import a_dynamodb_client

OTHER = KEY + "+1"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(str(tmp_path / "effects.db"))
    yield engine
    engine.dispose()


def test_at_a_restart_claims_are_given_back_and_reports_are_kept(engine: Engine) -> None:
    before, act = PowertoolsEffects(SqlIdempotency(engine), lease=300), Acts()
    before.once(OTHER, act)
    kill_in(before, KEY)
    layer = SqlIdempotency(engine)

    assert (layer.release_claims(), layer.release_claims()) == (1, 0)

    after = PowertoolsEffects(layer, lease=300)
    assert (after.once(KEY, act), after.once(OTHER, act), act.done) == (act.report, act.report, 2)


def test_whoever_outlives_its_lease_and_fails_does_not_undo_what_another_has_done(engine: Engine) -> None:
    layer, act = SqlIdempotency(engine), Acts()

    def too_slow() -> Report:
        PowertoolsEffects(layer, lease=60).once(KEY, act)
        raise RetryableError("too slow")

    with pytest.raises(RetryableError, match="too slow"):
        PowertoolsEffects(layer, lease=-1).once(KEY, too_slow)

    assert (PowertoolsEffects(layer, lease=60).once(KEY, act), act.done) == (act.report, 1)


def test_a_forgotten_record_may_be_claimed_again(engine: Engine) -> None:
    effects, act = PowertoolsEffects(SqlIdempotency(engine), lease=60), Acts()
    effects.once(KEY, act)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE effects SET expiration = 1")

    assert (effects.once(KEY, act), act.done) == (act.report, 2)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ProvisionedThroughputExceededException", 400, RetryableError),
        ("InternalServerError", 500, RetryableError),
        ("ResourceNotFoundException", 400, PermanentError),
        ("AccessDeniedException", 400, PermanentError),
    ],
)
def test_a_store_that_fails_is_told_in_our_words_and_nothing_is_done(
    code: str, status: int, expected: type[Exception]
) -> None:
    client, act = a_dynamodb_client("http://127.0.0.1:1"), Acts()
    with Stubber(client) as stubber:
        stubber.add_client_error("put_item", code, "said AWS.", http_status_code=status)
        with pytest.raises(expected, match=f"^Could not remember {KEY}: AWS answered {code}"):
            PowertoolsEffects(DynamoIdempotency(client, "effects"), lease=60).once(KEY, act)

    assert act.done == 0


def test_a_locked_file_is_retryable(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.dispose()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    holder = open_engine(str(tmp_path / "effects.db"))

    with holder.begin(), pytest.raises(RetryableError, match=r"^the database is busy"):
        PowertoolsEffects(SqlIdempotency(engine), lease=60).once(KEY, Acts())
    holder.dispose()


@pytest.mark.engine
def test_a_report_that_dynamodb_cannot_hold_is_permanent(request: pytest.FixtureRequest) -> None:
    beyond_the_bound = tuple(f"{number:0200}" for number in range(5000))
    huge = Succeeded.model_construct(kind="succeeded", outputs={}, choices=beyond_the_bound)

    with pytest.raises(PermanentError, match=f"^Could not remember {KEY}: AWS answered ValidationException"):
        PowertoolsEffects(dynamo_layer("ministack", request), lease=60).once(KEY, Acts(huge))
