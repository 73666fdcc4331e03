"""How every queue delivers: order, blocking, receipts, dead letters."""

import pytest

from shared import names
from shared.names import CARDS, MAX_RECEIVES, SIGHTINGS, SIGNALS, dead_letter_queue
from tests.adapters.queue_subjects import EVERY, VERIFY, A, B, Subject
from tests.fakes.clock import FakeClock


@pytest.fixture(params=EVERY)
def on(request: pytest.FixtureRequest) -> Subject:
    return Subject(request.param(request, FakeClock()))


def test_an_empty_queue_gives_nothing_at_once(on: Subject) -> None:
    assert on.receive() == []


def test_each_queue_holds_its_own_messages(on: Subject) -> None:
    for queue in names.QUEUES:
        on.send(f"for {queue}", queue=queue)

    assert {queue: on.receive(queue, limit=10) for queue in names.QUEUES} == {
        queue: [f"for {queue}"] for queue in names.QUEUES
    }


def test_a_deleted_message_is_gone(on: Subject) -> None:
    on.send("once")

    on.queues.delete(SIGNALS, on.one())

    assert (on.receive(), on.queues.depth(SIGNALS)) == ([], 0)


def test_deleting_twice_is_harmless(on: Subject) -> None:
    on.send("first", "second")
    message = on.one()

    on.queues.delete(SIGNALS, message)
    on.queues.delete(SIGNALS, message)

    assert (on.receive(), on.queues.depth(SIGNALS)) == (["second"], 1)


def test_a_group_keeps_its_order(on: Subject) -> None:
    on.send("1", "2", "3")
    seen = []

    for _ in range(3):
        message = on.one()
        seen.append(message.body)
        on.queues.delete(SIGNALS, message)

    assert seen == ["1", "2", "3"]


def test_a_message_in_flight_blocks_its_group_and_no_other(on: Subject) -> None:
    on.send("a1", "a2", group=A)
    on.send("b1", group=B)

    first = on.one()

    assert (first.body, on.receive(limit=10), on.receive(limit=10)) == ("a1", ["b1"], [])
    on.queues.delete(SIGNALS, first)
    assert on.receive(limit=10) == ["a2"]


def test_one_batch_may_hold_several_of_a_group_in_their_order(on: Subject) -> None:
    on.send("a1", "a2", "a3", group=A)

    assert on.receive(limit=2) == ["a1", "a2"]
    assert on.receive(limit=2) == []


def test_a_standard_queue_is_never_blocked(on: Subject) -> None:
    on.send("1", "2", queue=VERIFY)

    assert sorted(on.receive(VERIFY) + on.receive(VERIFY)) == ["1", "2"]


def test_a_released_message_comes_again_before_its_successors(on: Subject) -> None:
    on.send("1", "2")

    on.queues.release(SIGNALS, on.one())

    again = on.one()
    assert (again.body, again.receives) == ("1", 2)


def test_a_message_released_with_a_delay_stays_hidden_and_blocks_its_group(on: Subject) -> None:
    on.send("1", "2")

    on.queues.release(SIGNALS, on.one(), delay=600)

    assert (on.receive(limit=10), on.queues.depth(SIGNALS)) == ([], 2)


def test_an_old_receipt_deletes_and_releases_nothing(on: Subject) -> None:
    on.send("1")
    old = on.one()
    on.queues.release(SIGNALS, old)
    on.one()

    on.queues.release(SIGNALS, old)
    on.queues.delete(SIGNALS, old)

    assert (on.receive(), on.queues.depth(SIGNALS)) == ([], 1)


def test_the_receipt_of_a_deleted_message_fits_no_later_one(on: Subject) -> None:
    on.send("1")
    old = on.one()
    on.queues.delete(SIGNALS, old)
    on.send("2")
    on.one()

    on.queues.delete(SIGNALS, old)

    assert on.queues.depth(SIGNALS) == 1


def test_the_receipt_of_one_queue_is_worth_nothing_on_another(on: Subject) -> None:
    on.send("for cards", queue=CARDS)
    message = on.one(CARDS)

    on.queues.delete(SIGNALS, message)

    assert on.queues.depth(CARDS) == 1


@pytest.mark.parametrize("queue", [SIGNALS, VERIFY])
def test_after_its_last_receive_a_message_is_found_in_the_dead_letter_queue(on: Subject, queue: str) -> None:
    on.send("poison", queue=queue)

    on.exhaust(queue)

    assert on.receive(queue) == []
    assert (on.queues.depth(queue), on.queues.depth(dead_letter_queue(queue))) == (0, 1)
    dead = on.one(dead_letter_queue(queue))
    assert (dead.body, dead.group) == ("poison", A if queue == SIGNALS else "")


def test_a_dead_letter_unblocks_its_group(on: Subject) -> None:
    on.send("poison", "2", "3")

    on.exhaust()

    assert on.receive(limit=10) == ["2", "3"]


def test_a_dead_letter_queue_has_no_further_one(on: Subject) -> None:
    on.send("poison")
    on.exhaust()
    assert on.receive() == []

    for _ in range(MAX_RECEIVES + 1):
        on.queues.release(dead_letter_queue(SIGNALS), on.one(dead_letter_queue(SIGNALS)))

    on.queues.delete(dead_letter_queue(SIGNALS), on.one(dead_letter_queue(SIGNALS)))
    assert on.queues.depth(dead_letter_queue(SIGNALS)) == 0


def test_a_delayed_message_is_counted_and_not_yet_received(on: Subject) -> None:
    on.queues.send(VERIFY, "later", delay=900)

    assert (on.receive(VERIFY), on.queues.depth(VERIFY)) == ([], 1)


def test_depth_counts_visible_and_in_flight(on: Subject) -> None:
    on.send("1", "2", "3")

    on.one()

    assert (on.queues.depth(SIGNALS), on.queues.depth(SIGHTINGS)) == (3, 0)


DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


@pytest.mark.parametrize("queue", [SIGNALS, VERIFY])
def test_what_it_all_began_with_travels_beside_the_body_as_far_as_the_dead_letters(on: Subject, queue: str) -> None:
    on.queues.send(queue, "body", group=A, key="a key", correlation=DELIVERY)

    for _ in range(MAX_RECEIVES):
        message = on.one(queue)
        assert (message.body, message.correlation) == ("body", DELIVERY)
        on.queues.release(queue, message)

    assert on.receive(queue) == []
    dead = on.one(dead_letter_queue(queue))
    assert (dead.body, dead.correlation) == ("body", DELIVERY)
    on.queues.delete(dead_letter_queue(queue), dead)
    assert on.queues.depth(dead_letter_queue(queue)) == 0


@pytest.mark.parametrize("hostile", ["", "two words", "x" * 201, "line\nbreak", "\x00", "\ud800", "ü"])
def test_one_that_cannot_be_sent_is_left_out_and_the_message_goes(on: Subject, hostile: str) -> None:
    on.queues.send(SIGNALS, "body", group=A, key=f"key of {hostile!r}", correlation=hostile)

    message = on.one()

    assert (message.body, message.correlation) == ("body", "")
    on.queues.delete(SIGNALS, message)


def test_it_makes_no_other_message_of_the_same_key(on: Subject) -> None:
    on.queues.send(SIGNALS, "body", group=A, key="the same", correlation="one")
    on.queues.send(SIGNALS, "body", group=A, key="the same", correlation="other")

    assert [message.correlation for message in on.queues.receive(SIGNALS, 10)] == ["one"]
