"""Alerts over SNS, to a file and to the log: what is sent arrives as it is, and what SNS would refuse is made to fit."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as some
from moto import mock_aws

from shared.adapters.alert_lines import FileAlerts, LoggedAlerts, alerts_in
from shared.adapters.secrets import FixedSecrets
from shared.adapters.sns import LONGEST_SUBJECT, LONGEST_TEXT, SnsAlerts, sns_client, subject_of
from shared.errors import InvalidInputError, PermanentError, RetryableError
from shared.outside import Outside
from shared.settings import Settings
from tests.adapters.queue_subjects import use_local_credentials

REGION = "eu-west-1"
GONE = f"arn:aws:sns:{REGION}:123456789012:gone"


class Subscribed:
    """A topic with a queue behind it."""

    def __init__(self) -> None:
        self.topic = boto3.client("sns", region_name=REGION).create_topic(Name="waymark-alerts")["TopicArn"]
        self._sqs = boto3.client("sqs", region_name=REGION)
        self._queue = self._sqs.create_queue(QueueName="pager")["QueueUrl"]
        boto3.client("sns", region_name=REGION).subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:pager"
        )

    def told(self) -> list[tuple[str, str]]:
        messages = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [(body["Subject"], body["Message"]) for body in bodies]


@pytest.fixture
def subscribed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscribed]:
    use_local_credentials(monkeypatch)
    with mock_aws():
        yield Subscribed()


def test_an_alert_reaches_who_subscribed(subscribed: Subscribed) -> None:
    SnsAlerts(sns_client(subscribed.topic), subscribed.topic).alert("Waymark: nobody answers", "Two lines,\nand an ü.")

    assert subscribed.told() == [("Waymark: nobody answers", "Two lines,\nand an ü.")]


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("x" * 5000, "x" * LONGEST_SUBJECT),
        ("  two\nlines \t here ", "two lines here"),
        ("nobody answers for Übung", "nobody answers for bung"),
        ("\u202e", "Waymark"),
        ("", "Waymark"),
    ],
)
def test_a_subject_is_made_to_fit(subscribed: Subscribed, subject: str, sent: str) -> None:
    SnsAlerts(sns_client(subscribed.topic), subscribed.topic).alert(subject, "text")

    assert subscribed.told() == [(sent, "text")]


@given(some.text(max_size=300))
def test_any_text_is_a_subject_that_sns_takes(text: str) -> None:
    subject = subject_of(text)

    assert 0 < len(subject) <= LONGEST_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()
    assert subject[0] != " "


@pytest.mark.parametrize("text", ["x" * 1_000_000, "ü" * 150_000, ""])
def test_a_text_that_is_too_long_is_cut_and_an_empty_one_is_none(subscribed: Subscribed, text: str) -> None:
    SnsAlerts(sns_client(subscribed.topic), subscribed.topic).alert("s", text)

    ((_, sent),) = subscribed.told()
    assert 0 < len(sent.encode()) <= LONGEST_TEXT
    assert not text or text.startswith(sent)


def test_a_topic_that_is_gone_says_what_to_look_at(subscribed: Subscribed) -> None:
    with pytest.raises(PermanentError, match=rf"Could not publish to the topic {GONE}: AWS answered NotFound"):
        SnsAlerts(sns_client(GONE), GONE).alert("s", "t")


def test_a_service_that_is_away_is_tried_again() -> None:
    class Away:
        def publish(self, **_: Any) -> object:
            raise EndpointConnectionError(endpoint_url="https://sns.example.com")

    with pytest.raises(RetryableError, match="AWS was not reached"):
        SnsAlerts(Away(), GONE).alert("s", "t")


def test_in_the_sandbox_alerts_are_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    assert alerts_in(path) == []
    alerts = Outside(Settings(alert_topic=f"file:{path}"), FixedSecrets({})).alerts
    assert isinstance(alerts, FileAlerts)

    alerts.alert("one", "first\nline")
    alerts.alert("two", "ü")

    assert alerts_in(path) == [{"subject": "one", "text": "first\nline"}, {"subject": "two", "text": "ü"}]


def test_without_a_topic_the_log_says_that_nobody_is_reached(capfd: pytest.CaptureFixture[str]) -> None:
    alerts = Outside(Settings(), FixedSecrets({})).alerts
    assert isinstance(alerts, LoggedAlerts)
    logging.getLogger("cards").handlers.clear()

    alerts.alert("Waymark: nobody answers", "text")

    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert (line["level"], line["alert"], line["subject"], line["text"]) == (
        "WARNING", "escalation", "Waymark: nobody answers", "text",
    )  # fmt: skip


def test_a_topic_of_the_settings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    use_local_credentials(monkeypatch)
    assert isinstance(Outside(Settings(alert_topic=GONE), FixedSecrets({})).alerts, SnsAlerts)


@pytest.mark.parametrize("topic", ["alerts", "arn:aws:sqs:eu-west-1:123456789012:q", "https://example.com", "file:"])
def test_a_setting_that_is_no_topic_is_refused(topic: str) -> None:
    with pytest.raises(InvalidInputError, match="WAYMARK_ALERT_TOPIC"):
        Settings.from_environment({"WAYMARK_ALERT_TOPIC": topic})
    assert Settings.from_environment({"WAYMARK_ALERT_TOPIC": GONE}).alert_topic == GONE
