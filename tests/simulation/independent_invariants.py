"""What must hold after each commit, by rules of their own: they ask nothing of the code that is tested, so that no mistake
in it makes them blind. One small function a rule; each answers the problem in a sentence, or None.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from state_schema import events as happened
from state_schema.events import Recorded
from state_schema.ids import order_key
from state_schema.migration import PullRequestSeen, StepState
from tests.simulation.step import Rule, Step
from tests.simulation.world.github import REPOSITORY

_REPORT: Final = "report:"
_REPORTED: Final = (
    happened.StepCompleted, happened.StepPending, happened.StepProgressed, happened.StepFailed, happened.ChoicesOffered,
)  # fmt: skip


def a_report_counts_for_its_own_attempt(step: Step) -> str | None:
    """What a skill reported is recorded of the very track, step and attempt that its order was for."""
    first = step.commit.records[0]
    if not first.signal.startswith(_REPORT) or not isinstance(first.event, _REPORTED):
        return None
    # A report that says nothing new may still be the first signal after a deadline, or after the end of a wait.
    timed_out = isinstance(first.event, happened.StepFailed) and first.event.failure.code == "timed_out"
    was_out = any(before.status == "in_progress" for one, before in _with_step_before(step) if one is first)
    mine = f"{first.event.track}/{first.event.step}/{first.event.attempt}"
    reported = first.signal.removeprefix(_REPORT).partition("+")[0]
    return None if timed_out or not was_out or reported == mine else f"a report of {reported} was recorded of {mine}"


def a_machine_at_work_holds_its_slot(step: Step) -> str | None:
    """Whatever is in progress, or waits for a machine elsewhere, is among those that the gate holds a slot for."""
    state = step.commit.state
    gate = step.stores.gates.get(state.campaign, step.gate_before)
    for name, track in state.tracks.items():
        for path, one in track.steps.items():
            out = one.status == "in_progress" or (one.status == "waiting" and one.watches != ())
            if out and order_key(state.id, name, path, one.attempt) not in gate.held:
                return f"{name}/{path} is {one.status} and holds no slot"
    return None


def what_was_seen_never_goes_back(step: Step) -> str | None:
    """No observation is recorded that was read before the one that is recorded already."""
    for one, before in _with_step_before(step):
        match one.event, before.read_at:
            case happened.ObservationRecorded(read_at=read_at, step=path), datetime() as known if read_at <= known:
                return f"{path} was seen at {known}, and then as it was at {read_at}"
            case _:
                continue
    return None


def what_counts_as_merged_was_merged(step: Step) -> str | None:
    """A pull request counts as merged only where somebody merged it, whatever a webhook said."""
    for one in step.commit.records:
        match one.event:
            case happened.ObservationRecorded(seen=PullRequestSeen(merged=True, number=number)):
                if f"pull_request:{REPOSITORY}/{number}" not in step.books.merged:
                    return f"pull request {number} counts as merged, and nobody merged it"
            case _:
                continue
    return None


def a_click_answers_what_it_showed(step: Step) -> str | None:
    """A decision made with a button is about the attempt and the digest that the button's card showed."""
    for one, before in _with_step_before(step):
        shown = step.books.shown.get(one.signal)
        if isinstance(one.event, happened.CheckpointDecided) and shown is not None:
            asked = (before.attempt, before.checkpoint.digest if before.checkpoint else "")
            if asked != shown:
                return f"a click on {shown} answered {asked} at {one.event.track}/{one.event.step}"
    return None


def _with_step_before(step: Step) -> Iterator[tuple[Recorded, StepState]]:
    """Each first record about a step in the commit, with the step as it was stored before it."""
    told = set()
    for one in step.commit.records:
        if step.before is None or not isinstance(one.event, happened.AtStep):
            continue
        place = (one.event.track, one.event.step)
        track = step.before.tracks.get(one.event.track)
        if track is not None and place[1] in track.steps and place not in told:
            yield one, track.steps[place[1]]
        told.add(place)


INDEPENDENT: Final = (
    Rule(a_report_counts_for_its_own_attempt),
    Rule(a_machine_at_work_holds_its_slot),
    Rule(what_was_seen_never_goes_back, happened.ObservationRecorded),
    Rule(what_counts_as_merged_was_merged, happened.ObservationRecorded),
    Rule(a_click_answers_what_it_showed, happened.CheckpointDecided),
)
