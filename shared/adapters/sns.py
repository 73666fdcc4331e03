"""Alerts through an SNS topic, whose subscribers are e-mail addresses, pagers and queues."""

from typing import Final, Protocol, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.aws_errors import translated

# A second publish is a second e-mail, so nothing is repeated here: the queue tries again.
CLIENT: Final = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
LONGEST_SUBJECT: Final = 99
"""Characters (API reference, Publish): fewer than 100, ASCII, without line breaks, the first one no space."""
LONGEST_TEXT: Final = 200_000
"""Bytes; the message takes 256 KiB, and its attributes need room too."""


class Topics(Protocol):
    """What is needed of boto3's client, whose own stubs are not installed."""

    def publish(self, *, TopicArn: str, Subject: str, Message: str) -> object:  # noqa: N803 - AWS's names
        """ClientError or BotoCoreError where it fails."""
        ...


def sns_client(topic: str, endpoint: str | None = None) -> Topics:
    """A client for the region of the topic; the endpoint is boto3's own choice (`AWS_ENDPOINT_URL`) where none is given."""
    made = boto3.client("sns", region_name=topic.split(":")[3], endpoint_url=endpoint, config=CLIENT)
    return cast("Topics", made)


class SnsAlerts:
    """Implements Alerts. `topic` is the ARN of a standard topic."""

    def __init__(self, client: Topics, topic: str) -> None:
        self._client = client
        self._topic = topic

    def alert(self, subject: str, text: str) -> None:
        """Whatever SNS refuses in a subject is left out of it; the text is cut where it is too long."""
        message = text.encode()[:LONGEST_TEXT].decode(errors="ignore") or "(no text)"
        try:
            self._client.publish(TopicArn=self._topic, Subject=subject_of(subject), Message=message)
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"publish to the topic {self._topic}") from exc


def subject_of(text: str) -> str:
    """The text as SNS takes it for a subject."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text if letter.isascii())
    return " ".join(shown.split())[:LONGEST_SUBJECT].rstrip() or "Waymark"
