"""What was recorded, in words: a line for each event of a history, in Slack's markup or for a terminal."""

from collections.abc import Sequence
from typing import Final, assert_never

from shared.messages.escaping import as_plain, code, mrkdwn, sentence, words
from shared.messages.links import address_in_words
from shared.messages.moves import moved_text
from shared.messages.people import in_utc, mentions, moment, person
from shared.messages.verbs import label_of
from state_schema import events as e
from state_schema.events import Event, Recorded
from state_schema.migration import PullRequestSeen, Seen
from state_schema.reminders import TOPIC

LAST: Final = 10
"""Events in an answer."""
_LONGEST: Final = 2800
_ANSWER: Final = 240
_LINE: Final = 1000

_AboutWork = (
    e.StepQueued | e.StepStarted | e.StepPending | e.StepProgressed | e.StepWaiting | e.StepCompleted | e.StepFailed
    | e.StepRetried | e.StepRolledBack | e.SlotReleased | e.ObservationRecorded
)  # fmt: skip
_AboutPeople = (
    e.StepSkipped | e.StepBlocked | e.RollbackOrdered | e.ChoicesOffered | e.CheckpointOpened | e.CheckpointReminded
    | e.CheckpointEscalated | e.RemindersMoved | e.CheckpointOverdue
    | e.CheckpointAssigned | e.ApprovalGiven | e.ApprovalVoided | e.CheckpointDecided
)  # fmt: skip


def history_text(migration: str, records: Sequence[Recorded], total: int) -> str:
    """The last events of a migration that has `total` of them, the newest last: as many as a reply holds."""
    kept: list[str] = []
    room = _LONGEST
    for one in reversed(records[-LAST:]):
        line = f"• {moment(one.at)} · {person(one.actor)} · {what(one.event, _ANSWER)}"
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    earlier = f", {total - len(kept):,} before these" if total > len(kept) else ""
    return "\n".join([f"*{mrkdwn(migration, 130)}*: {_counted(total)}{earlier}", *kept])


def plain_title(migration: str, total: int, shown: int) -> str:
    """`airflow-3/email.notifications: 47 events, the last 20`."""
    return f"{migration}: {_counted(total)}" + (f", the last {shown:,}" if shown < total else "")


def plain_line(recorded: Recorded) -> str:
    """`2026-11-22 18:30 UTC  slack:T0ACME/U_OPERATOR  Started.`, on one line."""
    return f"{in_utc(recorded.at)}  {recorded.actor}  {as_plain(what(recorded.event, _LINE))}"


def what(event: Event, limit: int) -> str:
    """What happened, in one sentence; at most `limit` characters of it are text that somebody wrote."""
    match event:
        case e.MigrationCreated(resource=resource, plan=plan):
            return f"Created in wave {resource.wave}, with the plan {plan}."
        case e.MigrationStarted():
            return "Started."
        case e.TrackStarted(track=track):
            return f"{track} began."
        case e.TrackCompleted(track=track):
            return f"{track} is completed."
        case e.MigrationCompleted():
            return "Everything is completed."
        case e.MigrationAborted(reason=reason):
            return f"Aborted: {sentence(words(reason, limit))}"
        case e.MigrationMoved():
            return sentence(f"Moved from the plan {words(moved_text(event), limit)}")
        case e.ActRefused(verb=verb, message=message):
            return f"Refused {code(verb)}: {sentence(mrkdwn(message, limit))}"
        case _:
            attempt = f" (attempt {event.attempt})" if event.attempt > 1 else ""
            return f"{event.track}: {code(event.step)}{attempt} {_at_step(event, limit)}"


def _at_step(event: _AboutWork | _AboutPeople, limit: int) -> str:
    match event:
        case e.StepQueued(until=until):
            return f"waits for {f'a start at {in_utc(until)}' if until else 'its turn'}."
        case e.StepStarted():
            return "started."
        case e.StepPending(watches=watches):
            return f"waits for {', '.join(map(address_in_words, watches[:3])) or 'machines elsewhere'}."
        case e.StepProgressed(done=done, total=total):
            return f"did {done:,} of {total:,}."
        case e.StepWaiting(until=until):
            return f"waits until {in_utc(until)}."
        case e.StepCompleted():
            return "is completed."
        case e.StepFailed(failure=failure):
            again = f" It is tried again at {in_utc(failure.retry_at)}." if failure.retry_at else ""
            return f"failed ({failure.category}): {sentence(words(failure.reason, limit))}{again}"
        case e.StepRetried(automatic=automatic):
            return f"begins again{' by itself' if automatic else ''}."
        case e.StepRolledBack():
            return "is rolled back."
        case e.SlotReleased(why="deadline"):
            return "was not heard of in its time, and no longer holds its slot. See whether it still runs."
        case e.SlotReleased():
            return "no longer holds its slot."
        case e.ObservationRecorded(seen=seen):
            return f"was looked at: {_seen(seen)}."
        case _:
            return _asked(event, limit)


def _asked(event: _AboutPeople, limit: int) -> str:
    match event:
        case e.StepSkipped():
            return "is skipped."
        case e.StepBlocked():
            return "is marked as blocked."
        case e.RollbackOrdered():
            return "is to be rolled back."
        case e.ChoicesOffered(choices=choices):
            return f"offers {len(choices):,} to choose from."
        case e.CheckpointOpened(checkpoint=checkpoint):
            return f"asks: {sentence(mrkdwn(checkpoint.ask, limit))}"
        case e.CheckpointReminded():
            return "was not answered yet: people are reminded."
        case e.CheckpointEscalated(to=to):
            return (
                f"was not answered for long: {', '.join(map(_target, to))} {'hears' if len(to) == 1 else 'hear'} of it."
            )
        case e.RemindersMoved(remind_at=None, escalate_at=None):
            return "is reminded of no more: the campaign's reminders changed."
        case e.RemindersMoved(remind_at=remind_at, escalate_at=escalate_at):
            first = min(at for at in (remind_at, escalate_at) if at is not None)
            return f"is reminded of next at {in_utc(first)}."
        case e.CheckpointOverdue():
            return "was not answered in time; it stays open."
        case e.CheckpointAssigned(to=to):
            return f"is taken care of by {person(to)}."
        case e.ApprovalGiven(note=note):
            return f"was approved, as one of several{f' ({words(note, limit)})' if note else ''}."
        case e.ApprovalVoided(actors=actors, reason=reason):
            who = ", ".join(map(person, actors[:10]))
            return f"is no longer approved by {who}: {sentence(words(reason, limit))}"
        case e.CheckpointDecided(verb=verb, choices=choices, note=note):
            chosen = f", {len(choices):,} chosen" if choices is not None else ""
            return f"was answered: {label_of(verb)}{chosen}{f' ({words(note, limit)})' if note else ''}."
        case _:
            assert_never(event)


def _target(target: str) -> str:
    return "the alert topic" if target == TOPIC else mentions((target,))


def _seen(seen: Seen) -> str:
    if isinstance(seen, PullRequestSeen):
        review = {"none": "", "approved": ", approved", "changes_requested": ", with changes asked for"}[seen.review]
        return f"pull request #{seen.number} is {'merged' if seen.merged else seen.state}{review}"
    outcome = seen.conclusion if seen.status == "completed" and seen.conclusion else seen.status
    return f"run {seen.run_id} is {words(outcome.replace('_', ' '), 60)}"


def _counted(total: int) -> str:
    return f"{total:,} event{'' if total == 1 else 's'}"
