"""What every queue takes, drops and refuses."""

import pytest

from shared.adapters.envelope import MAX_BODY
from shared.errors import PermanentError
from shared.names import CARDS, SIGNALS
from shared.ports.queues import Message
from tests.adapters.queue_subjects import EVERY, VERIFY, A, B, Subject
from tests.fakes.clock import FakeClock


@pytest.fixture(params=EVERY)
def on(request: pytest.FixtureRequest) -> Subject:
    return Subject(request.param(request, FakeClock()))


HOSTILE_TEXT = 'a "quoted" <b>&amp;</b> \t line\r\n \\u0000 ünïcødé 漢字 🚀 \u2028 \x7f \u0085'


def test_a_message_comes_out_as_it_was_sent(on: Subject) -> None:
    on.queues.send(SIGNALS, HOSTILE_TEXT, group=A, key="k")

    message = on.one()

    assert (message.body, message.group, message.receives) == (HOSTILE_TEXT, A, 1)


def test_the_largest_message_goes_without_its_correlation_rather_than_not_at_all(on: Subject) -> None:
    on.queues.send(SIGNALS, "x" * MAX_BODY, group=A, key="k", correlation="delivery-1")
    message = on.one()
    assert (len(message.body), message.correlation) == (MAX_BODY, "")
    on.queues.delete(SIGNALS, message)

    room = len("correlation") + len("String") + len("delivery-1")
    on.queues.send(SIGNALS, "x" * (MAX_BODY - room), group=A, key="l", correlation="delivery-1")
    assert on.one().correlation == "delivery-1"


def test_a_standard_queue_knows_no_group_and_no_key(on: Subject) -> None:
    for _ in range(2):
        on.queues.send(VERIFY, "order", group=A, key="same")

    received = on.queues.receive(VERIFY, limit=10)

    assert [(message.body, message.group) for message in received] == [("order", ""), ("order", "")]


def test_a_fifo_queue_drops_a_second_message_with_the_same_key_even_when_the_first_is_done(on: Subject) -> None:
    on.queues.send(SIGNALS, "first", group=A, key="k")
    on.queues.send(SIGNALS, "second", group=A, key="k")
    on.queues.delete(SIGNALS, on.one())

    on.queues.send(SIGNALS, "third", group=B, key="k")

    assert on.receive() == []


def test_a_key_of_another_queue_drops_nothing(on: Subject) -> None:
    on.queues.send(SIGNALS, "signal", group=A, key="k")

    on.queues.send(CARDS, "card", group=A, key="k")

    assert on.receive(CARDS) == ["card"]


@pytest.mark.parametrize("key", ["é" * 300, "two words\n\x00", "\ud800", "k" * 10_000])
def test_a_key_may_be_any_text(on: Subject, key: str) -> None:
    on.queues.send(SIGNALS, "first", group=A, key=key)
    on.queues.send(SIGNALS, "dropped", group=A, key=key)
    on.queues.send(SIGNALS, "other key", group=A, key=key + "!")

    assert on.receive(limit=10) == ["first", "other key"]


@pytest.mark.parametrize("group", ["é" * 10, "two words", "\ud800", "g" * 162])
def test_a_group_may_be_any_text(on: Subject, group: str) -> None:
    on.send("1", "2", group=group)
    on.send("3", group=group + "!")

    assert (on.receive(), on.receive(limit=10)) == (["1"], ["3"])


def test_a_body_of_256_kib_of_utf_8_is_taken_and_one_byte_more_is_refused(on: Subject) -> None:
    largest = "é" * (128 * 1024)
    on.send(largest)

    with pytest.raises(PermanentError) as refused:
        on.send(largest + "x")

    assert str(refused.value) == "The message to signals has 262145 bytes. A queue takes 262144: send less."
    assert on.receive(limit=10) == [largest]


@pytest.mark.parametrize("body", ["", "nul \x00", "bell \x07", "half \ud83d a pair", "\uffff"])
def test_a_body_that_sqs_cannot_carry_is_refused(on: Subject, body: str) -> None:
    with pytest.raises(
        PermanentError, match=r"^The message to signals (is empty|has '.+' at character \d+)\. Send JSON"
    ):
        on.queues.send(SIGNALS, body, group=A, key="k")

    assert on.queues.depth(SIGNALS) == 0


@pytest.mark.parametrize("wrong", [{"group": A}, {"key": "k"}, {"group": A, "key": "k", "delay": 1}])
def test_a_fifo_queue_needs_group_and_key_and_takes_no_delay(on: Subject, wrong: dict[str, object]) -> None:
    with pytest.raises(PermanentError, match="needs a group and a key, and takes no delay"):
        on.queues.send(SIGNALS, "x", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_out_of_range_is_refused(on: Subject, delay: int) -> None:
    with pytest.raises(PermanentError, match=r"Allowed: 0 to 900\."):
        on.queues.send(VERIFY, "x", delay=delay)


@pytest.mark.parametrize("limit", [0, 11])
def test_a_batch_out_of_range_is_refused(on: Subject, limit: int) -> None:
    with pytest.raises(PermanentError, match=r"Ask for 1 to 10\."):
        on.queues.receive(SIGNALS, limit)


def test_a_queue_that_does_not_exist_is_refused(on: Subject) -> None:
    message = Message(id="1", receipt="1:1", body="x", group=A, receives=1)

    for act in (
        lambda: on.queues.send("signal", "x", group=A, key="k"),
        lambda: on.queues.receive("signal"),
        lambda: on.queues.delete("signal", message),
        lambda: on.queues.release("signal", message),
        lambda: on.queues.depth("signal"),
    ):
        with pytest.raises(PermanentError, match=r"^There is no queue 'signal'\. Name one of: cards, cards-dead"):
            act()
