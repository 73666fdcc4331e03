"""What the SQS adapter does beyond the contract: its queues, its errors, what it imports."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, NoCredentialsError, NoRegionError
from botocore.stub import Stubber

from sandbox.emulator import free_port
from shared.adapters.aws_errors import translated
from shared.adapters.sqs import SqsQueues, sqs_client
from shared.adapters.sqs_queues_setup import create_queues
from shared.errors import PermanentError, RetryableError
from shared.names import SIGNALS
from shared.ports.queues import Message
from tests.adapters.queue_subjects import use_local_credentials

MESSAGE = Message(id="1", receipt="r", body="x", group="g", receives=1)
CALLS: list[tuple[str, Callable[[SqsQueues], object]]] = [
    ("send_message", lambda queues: queues.send(SIGNALS, "x", group="g", key="k")),
    ("receive_message", lambda queues: queues.receive(SIGNALS)),
    ("delete_message", lambda queues: queues.delete(SIGNALS, MESSAGE)),
    ("change_message_visibility", lambda queues: queues.release(SIGNALS, MESSAGE)),
    ("get_queue_attributes", lambda queues: queues.depth(SIGNALS)),
]

pytestmark = pytest.mark.usefixtures("_credentials")


@pytest.fixture(name="_credentials")
def _local_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_local_credentials(monkeypatch)


def answering(call: str, code: str, status: int) -> SqsQueues:
    client = sqs_client("http://127.0.0.1:1")
    stubber = Stubber(client)
    stubber.add_client_error(call, code, "said AWS.", http_status_code=status)
    stubber.activate()
    return SqsQueues(client, "http://127.0.0.1:1/000000000000/")


@pytest.mark.parametrize(("call", "act"), CALLS)
@pytest.mark.parametrize(
    ("code", "status"), [("RequestThrottled", 400), ("InternalError", 500), ("", 503), ("ExpiredToken", 403)]
)
def test_what_passes_by_itself_is_retryable(call: str, act: Callable[[SqsQueues], Any], code: str, status: int) -> None:
    with pytest.raises(RetryableError, match=r"^Could not .+ AWS answered .*\. Try again\.$"):
        act(answering(call, code, status))


@pytest.mark.parametrize(("call", "act"), CALLS)
@pytest.mark.parametrize("code", ["AccessDenied", "AWS.SimpleQueueService.NonExistentQueue", "InvalidMessageContents"])
def test_what_a_person_must_change_is_permanent(call: str, act: Callable[[SqsQueues], Any], code: str) -> None:
    with pytest.raises(PermanentError, match=r"^Could not .+ said AWS\. Check that it exists and may be used\.$"):
        act(answering(call, code, 400))


@pytest.mark.parametrize(
    "code",
    ["ReceiptHandleIsInvalid", "InvalidParameterValue", "AWS.SimpleQueueService.MessageNotInflight"],
)
def test_a_receipt_that_is_no_longer_good_is_no_error(code: str) -> None:
    answering("delete_message", code, 400).delete(SIGNALS, MESSAGE)
    answering("change_message_visibility", code, 400).release(SIGNALS, MESSAGE)


def test_a_queue_that_cannot_be_reached_is_retryable() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(RetryableError) as failed:
        SqsQueues(sqs_client(url), f"{url}/000000000000/").send(SIGNALS, "x", group="g", key="k")

    assert str(failed.value) == (
        "Could not send to the queue signals: AWS was not reached (EndpointConnectionError). Try again."
    )


@pytest.mark.parametrize("wrong", [NoCredentialsError(), NoRegionError()])
def test_a_wrong_setup_is_permanent(wrong: BotoCoreError) -> None:
    error = translated(wrong, "send to the queue signals")

    assert (type(error), str(error)) == (
        PermanentError,
        f"Could not send to the queue signals: {wrong}. Check the region, the credentials and the arguments.",
    )


@pytest.mark.engine
def test_queues_are_made_once_with_a_dead_letter_queue_each(ministack: str) -> None:
    client = sqs_client(ministack)

    prefix = create_queues(client, name_prefix="made-once-", visibility=45)

    assert create_queues(client, name_prefix="made-once-", visibility=45) == prefix
    attributes = client.get_queue_attributes(QueueUrl=f"{prefix}signals.fifo", AttributeNames=["All"])["Attributes"]
    redrive = json.loads(attributes["RedrivePolicy"])
    assert (attributes["VisibilityTimeout"], attributes["FifoQueue"], redrive) == (
        "45",
        "true",
        {
            "deadLetterTargetArn": "arn:aws:sqs:eu-central-1:000000000000:made-once-signals-dead.fifo",
            "maxReceiveCount": 5,
        },
    )


def test_a_door_that_sends_loads_nothing_slow() -> None:
    program = "import sys, shared.adapters.sqs, shared.adapters.secrets; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()

    slow = {"pydantic", "sqlalchemy", "aws_lambda_powertools", "github", "slack_sdk", "requests", "state_schema"}
    assert slow.isdisjoint(loaded)
