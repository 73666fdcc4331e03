"""The audit of one history: whatever is done to it, the event that it was done to is named; an intact one is left alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from shared.domain.audit import audited
from shared.domain.audit_findings import Audited, Kept, Stored, Unreadable
from shared.domain.history import fold, hash_of, record
from shared.domain.view import Cause
from shared.messages.audit_rows import COLUMNS, Row, cells, json_line
from state_schema.control import ControlRecorded
from state_schema.events import CheckpointDecided, MigrationStarted, Recorded, StepProgressed
from state_schema.signals import Failed
from tests.builders import NOW, A
from tests.histories import CAUSE, a_history, progressed
from tests.stories import MONDAY, OPERATOR, STRANGER, Story
from tests.unit.test_machine_failures import ROLLBACK, a_story

HISTORY = a_history(10)
KEPT = Kept(fold(HISTORY), HISTORY[-1].hash)


def stored(events: Iterable[Recorded]) -> list[Stored]:
    return [Stored(number, event) for number, event in enumerate(events, start=1)]


def audit(events: Sequence[Stored], kept: Kept | None = KEPT) -> list[tuple[int | None, str, str]]:
    found = audited(A, events, kept)
    return [(one.number, one.problem, one.message) for one in found.findings]


def changed(number: int, fits: bool = False, **changes: object) -> Recorded:
    """Event `number` of the history with other content; `fits`: and with a new hash that fits it."""
    event = HISTORY[number - 1].model_copy(update=changes)
    return event.model_copy(update={"hash": hash_of(event)}) if fits else event


def with_event(number: int, event: Recorded) -> list[Stored]:
    return stored([*HISTORY[: number - 1], event, *HISTORY[number:]])


def test_an_intact_history_is_left_alone() -> None:
    assert audited(A, stored(HISTORY), KEPT) == Audited(10, HISTORY[-1].hash, (), chained_from=1)


def test_a_whole_migration_is_intact_after_every_event() -> None:
    story = Story()
    created = next(iter(a_history(1, story.view.state.id)))
    story.until("prod-us", "deploy.run")
    first = created.event.model_copy(
        update={
            "resource": story.view.state.resource,
            "plan": story.view.state.plan,
            "environments": story.view.state.environments,
        }
    )
    history = record([first, *story.events], 0, "", Cause(MONDAY, OPERATOR, "act-1"))

    assert len(history) > 30
    for length in range(1, len(history) + 1):
        part = history[:length]
        kept = Kept(fold(part), part[-1].hash)
        assert audited(story.view.state.id, stored(part), kept).findings == ()


@pytest.mark.parametrize("number", [1, 2, 5, 10])
@pytest.mark.parametrize(
    "changes", [{"actor": "timer"}, {"signal": "act-2"}, {"hash": "f" * 64}, {"previous": "f" * 64}]
)
def test_a_changed_event_is_named_and_no_other(number: int, changes: dict[str, Any]) -> None:
    events = with_event(number, changed(number, **changes))

    said = f"event {number} was changed: its hash does not fit what it says"
    assert audit(events) == [(number, "changed", said)]


@pytest.mark.parametrize("number", [2, 5, 9])
def test_a_changed_event_whose_hash_was_made_to_fit_is_named_by_the_next_one(number: int) -> None:
    said = (
        f"event {number} is not the one that event {number + 1} was recorded after: "
        "one of the two was replaced, or one between them removed"
    )
    assert audit(with_event(number, changed(number, fits=True, actor="timer"))) == [(number, "replaced", said)]


def test_the_last_event_changed_with_a_hash_that_fits_is_named_by_the_state() -> None:
    said = "event 10 is not the one that the state was written with: it was replaced and its hash made to fit"
    assert audit(with_event(10, changed(10, fits=True, actor="timer"))) == [(10, "replaced", said)]


def test_a_chain_rewritten_from_an_event_on_is_named_where_the_state_is_not_rewritten() -> None:
    forged = record([progressed(99)] * 6, 4, HISTORY[3].hash, CAUSE)

    assert [found[:2] for found in audit(stored([*HISTORY[:4], *forged]))] == [(10, "replaced")]


def test_an_event_that_is_wrong_between_two_that_are_is_named_by_its_own_number() -> None:
    events = list(HISTORY)
    events[4], events[5], events[6] = events[6], changed(6, actor="timer"), events[4]
    left = [one for one in stored(events) if one.number != 8]

    assert [found[:2] for found in audit(left)] == [(5, "moved"), (6, "changed"), (7, "moved"), (8, "removed")]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (range(1, 2), "event 1 is missing: it was removed"),
        (range(5, 6), "event 5 is missing: it was removed"),
        (range(5, 8), "events 5 to 7 are missing: they were removed"),
        (range(10, 11), "event 10 is missing at the end, and the state is at version 10: it was removed"),
        (range(8, 11), "events 8 to 10 are missing at the end, and the state is at version 10: they were removed"),
        (range(1, 11), "events 1 to 10 are missing at the end, and the state is at version 10: they were removed"),
    ],
)
def test_removed_events_are_named(gone: range, said: str) -> None:
    left = [one for one in stored(HISTORY) if one.number not in gone]

    assert audit(left) == [(gone.start, "removed", said)]


def test_several_gaps_are_each_named() -> None:
    left = [one for one in stored(HISTORY) if one.number not in {3, 6, 10}]

    assert [found[:2] for found in audit(left)] == [(3, "removed"), (6, "removed"), (10, "removed")]


def test_a_removed_event_is_named_though_the_later_ones_were_renumbered() -> None:
    said = "event 6 is stored as number 5: events were put into another order, inserted or removed"

    assert audit(stored([*HISTORY[:4], *HISTORY[5:]])) == [(5, "moved", said)]


def test_two_events_in_each_others_place_are_both_named() -> None:
    events = list(HISTORY)
    events[4], events[6] = events[6], events[4]

    assert audit(stored(events)) == [
        (5, "moved", "event 7 is stored as number 5: events were put into another order, inserted or removed"),
        (7, "moved", "event 5 is stored as number 7: events were put into another order, inserted or removed"),
    ]


@pytest.mark.parametrize("first", [1, 4, 9])
def test_two_neighbours_in_each_others_place_are_both_named(first: int) -> None:
    events = list(HISTORY)
    events[first - 1], events[first] = events[first], events[first - 1]

    assert [found[:2] for found in audit(stored(events))] == [(first, "moved"), (first + 1, "moved")]


def test_a_doubled_event_is_named_once() -> None:
    said = "event 5 is there twice: as number 5 and as number 6"

    assert audit(stored([*HISTORY[:5], HISTORY[4], *HISTORY[5:]])) == [(6, "doubled", said)]


def test_an_event_over_which_another_was_copied_is_named() -> None:
    said = "event 5 is there twice: as number 5 and as number 6"

    assert audit(with_event(6, HISTORY[4])) == [(6, "doubled", said)]


def test_an_inserted_event_that_fits_the_one_before_is_named_once() -> None:
    (forged,) = record([progressed(99)], 4, HISTORY[3].hash, CAUSE)
    said = "there are two different events 5, stored as 5 and 6: one of them was inserted"

    assert audit(stored([*HISTORY[:4], forged, *HISTORY[4:]])) == [(5, "inserted", said)]


def test_an_event_inserted_at_the_end_is_named() -> None:
    (forged,) = record([progressed(99)], 10, HISTORY[9].hash, CAUSE)
    said = "event 11 is stored, and the state is at version 10: it was inserted, or the state put back"

    assert audit(stored([*HISTORY, forged])) == [(11, "inserted", said)]


def test_what_cannot_be_read_is_named_and_the_rest_is_still_checked() -> None:
    events = stored(HISTORY)
    events[4] = Stored(5, Unreadable("it is written in ink"))
    events[8] = Stored(9, changed(9, actor="timer"))

    assert audit(events) == [
        (5, "unreadable", "event 5 cannot be checked: it is written in ink"),
        (9, "changed", "event 9 was changed: its hash does not fit what it says"),
    ]


def test_a_state_that_is_not_the_fold_of_its_events_is_named_with_its_field() -> None:
    track = KEPT.state.tracks["test"]
    state = KEPT.state.model_copy(update={"tracks": {"test": track.model_copy(update={"status": "completed"})}})

    said = "the state at version 10 is not what its events lead to: tracks.test.status differs"
    assert audit(stored(HISTORY), replace(KEPT, state=state)) == [(10, "state", said)]


def test_a_state_put_back_to_an_earlier_version_is_named() -> None:
    earlier = Kept(fold(HISTORY[:6]), HISTORY[5].hash)

    said = "event 7 is stored, and the state is at version 6: it was inserted, or the state put back"
    assert audit(stored(HISTORY), earlier) == [(7, "inserted", said)]


def test_an_event_that_cannot_happen_is_named_though_its_hash_fits() -> None:
    twice = record([HISTORY[0].event, HISTORY[0].event], 0, "", CAUSE)
    headless = record([MigrationStarted()], 0, "", CAUSE)

    assert audit(stored(twice), None) == [
        (2, "unfit", f"event 2 (migration_created) cannot have happened to {A} after those before it")
    ]
    assert [found[:2] for found in audit(stored(headless), None)] == [(1, "unfit")]


def test_the_history_of_another_migration_is_named() -> None:
    foreign = a_history(10, "airflow-3/beta")

    assert [found[:2] for found in audit(stored(foreign), Kept(fold(foreign), foreign[-1].hash))] == [(1, "unfit")]


def test_without_a_state_the_events_are_checked_all_the_same() -> None:
    assert audit(stored(HISTORY), None) == []
    assert audit([], None) == []
    assert [found[:2] for found in audit(with_event(5, changed(5, actor="timer")), None)] == [(5, "changed")]


def test_the_check_holds_one_event_at_a_time() -> None:
    """Events are made as they are asked for, and none of them is alive when the next one is made."""
    import gc
    import weakref

    alive: list[weakref.ref[Recorded]] = []
    most = 0

    def endless() -> Iterator[Stored]:
        nonlocal most
        tail = ""
        for number in count(1):
            event = HISTORY[number - 1] if number <= 3 else None
            if event is None:
                (event,) = record([progressed(number)], number - 1, tail, CAUSE)
            tail = event.hash
            alive[:] = [one for one in alive if one() is not None]
            most = max(most, len(alive))
            if number > 3:
                alive.append(weakref.ref(event))
            yield Stored(number, event)
            if number == 300:
                return

    gc.collect()
    assert audited(A, endless(), None).findings == ()
    assert most <= 3


# The rows of the export.


def test_a_row_of_an_event_has_its_place_its_cause_and_the_whole_document() -> None:
    event = HISTORY[9]
    assert isinstance(event.event, StepProgressed)

    found = dict(zip(COLUMNS, cells(Row("airflow-3", A, 10, event)), strict=True))

    assert Recorded.model_validate_json(found.pop("document")) == event
    assert found == {
        "at": "2026-11-02T09:00:00+00:00", "campaign": "airflow-3", "migration": A, "number": "10",
        "actor": "slack:T0ACME/U_OPERATOR", "kind": "step_progressed", "track": "test", "step": "migrate.items",
        "attempt": "1", "verb": "", "shown": "", "signal": "act-1", "hash": event.hash,
    }  # fmt: skip
    assert json_line(Row("airflow-3", A, 10, event)).startswith(
        '{"row": "event", "campaign": "airflow-3", "migration": '
    )


def a_row(story: Story, kind: str) -> dict[str, str]:
    """The cells of the last event of this kind in the story."""
    event = next(one for one in reversed(story.events) if one.kind == kind)
    (recorded,) = record([event], 0, "", CAUSE)
    return dict(zip(COLUMNS, cells(Row("airflow-3", A, 1, recorded)), strict=True))


def test_an_answer_is_exported_with_the_digest_of_what_was_shown() -> None:
    story = Story().until("test", "infra.apply")
    button = story.button("test")
    story.answer("test", "infra-applied")

    assert a_row(story, "checkpoint_opened")["shown"] == ""
    assert a_row(story, "checkpoint_decided")["shown"] == button.digest
    assigned = Story().until("test", "infra.apply").act("assign")
    assert a_row(assigned, "checkpoint_assigned")["shown"] == assigned.button("test").digest


def test_a_rollback_is_bound_to_its_own_order_and_tells_what_was_shown_all_the_same() -> None:
    story = a_story(**ROLLBACK)
    story.report(Failed(category="blocking", reason="no"))
    button = story.button("test")
    story.answer("test", "rollback")

    decided = next(one for one in story.last.events if isinstance(one, CheckpointDecided))
    assert decided.shown == button.digest != decided.digest
    assert a_row(story, "checkpoint_decided")["shown"] == button.digest


def test_a_refused_click_and_an_abort_from_a_card_tell_what_was_shown() -> None:
    story = Story().until("test", "infra.apply")
    button = story.button("test")
    story.answer("test", "infra-applied", STRANGER)

    assert story.events[-1].shown == button
    assert a_row(story, "act_refused")["shown"] == button.digest
    story.act("abort", checkpoint=button)
    assert a_row(story, "migration_aborted")["shown"] == button.digest
    assert Story().act("start", STRANGER).events[-1].shown is None


@pytest.mark.parametrize("signal", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(signal: str) -> None:
    event = HISTORY[9].model_copy(update={"signal": signal})

    assert cells(Row("airflow-3", A, 10, event))[COLUMNS.index("signal")] == f"'{signal}"


def test_an_act_on_the_campaign_and_what_cannot_be_read_are_told_apart() -> None:
    act = ControlRecorded(number=3, at=NOW, actor=OPERATOR, signal="act-9", verb="pause", scope="campaign", note="=x")
    rows = [Row("airflow-3", None, 3, act), Row("airflow-3", A, 7, Unreadable("it is written in ink"))]

    assert [cells(row)[:-1] for row in rows] == [
        ("2026-11-02T09:00:00+00:00", "airflow-3", "", "3", OPERATOR, "control", "", "", "", "pause", "", "act-9", ""),
        ("", "airflow-3", A, "7", "", "unreadable", "", "", "", "", "", "", ""),
    ]  # fmt: skip
    assert [json_line(row)[:18] for row in rows] == ['{"row": "control",', '{"row": "unreadabl']
