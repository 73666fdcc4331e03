"""What every implementation of Effects does: in memory, on SQLite, and on DynamoDB (ministack, DynamoDB Local)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest

from shared.adapters.effects import DynamoIdempotency, KeyedByOrder, PowertoolsEffects
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_idempotency import SqlIdempotency
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Effects, Report
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.adapters.simulated_subjects import simulated_effects
from tests.engines import a_dynamodb_client
from tests.fakes.effects import FakeEffects

KEY = "airflow-3/email.notifications/test/infra.pull_request/1"
NINETY_DAYS = 90 * 24 * 3600
_tables = count(1)


class KilledError(BaseException):
    """Like a kill -9 in the middle of an act: nothing of ours is told."""


@dataclass
class Acts:
    """An act that counts how often it was done."""

    report: Report = field(default_factory=lambda: Succeeded(outputs={"number": 7}))
    done: int = 0

    def __call__(self) -> Report:
        self.done += 1
        return self.report


def sqlite_layer(request: pytest.FixtureRequest) -> KeyedByOrder:
    path: Path = request.getfixturevalue("tmp_path")
    engine = open_engine(str(path / "effects.db"))
    request.addfinalizer(engine.dispose)
    return SqlIdempotency(engine)


def dynamo_layer(engine: str, request: pytest.FixtureRequest) -> KeyedByOrder:
    client = a_dynamodb_client(request.getfixturevalue(engine))
    table = f"effects-{next(_tables)}"
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoIdempotency(client, table)


STORED = [
    pytest.param(sqlite_layer, id="sqlite"),
    pytest.param(partial(dynamo_layer, "ministack"), id="ministack", marks=pytest.mark.engine),
    pytest.param(
        partial(dynamo_layer, "dynamodb_local"), id="dynamodb-local", marks=[pytest.mark.engine, pytest.mark.network]
    ),
]


@pytest.fixture(params=STORED)
def layer(request: pytest.FixtureRequest) -> KeyedByOrder:
    made: KeyedByOrder = request.param(request)
    return made


IN_MEMORY = [pytest.param(FakeEffects, id="fake"), pytest.param(simulated_effects, id="simulated")]


@pytest.fixture(params=[*IN_MEMORY, *STORED])
def effects(request: pytest.FixtureRequest) -> Effects:
    make = request.param
    return make() if make in {FakeEffects, simulated_effects} else PowertoolsEffects(make(request), lease=60)


def kill_in(effects: Effects, key: str = KEY) -> None:
    def die() -> Report:
        raise KilledError

    with pytest.raises(KilledError):
        effects.once(key, die)


@pytest.mark.parametrize(
    "report",
    [
        Succeeded(
            outputs={"url": "https://github.com/acme/infrastructure/pull/7?a=<b>&c=ü", "number": 7, "draft": False}
        ),
        Succeeded(choices=("dag_a", "dag_b")),
        Succeeded(),
        Pending(watches=("workflow_run:1/2",), outputs={"run": 2}),
        Progressed(done=4, total=10, cursor="item-5"),
        Failed(category="blocking", reason="ImagePullBackOff: \u2028 漢字 🚀", code="deploy_failed"),
        Failed(category="transient", reason="busy", retry_at=datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)),
    ],
    ids=lambda report: report.kind,
)
def test_what_came_of_a_key_is_remembered_and_not_done_again(effects: Effects, report: Report) -> None:
    act = Acts(report)

    assert (effects.once(KEY, act), effects.once(KEY, act), act.done) == (report, report, 1)


def test_another_attempt_has_another_key_and_is_done(effects: Effects) -> None:
    act = Acts(Failed(category="transient", reason="busy"))

    for attempt in ("1", "2", "2+1"):
        effects.once(KEY[:-1] + attempt, act)

    assert act.done == 3


@pytest.mark.parametrize("error", [RetryableError("down", delay=7), PermanentError("no"), ZeroDivisionError("a bug")])
def test_an_act_that_raises_gives_its_claim_back_and_the_error_passes(effects: Effects, error: Exception) -> None:
    def fail() -> Report:
        raise error

    with pytest.raises(type(error)) as passed:
        effects.once(KEY, fail)

    assert passed.value is error
    assert effects.once(KEY, Acts()) == Acts().report


def test_a_claim_of_another_worker_is_respected(effects: Effects) -> None:
    intruder = Acts()

    def while_it_is_done() -> Report:
        with pytest.raises(RetryableError) as refused:
            effects.once(KEY, intruder)
        assert str(refused.value) == f"Another worker is doing {KEY}. Try again."
        return Succeeded()

    assert (effects.once(KEY, while_it_is_done), intruder.done) == (Succeeded(), 0)


def test_an_act_may_be_any_callable(effects: Effects) -> None:
    assert effects.once(KEY, partial(Acts, Succeeded())()) == Succeeded()


def test_the_claim_of_a_killed_worker_holds_until_its_lease_is_over(layer: KeyedByOrder) -> None:
    act = Acts()
    kill_in(PowertoolsEffects(layer, lease=60))

    with pytest.raises(RetryableError, match="Another worker"):
        PowertoolsEffects(layer, lease=60).once(KEY, act)

    assert act.done == 0


def test_the_claim_of_a_killed_worker_is_taken_when_its_lease_is_over(layer: KeyedByOrder) -> None:
    kill_in(PowertoolsEffects(layer, lease=-1))
    effects, act = PowertoolsEffects(layer, lease=60), Acts()

    assert (effects.once(KEY, act), effects.once(KEY, act), act.done) == (act.report, act.report, 1)


def test_of_many_that_race_for_a_key_one_acts_and_all_learn_its_report(layer: KeyedByOrder) -> None:
    racers, keys = 8, [f"{KEY}+{part}" for part in range(1, 6)]
    barrier, acts = Barrier(racers), {key: Acts() for key in keys}
    effects = PowertoolsEffects(layer, lease=60)

    def race(_: int) -> list[Report]:
        barrier.wait()
        return [_insist(effects, key, acts[key]) for key in keys]

    with ThreadPoolExecutor(racers) as pool:
        learnt = list(pool.map(race, range(racers)))

    assert {key: act.done for key, act in acts.items()} == dict.fromkeys(keys, 1)
    assert learnt == [[Acts().report] * len(keys)] * racers


def test_a_record_has_the_order_key_for_its_key_and_is_kept_for_ninety_days(layer: KeyedByOrder) -> None:
    began = int(time.time())

    PowertoolsEffects(layer, lease=60).once(KEY, Acts())

    record = layer._get_record(KEY)
    assert (record.idempotency_key, record.status) == (KEY, "COMPLETED")
    assert record.expiry_timestamp is not None
    assert began <= record.expiry_timestamp - NINETY_DAYS <= int(time.time())


def _insist(effects: Effects, key: str, act: Callable[[], Report]) -> Report:
    while True:
        try:
            return effects.once(key, act)
        except RetryableError:
            continue


def test_how_far_a_key_has_come_is_told_without_touching_it(effects: Effects) -> None:
    assert effects.claim(KEY) == "none"

    def looking() -> Report:
        assert effects.claim(KEY) == "held"
        return Succeeded()

    effects.once(KEY, looking)
    assert effects.claim(KEY) == "reported"
    assert effects.claim(f"{KEY}+1") == "none"


def test_a_claim_that_was_given_back_is_none(effects: Effects) -> None:
    def fail() -> Report:
        raise RetryableError("busy")

    with pytest.raises(RetryableError):
        effects.once(KEY, fail)
    assert effects.claim(KEY) == "none"


def test_a_claim_whose_worker_has_died_and_whose_lease_is_over_is_held_all_the_same(layer: KeyedByOrder) -> None:
    effects = PowertoolsEffects(layer, lease=-1.0)
    kill_in(effects)

    assert effects.claim(KEY) == "held"
