"""The batch of `post_comment`: one answer a message."""

from typing import TYPE_CHECKING, Any

from shared.adapters.batch import take_batch
from shared.adapters.worker_logging import worker_logger
from shared.app.comment import post_comment
from shared.bootstrap import Composition
from state_schema.orders import ReplyMessage

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def take_comments(event: dict[str, Any], composition: Composition) -> dict[str, Any]:
    """Answers which messages of the SQS batch failed."""
    outside, log = composition.outside, worker_logger("comments")

    def take(record: "SQSRecord") -> None:
        message = ReplyMessage.model_validate_json(record.body)
        to = message.reply_to.comment
        told = {"comment": to.comment_id if to else None, "outcome": post_comment(message, comments=outside.comments)}
        log.info("comment", extra=told)

    return take_batch(event, take, log)
