"""What a person reads in the mock Slack, also where a message has changed since."""

from dataclasses import replace

from sandbox.slack.reading import Reader
from sandbox.slack.workspace import Message

CARD = Message("C0MIGRATE", "1.000001", "B0BOT", "*Review* and merge")


def test_a_message_that_changed_is_read_anew() -> None:
    read = Reader()

    assert read(CARD) == "Review and merge"
    assert read(replace(CARD, text="Merged &amp; done")) == "Merged & done"
    assert read(CARD) == "Review and merge"


def test_a_message_of_the_same_moment_in_another_channel_is_another_one() -> None:
    read = Reader()

    assert read(CARD) == "Review and merge"
    assert read(replace(CARD, channel="C0OTHER", text="Elsewhere")) == "Elsewhere"
