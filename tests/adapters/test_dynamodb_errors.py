"""What DynamoDB refuses, told as our own errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber

from shared.adapters.dynamodb_client import dynamodb_client
from shared.errors import PermanentError, RetryableError, StaleStateError, WaymarkError
from shared.ports.campaigns import CampaignCommit
from tests.adapters.store_subjects import Stores, dynamo_stores
from tests.builders import ACTOR, NOW, A, a_campaign, a_commit, a_gate
from tests.engines import a_dynamodb_client

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def stub() -> Iterator[tuple[Stubber, Stores]]:
    client = a_dynamodb_client(NOBODY)
    with Stubber(client) as stubber:
        yield stubber, dynamo_stores(client, "state", "effects")


def cancelled(stubber: Stubber, operation: str, *reasons: str) -> None:
    """The next such call is cancelled for these reasons, one for each of its actions."""
    stubber.add_client_error(
        operation,
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(reasons)}]",
        http_status_code=400,
        modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
    )


@pytest.mark.parametrize(
    ("reasons", "error"),
    [
        (("ConditionalCheckFailed", "None", "None"), StaleStateError),
        (("None", "ConditionalCheckFailed", "None"), StaleStateError),
        (("ConditionalCheckFailed", "None", "ConditionalCheckFailed"), StaleStateError),
        (("TransactionConflict", "None", "None"), StaleStateError),
        (("None", "TransactionConflict", "None"), StaleStateError),
        (("None", "TransactionConflict", "ThrottlingError"), StaleStateError),
        (("ThrottlingError", "None", "None"), RetryableError),
        (("None", "None", "ProvisionedThroughputExceeded"), RetryableError),
        (("None", "None", "ConditionalCheckFailed"), PermanentError),
        (("None", "None", "ItemCollectionSizeLimitExceeded"), PermanentError),
        (("ValidationError", "None", "None"), PermanentError),
    ],
)
def test_why_a_save_was_cancelled_says_what_to_do(
    stub: tuple[Stubber, Stores], reasons: tuple[str, ...], error: type[WaymarkError]
) -> None:
    stubber, stores = stub
    cancelled(stubber, "transact_write_items", *reasons)

    with pytest.raises(error) as raised:
        stores.migrations.save(a_commit(before=1, gate=a_gate(1)))

    assert type(raised.value) is error
    assert A in str(raised.value)
    assert raised.value.__cause__ is not None


def test_an_event_that_is_there_already_is_no_race_when_the_gate_did_not_change(stub: tuple[Stubber, Stores]) -> None:
    stubber, stores = stub
    cancelled(stubber, "transact_write_items", "None", "ConditionalCheckFailed")

    with pytest.raises(PermanentError, match=r"airflow-3/alpha is at version 1, but later events are stored"):
        stores.migrations.save(a_commit(before=1))


@pytest.mark.parametrize("reason", ["ConditionalCheckFailed", "TransactionConflict"])
def test_a_campaign_that_lost_a_race_is_stale(stub: tuple[Stubber, Stores], reason: str) -> None:
    stubber, stores = stub
    stubber.add_response("get_item", {})
    cancelled(stubber, "transact_write_items", reason, "None", "None")

    with pytest.raises(StaleStateError):
        stores.campaigns.save(CampaignCommit(1, a_campaign(), ACTOR, NOW))


def test_a_load_during_a_write_is_tried_again(stub: tuple[Stubber, Stores]) -> None:
    stubber, stores = stub
    cancelled(stubber, "transact_get_items", "None", "None", "TransactionConflict")

    with pytest.raises(
        RetryableError, match=r"Could not load airflow-3/alpha: DynamoDB is busy \(TransactionConflict\)"
    ):
        stores.migrations.load(A)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ProvisionedThroughputExceededException", 400, RetryableError),
        ("ThrottlingException", 400, RetryableError),
        ("RequestLimitExceeded", 400, RetryableError),
        ("TransactionInProgressException", 400, RetryableError),
        ("InternalServerError", 500, RetryableError),
        ("ServiceUnavailable", 503, RetryableError),
        ("ResourceNotFoundException", 400, PermanentError),
        ("AccessDeniedException", 400, PermanentError),
        ("ValidationException", 400, PermanentError),
    ],
)
def test_every_call_says_whether_trying_again_helps(
    stub: tuple[Stubber, Stores], code: str, status: int, error: type[WaymarkError]
) -> None:
    stubber, stores = stub
    calls: dict[str, Any] = {
        "transact_write_items": lambda: stores.migrations.save(a_commit()),
        "transact_get_items": lambda: stores.migrations.load(A),
        "query": lambda: list(stores.index.in_campaign("airflow-3")),
        "update_item": lambda: stores.due_times.claim(A, NOW, NOW),
        "get_item": lambda: stores.posted_cards.load(A),
    }
    for operation, call in calls.items():
        stubber.add_client_error(operation, code, "no", http_status_code=status)
        with pytest.raises(error, match=f"Could not .*{code}") as raised:
            call()
        assert type(raised.value) is error


def test_a_dynamodb_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION"):
        monkeypatch.setenv(f"AWS_{name}", "eu-central-1")
    stores = dynamo_stores(dynamodb_client(NOBODY), "state", "effects")

    with pytest.raises(RetryableError, match=r"Could not load airflow-3/alpha: AWS was not reached"):
        stores.migrations.load(A)


def test_a_time_out_is_tried_again(stub: tuple[Stubber, Stores], monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_dynamodb_client(NOBODY)

    def too_slow(**_: object) -> None:
        raise ConnectTimeoutError(endpoint_url=NOBODY)

    client.meta.events.register("before-send.dynamodb", too_slow)
    with pytest.raises(RetryableError, match="ConnectTimeoutError"):
        dynamo_stores(client, "state", "effects").watches.watching("pull_request:1/1")
