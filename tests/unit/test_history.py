"""The audit: numbered events, each carrying the hash of the one before, so that none can be changed, dropped or put between."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.domain.history import fold, hash_of, record
from shared.domain.view import Cause
from shared.messages.audit_rows import COLUMNS, Row, cells
from state_schema.campaign import Resource
from state_schema.events import Event, MigrationCreated, MigrationStarted, Recorded, TrackStarted

CAUSE = Cause(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "slack:T0ACME/U_OPERATOR", "act-1")
LATER = Cause(datetime(2026, 11, 23, 9, 31, tzinfo=UTC), "observer", "observed-1")
EVENTS: tuple[Event, ...] = (
    MigrationCreated(campaign="airflow-3", resource=Resource(id="r1"), plan="airflow-3@1", environments=("test",)),
    MigrationStarted(),
    TrackStarted(track="test"),
)


def a_history() -> tuple[Recorded, ...]:
    """Three events of two signals."""
    first = record(EVENTS[:2], 0, "", CAUSE)
    return (*first, *record(EVENTS[2:], 2, first[-1].hash, LATER))


def is_whole(history: Sequence[Recorded]) -> bool:
    number, tail = 0, ""
    for number, one in enumerate(history, start=1):
        if (one.number, one.previous, one.hash) != (number, tail, hash_of(one)):
            return False
        tail = one.hash
    return number > 0


def test_each_event_has_the_next_number_its_cause_and_the_hash_of_the_one_before() -> None:
    history = a_history()

    assert [one.number for one in history] == [1, 2, 3]
    assert [one.previous for one in history] == ["", history[0].hash, history[1].hash]
    assert [one.event for one in history] == list(EVENTS)
    assert [(one.at, one.actor, one.signal) for one in history] == [
        (CAUSE.at, CAUSE.actor, CAUSE.signal),
        (CAUSE.at, CAUSE.actor, CAUSE.signal),
        (LATER.at, LATER.actor, LATER.signal),
    ]
    assert len({one.hash for one in history}) == 3
    assert is_whole(history)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "slack:T0ACME/U_STRANGER"},
        {"at": LATER.at},
        {"signal": "act-2"},
        {"event": TrackStarted(track="prod")},
        {"previous": "0" * 64},
        {"number": 4},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_changed_of_an_event_shows(change: dict[str, object]) -> None:
    first, second, third = a_history()

    assert not is_whole([first, second.model_copy(update=change), third])


def test_an_event_that_is_changed_together_with_its_hash_shows_at_the_next_one() -> None:
    first, second, third = a_history()
    changed = second.model_copy(update={"actor": "slack:T0ACME/U_STRANGER"})

    assert not is_whole([first, changed.model_copy(update={"hash": hash_of(changed)}), third])


def test_an_event_that_is_left_out_or_moved_shows() -> None:
    first, second, third = a_history()

    assert not is_whole([first, third])
    assert not is_whole([second, third])
    assert not is_whole([first, third, second])


def test_the_history_leads_to_the_state() -> None:
    state = fold(a_history())

    assert (state.id, state.version, state.status) == ("airflow-3/r1", 3, "in_progress")
    assert (state.started_by, state.started_at) == (CAUSE.actor, CAUSE.at)
    assert state.changed_at == LATER.at
    with pytest.raises(ValueError, match="no events, no state"):
        fold(())


def test_a_record_made_before_a_field_existed_keeps_its_hash() -> None:
    class AddedLater(Recorded):
        remark: str | None = None

    first = a_history()[0]

    assert hash_of(AddedLater.model_validate(first.model_dump())) == first.hash


def test_a_start_that_was_recorded_before_it_said_what_was_shown_keeps_its_hash() -> None:
    stored = {
        "schema_version": 1,
        "number": 2,
        "at": "2026-11-23T09:30:00Z",
        "actor": "slack:T0ACME/U_OPERATOR",
        "signal": "act-1",
        "event": {"kind": "migration_started"},
        "previous": "7465ca240e83db7a060f1c5623885bdc3def6590f950f4dc8680142e351a0edb",
        "hash": "6b6f6a664f525ffc0eda0319a472f017402953442e9674cc0fa4b33cef50ad65",
    }
    assert hash_of(Recorded.model_validate(stored)) == stored["hash"]


def test_a_start_exports_what_was_shown() -> None:
    shown = "0123456789abcdef"
    (started,) = record([MigrationStarted(shown=shown)], 1, "", CAUSE)
    row = dict(zip(COLUMNS, cells(Row("airflow-3", "airflow-3/r1", 2, started)), strict=True))
    assert (row["kind"], row["actor"], row["shown"]) == ("migration_started", "slack:T0ACME/U_OPERATOR", shown)
