"""What time does to messages, on the queues whose clock is ours to move."""

import pytest

from shared.names import MAX_RECEIVES, SIGNALS, dead_letter_queue
from tests.adapters.queue_subjects import EMBEDDED, VERIFY, VISIBILITY, A, TimedSubject
from tests.fakes.clock import FakeClock


@pytest.fixture(params=EMBEDDED)
def timed(request: pytest.FixtureRequest) -> TimedSubject:
    clock = FakeClock()
    return TimedSubject(request.param(request, clock), clock)


def test_a_message_that_is_not_deleted_in_time_comes_again(timed: TimedSubject) -> None:
    timed.send("1", "2")
    timed.one()

    timed.clock.advance(VISIBILITY - 1)
    assert timed.receive() == []
    timed.clock.advance(1)

    again = timed.one()
    assert (again.body, again.receives) == ("1", 2)


def test_whoever_was_too_slow_does_not_delete_what_another_has_received(timed: TimedSubject) -> None:
    timed.send("1")
    slow = timed.one()
    timed.clock.advance(VISIBILITY)
    timed.one()

    timed.queues.delete(SIGNALS, slow)

    assert timed.queues.depth(SIGNALS) == 1


def test_a_worker_that_dies_each_time_makes_a_dead_letter(timed: TimedSubject) -> None:
    timed.send("poison", "2")
    for _ in range(MAX_RECEIVES):
        assert timed.receive() == ["poison"]
        timed.clock.advance(VISIBILITY)

    assert timed.receive() == ["2"]
    assert timed.receive(dead_letter_queue(SIGNALS)) == ["poison"]


def test_a_key_is_free_again_after_five_minutes(timed: TimedSubject) -> None:
    timed.queues.send(SIGNALS, "first", group=A, key="k")
    timed.clock.advance(299)
    timed.queues.send(SIGNALS, "dropped", group=A, key="k")
    timed.clock.advance(1)
    timed.queues.send(SIGNALS, "third", group=A, key="k")

    assert timed.receive(limit=10) == ["first", "third"]


def test_a_delayed_message_comes_when_it_is_due(timed: TimedSubject) -> None:
    timed.queues.send(VERIFY, "later", delay=900)
    timed.clock.advance(899)
    assert timed.receive(VERIFY) == []

    timed.clock.advance(1)

    assert timed.receive(VERIFY) == ["later"]


def test_a_message_given_back_with_a_delay_comes_when_it_is_due(timed: TimedSubject) -> None:
    timed.send("1", "2")
    timed.queues.release(SIGNALS, timed.one(), delay=600)
    timed.clock.advance(599)
    assert timed.receive(limit=10) == []

    timed.clock.advance(1)

    assert timed.receive(limit=10) == ["1", "2"]
