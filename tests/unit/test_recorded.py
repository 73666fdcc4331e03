"""The words for what was recorded: every kind of event has some, and none of them is anybody else's markup."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from shared.domain.history import record
from shared.domain.view import Cause
from shared.messages.recorded import history_text, plain_line, plain_title, what
from state_schema import events as e
from state_schema.answers import shown
from state_schema.events import Event
from state_schema.migration import Checkpoint, Failure, PullRequestSeen, RunSeen
from state_schema.orders import ReplyMessage
from state_schema.signals import ReplyTo
from tests.stories import MONDAY, OPERATOR, Story, the_campaign

AT: dict[str, Any] = {"track": "test", "step": "deploy.run", "attempt": 1}
HERE = "test: `deploy.run`"
PULL = PullRequestSeen(
    number=4, url="https://x.example/4", state="closed", merged=True, head_sha="a", review="approved"
)
RUN = RunSeen(run_id=5, run_attempt=1, url="https://x.example/5", status="completed", conclusion="timed_out")
ASK = Checkpoint(
    kind="confirmation", reason="step", verbs=("up",), ask="Is <it> up?", digest="0" * 16, opened_at=MONDAY
)
TOLD: list[tuple[Any, str]] = [
    (
        e.MigrationCreated(
            campaign="airflow-3",
            resource=the_campaign().resources[0],
            plan="airflow-3@1",
            environments=("test",),
        ),
        "Created in wave 1, with the plan airflow-3@1.",
    ),
    (e.MigrationStarted(), "Started."),
    (e.TrackStarted(track="test"), "test began."),
    (e.TrackCompleted(track="test"), "test is completed."),
    (e.MigrationCompleted(), "Everything is completed."),
    (e.MigrationAborted(reason="<no>"), "Aborted: &lt;no&gt;."),
    (
        e.MigrationMoved(before="airflow-3@1", plan="airflow-3@2", tracks=()),
        "Moved from the plan airflow-3@1 to airflow-3@2.",
    ),
    (e.ActRefused(verb="skip", reason_code="x", message="Not now."), "Refused `skip`: Not now."),
    (e.StepQueued(**AT, why="slot"), f"{HERE} waits for its turn."),
    (e.StepQueued(**AT, why="window", until=MONDAY), f"{HERE} waits for a start at 2026-03-02 09:00 UTC."),
    (e.StepStarted(**AT | {"attempt": 2}, digest="0" * 16), f"{HERE} (attempt 2) started."),
    (e.StepPending(**AT, watches=("workflow_run:7/5",)), f"{HERE} waits for workflow run 5."),
    (e.StepPending(**AT, watches=()), f"{HERE} waits for machines elsewhere."),
    (e.StepProgressed(**AT, done=1000, total=2000, cursor=""), f"{HERE} did 1,000 of 2,000."),
    (e.StepWaiting(**AT, until=MONDAY), f"{HERE} waits until 2026-03-02 09:00 UTC."),
    (e.StepCompleted(**AT), f"{HERE} is completed."),
    (
        e.StepFailed(**AT, failure=Failure(category="transient", reason="`502`", retry_at=MONDAY)),
        f"{HERE} failed (transient): '502'. It is tried again at 2026-03-02 09:00 UTC.",
    ),
    (e.StepRetried(**AT, automatic=True), f"{HERE} begins again by itself."),
    (e.StepSkipped(**AT), f"{HERE} is skipped."),
    (e.StepBlocked(**AT), f"{HERE} is marked as blocked."),
    (e.RollbackOrdered(**AT), f"{HERE} is to be rolled back."),
    (e.StepRolledBack(**AT), f"{HERE} is rolled back."),
    (e.SlotReleased(**AT, why="reported"), f"{HERE} no longer holds its slot."),
    (
        e.SlotReleased(**AT, why="deadline"),
        f"{HERE} was not heard of in its time, and no longer holds its slot. See whether it still runs.",
    ),
    (e.ChoicesOffered(**AT, choices=("a", "b")), f"{HERE} offers 2 to choose from."),
    (e.CheckpointOpened(**AT, checkpoint=ASK), f"{HERE} asks: Is &lt;it&gt; up?"),
    (e.CheckpointReminded(**AT, remind_at=MONDAY), f"{HERE} was not answered yet: people are reminded."),
    (
        e.CheckpointEscalated(**AT, to=("slack:T0ACME/U_LEAD", "topic"), remind_at=MONDAY),
        f"{HERE} was not answered for long: <@U_LEAD>, the alert topic hear of it.",
    ),
    (
        e.CheckpointEscalated(**AT, to=("topic",), remind_at=MONDAY),
        f"{HERE} was not answered for long: the alert topic hears of it.",
    ),
    (
        e.RemindersMoved(**AT, remind_at=MONDAY, escalate_at=None),
        f"{HERE} is reminded of next at 2026-03-02 09:00 UTC.",
    ),
    (e.RemindersMoved(**AT), f"{HERE} is reminded of no more: the campaign's reminders changed."),
    (e.CheckpointOverdue(**AT), f"{HERE} was not answered in time; it stays open."),
    (e.CheckpointAssigned(**AT, to="slack:T0ACME/U_LEAD"), f"{HERE} is taken care of by <@U_LEAD>."),
    (e.ApprovalGiven(**AT, verb="approve", digest="0" * 16), f"{HERE} was approved, as one of several."),
    (
        e.ApprovalGiven(**AT, verb="approve", digest="0" * 16, note="<ok>"),
        f"{HERE} was approved, as one of several (&lt;ok&gt;).",
    ),
    (
        e.ApprovalVoided(**AT, actors=("slack:T0ACME/U_LEAD", "github:7"), reason="<pushed>"),
        f"{HERE} is no longer approved by <@U_LEAD>, `github:7`: &lt;pushed&gt;.",
    ),
    (
        e.CheckpointDecided(**AT, reason="step", verb="decide", digest="0" * 16, choices=("a",), note="`why`"),
        f"{HERE} was answered: Decide, 1 chosen ('why').",
    ),
    (
        e.ObservationRecorded(**AT, read_at=MONDAY, seen=PULL),
        f"{HERE} was looked at: pull request #4 is merged, approved.",
    ),
    (e.ObservationRecorded(**AT, read_at=MONDAY, seen=RUN), f"{HERE} was looked at: run 5 is timed out."),
]


@pytest.mark.parametrize(("event", "said"), TOLD, ids=lambda value: getattr(value, "kind", ""))
def test_every_event_has_words(event: Event, said: str) -> None:
    assert what(event, 240) == said


def test_no_kind_of_event_is_forgotten_here() -> None:
    assert {type(event) for event, _ in TOLD} == set(get_args(get_args(Event)[0]))


def test_a_terminal_shows_characters_and_no_entities() -> None:
    (recorded,) = record([e.CheckpointOpened(**AT, checkpoint=ASK)], 0, "", Cause(MONDAY, OPERATOR, "told"))

    assert plain_line(recorded) == f"2026-03-02 09:00 UTC  {OPERATOR}  test: `deploy.run` asks: Is <it> up?"


def test_the_title_counts() -> None:
    assert plain_title("airflow-3/a", 1, 1) == "airflow-3/a: 1 event"
    assert plain_title("airflow-3/a", 1000, 50) == "airflow-3/a: 1,000 events, the last 50"


def test_an_answer_holds_the_last_ten_events() -> None:
    story = Story().until("test", "infra.apply")
    records = record(story.events, 0, "", Cause(MONDAY, OPERATOR, "told"))

    lines = history_text("airflow-3/a", records, len(records)).splitlines()

    total = len(records)
    assert lines[0] == f"*airflow-3/a*: {total} events, {total - 10} before these"
    assert [line.split(" · ", 2)[2] for line in lines[1:]] == [what(one.event, 240) for one in records[-10:]]


def test_an_answer_fits_whatever_people_wrote() -> None:
    hostile = e.MigrationAborted(reason="<!channel>" * 50)
    cause = Cause(MONDAY + timedelta(days=1), f"principal:{'x' * 200}", "told")
    records = record([hostile] * 40, 0, "", cause)

    text = history_text("airflow-3/a", records, 40)

    assert ReplyMessage(reply_to=ReplyTo(), answer=shown(text)).answer.message == text
    assert "<!channel" not in text
    assert len(text.splitlines()) > 5
