"""What counts as done was done: in the simulated world, by an order for this very step, or left out by who may leave it out."""

from typing import Final

from state_schema import events as happened
from state_schema.plan import DecisionStep, SkillStep
from tests.simulation.step import Rule, Step
from tests.simulation.world.github import REPOSITORY

_ACT_OF: Final = {
    "open_pull_request": "open pull request",
    "rewrite_dags": "open pull request",
    "run_workflow": "dispatch run",
}
"""Skill to what it does outside, once for each step; `migrate_items` does one thing for each item."""
_DONE: Final = (happened.StepCompleted, happened.StepRolledBack)


def what_is_completed_was_done(step: Step) -> str | None:
    """A skill's step is done, or taken back, only once what it is for has come to be outside: its run's success, say."""
    for one in step.commit.records:
        if isinstance(one.event, _DONE):
            problem = _undone(step, one.event)
            if problem is not None:
                return f"{one.event.track}/{one.event.step} is {one.event.kind}, and {problem}"
    return None


def _undone(step: Step, done: happened.StepCompleted | happened.StepRolledBack) -> str | None:
    stop = step.after.plan.stop(done.track, done.step)
    if stop is None or not isinstance(stop.step, SkillStep):
        return None
    back = isinstance(done, happened.StepRolledBack)
    skill = (stop.step.on_failure.rollback if back else None) or stop.step.skill
    acts = step.books.places[step.commit.state.id, done.track, done.step]
    if skill == "migrate_items":
        missing = [item for item in _chosen(step, done) if not step.books.done["migrate item", item]]
        return f"{', '.join(missing)} was never migrated" if missing else None
    if skill in _ACT_OF and _ACT_OF[skill] not in acts:
        return f"nobody did what {skill} does"
    if skill != "run_workflow":
        return None
    run = str(done.outputs.get("run", "")).rpartition("/")[2]
    return (
        None if f"workflow_run:{REPOSITORY}/{run}" in step.books.succeeded else f"no success of run {run} was heard of"
    )


def _chosen(step: Step, done: happened.StepCompleted | happened.StepRolledBack) -> list[str]:
    """The addresses of the items that somebody chose last on the way there."""
    plan, where = step.after.plan, f"https://{step.commit.state.resource.id}.{done.track}.test"
    stops = plan.stops(done.track)
    lists = {one.path for one in stops if isinstance(one.step, DecisionStep) and one.step.decision.choices_from}
    for one in reversed(step.history):
        event = one.event
        if isinstance(event, happened.CheckpointDecided) and event.track == done.track and event.step in lists:
            return [f"{where}/{item}" for item in event.choices or ()]
    return []


def what_is_skipped_was_left_out_by_somebody(step: Step) -> str | None:
    """A step is skipped because a person answered so just now, or because its resource leaves out the optional phase."""
    events = [one.event for one in step.commit.records]
    skips = {
        (one.track, one.step) for one in events if isinstance(one, happened.CheckpointDecided) and one.verb == "skip"
    }
    for event in events:
        if isinstance(event, happened.StepSkipped) and (event.track, event.step) not in skips:
            stop = step.after.plan.stop(event.track, event.step)
            if stop is None or not stop.optional or stop.phase not in step.commit.state.resource.skip:
                return f"{event.track}/{event.step} was skipped, and nobody said so"
    return None


OF_WORK: Final = (
    Rule(what_is_completed_was_done, *_DONE),
    Rule(what_is_skipped_was_left_out_by_somebody, happened.StepSkipped),
)
