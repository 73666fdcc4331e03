"""Which events belong to a journey."""

import pytest

from shared.domain.history import hash_of, record
from shared.domain.journey import Journey, began_with, migration_in, order_of
from shared.domain.view import Cause
from state_schema.events import Event, Recorded, StepCompleted, StepRetried, StepStarted
from tests.builders import NOW, A

STEP = {"track": "test", "step": "infra.apply", "attempt": 1}
STARTED = StepStarted.model_validate({**STEP, "digest": "0" * 16})
DONE = StepCompleted.model_validate(STEP)
KEY = f"{A}/test/infra.apply/1"


def recorded(*events: tuple[str, str, Event]) -> list[Recorded]:
    """Each is (signal, what it began with, event)."""
    records: list[Recorded] = []
    for signal, began, event in events:
        records += record([event], len(records), "", Cause(NOW, "timer", signal, began))
    return records


HISTORY = recorded(
    ("act-1", "request-1", STARTED),
    ("report:test/infra.apply/1", "tick-9", DONE),
    ("report:test/infra.apply/2", "tick-9", DONE),
    ("act-2", "request-2", StepRetried.model_validate({**STEP, "attempt": 2})),
    ("parked:blocking:test/infra.apply/2+3", "", DONE),
)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("request-1", [1, 2]),
        ("act-1", [1, 2]),
        ("request-2", [4, 5]),
        ("tick-9", [2, 3]),
        (KEY, [1, 2]),
        ("nothing", []),
        ("", []),
    ],
)
def test_it_is_what_began_with_the_id_and_what_its_orders_led_to(asked: str, numbers: list[int]) -> None:
    journey = Journey({asked})

    assert [one.number for one in journey.steps(A, HISTORY)] == numbers


def test_the_order_of_another_migration_is_another_order() -> None:
    journey = Journey({"nothing"}, {"airflow-3/beta/test/infra.apply/1"})

    assert journey.steps(A, HISTORY) == []


def test_a_later_signal_knows_what_it_began_with() -> None:
    assert began_with("act-1", HISTORY) == {"request-1"}
    assert began_with("parked:blocking:test/infra.apply/2+3", HISTORY) == set()


def test_only_what_begins_work_sends_an_order() -> None:
    assert order_of(A, STARTED) == KEY
    assert order_of(A, DONE) is None


@pytest.mark.parametrize(
    ("asked", "migration"),
    [
        (KEY, A),
        (f"{KEY}+2", A),
        (f"tick:{A}:2026-11-20T10:00:00+00:00", A),
        (f"wake:12:{A}", A),
        ("72d3162e-cc78-11e3-81ab-4c9367dc0958", None),
        ("report:test/infra.apply/1", None),
        ("slack:abc", None),
        ("../../etc/passwd", None),
    ],
)
def test_an_orders_key_and_a_tick_name_their_migration(asked: str, migration: str | None) -> None:
    assert migration_in(asked) == migration


def test_what_it_began_with_is_protected_by_the_hash_and_leaves_older_hashes_as_they_are() -> None:
    (without,) = record([DONE], 0, "", Cause(NOW, "timer", "act-1"))
    (same,) = record([DONE], 0, "", Cause(NOW, "timer", "act-1", "act-1"))
    (other,) = record([DONE], 0, "", Cause(NOW, "timer", "act-1", "request-1"))

    assert (without.correlation, same, other.correlation) == (None, without, "request-1")
    assert hash_of(other.model_copy(update={"correlation": "request-2"})) != other.hash
