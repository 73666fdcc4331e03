"""The batch of `post_checkpoint`: one card, digest, reminder, answer or modal a message."""

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from functions.skills.post_checkpoint.posting import poster
from shared import names
from shared.adapters.batch import receives, take_batch
from shared.adapters.slack_alerts import slack_alerts
from shared.adapters.worker_logging import worker_logger
from shared.bootstrap import Composition
from shared.ports.queues import Inbox, Message
from state_schema.orders import CARDS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def take_cards(event: dict[str, Any], composition: Composition) -> dict[str, Any]:
    """Answers which messages of the SQS batch failed.

    What Slack refuses or cannot take now stays in the queue; an alarm counts the lines whose `alert` is `slack`.
    """
    log = worker_logger("cards")
    post = poster(composition)

    def take(record: "SQSRecord") -> None:
        message = CARDS.validate_json(record.body)
        with slack_alerts(log, message.kind, receives(record)):
            outcome = post(message)
        log.info("card", extra={"kind": message.kind, "outcome": outcome})

    return take_batch(event, take, log, later=partial(_show_again, composition.engine.inbox))


def _show_again(inbox: Inbox, record: "SQSRecord", delay: float) -> None:
    group = record.attributes.message_group_id or ""
    message = Message(record.message_id, record.receipt_handle, record.body, group, receives(record))
    inbox.release(names.CARDS, message, ceil(delay))
