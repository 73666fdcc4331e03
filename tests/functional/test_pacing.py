"""A new message waits for its channel's turn; updates do not, and a channel that says "wait" is left alone."""

import pytest

from shared.app.pacing import PacedWall
from shared.errors import RetryableError
from shared.ports.pace import NotYetError
from tests.fakes.clock import FakeClock
from tests.fakes.pace import FakePace
from tests.fakes.slack import FakeCardChannel

CHANNEL = "C0MIGRATE"


class Street:
    """Two workers, one channel."""

    def __init__(self, every: float = 1.0) -> None:
        self.clock, self.slack, self.pace = FakeClock(), FakeCardChannel(), FakePace()
        self.walls = [PacedWall(self.slack, self.pace, self.clock, every) for _ in range(2)]

    def post(self, card: str, worker: int = 0) -> float:
        """0 where it was posted now, as the card worker does it; else how long it has to wait."""
        wall = self.walls[worker]
        try:
            if wall.find(CHANNEL, card) is None:
                wall.post(CHANNEL, card, "text", [])
        except NotYetError as exc:
            return exc.delay or -1.0
        return 0.0


def test_of_three_cards_at_once_each_waits_for_a_second_of_its_own_whichever_worker_has_it() -> None:
    street = Street()
    assert [street.post("a"), street.post("b", 1), street.post("c")] == [0.0, 1.0, 2.0]
    assert street.slack.acts == ["post"]
    street.clock.advance(1)
    assert [street.post("b"), street.post("c", 1)] == [0.0, 1.0]


def test_whoever_has_to_wait_does_not_read_the_channel_either() -> None:
    street = Street()
    street.post("a")
    street.post("b")
    assert street.slack.reads == ["find"]


def test_an_update_does_not_wait() -> None:
    street = Street()
    street.post("a")
    street.walls[0].update(CHANNEL, "1.0", "new", [])
    assert street.slack.acts == ["post", "update"]


def test_a_message_below_a_card_waits_as_a_card_does() -> None:
    street = Street()
    street.post("a")
    with pytest.raises(NotYetError):
        street.walls[1].post_in_thread(CHANNEL, "1.0", "a@0-4", "text")
    street.clock.advance(1)
    street.walls[0].post_in_thread(CHANNEL, "1.0", "a@0-4", "text")
    assert street.slack.acts == ["post", "post_in_thread"]


def test_other_channels_do_not_wait() -> None:
    street = Street()
    street.post("a")
    street.walls[0].post("C0OTHER", "b", "text", [])
    assert street.slack.acts == ["post", "post"]


def test_a_channel_that_is_limited_is_held_for_as_long_as_slack_says() -> None:
    street = Street()
    street.slack.refusals["post"] = RetryableError("Slack limits our rate.", 30)
    with pytest.raises(RetryableError, match="limits our rate"):
        street.post("a")
    street.slack.refusals.clear()
    assert [street.post("a"), street.post("b", 1)] == [30.0, 31.0]


def test_a_turn_that_was_found_unneeded_is_not_used_for_another_message_much_later() -> None:
    street = Street()
    street.post("a")
    street.clock.advance(5)
    street.walls[0].find(CHANNEL, "a")
    street.clock.advance(60)
    street.walls[1].post(CHANNEL, "b", "text", [])
    with pytest.raises(NotYetError):
        street.walls[0].post(CHANNEL, "a", "text", [])


def test_without_a_pace_nothing_waits() -> None:
    street = Street(every=0.0)
    assert [street.post(card) for card in "abc"] == [0.0, 0.0, 0.0]
    assert street.pace.next == {}
