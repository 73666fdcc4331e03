"""Where one track stands, read out of a view once, so that every part of a message says the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.domain.display import waits_for, word_of
from shared.domain.freezing import freezes_over
from shared.domain.gate import environment_of
from shared.domain.learnt import Usual, usual
from shared.domain.view import View
from shared.messages.escaping import one_line
from state_schema.forms import Form
from state_schema.gate import Freeze, FreezeException
from state_schema.migration import Checkpoint, Decided, Status, StepState, Track
from state_schema.plan import ApprovalStep, DecisionStep, Stop
from state_schema.steps import Decision

_OVER: Final = frozenset({"completed", "aborted"})


@dataclass(frozen=True)
class Standing:
    """One track of a migration. `step` is the one that it is at; None before it started."""

    view: View
    name: str

    @cached_property
    def resource_name(self) -> str:
        """What people know the resource by, on one line."""
        resource = self.view.state.resource
        return one_line(resource.name or "", 200) or resource.id

    @cached_property
    def track(self) -> Track | None:
        """None before it started."""
        return self.view.state.tracks.get(self.name)

    @cached_property
    def path(self) -> str:
        """`<phase>.<step>`; empty before it started."""
        return (self.track.step or "") if self.track else ""

    @cached_property
    def step(self) -> StepState | None:
        """The step that it is at."""
        return self.track.steps.get(self.path) if self.track else None

    @cached_property
    def stop(self) -> Stop | None:
        """The plan's word on this step."""
        return self.view.plan.stop(self.name, self.path) if self.path else None

    @cached_property
    def status(self) -> Status:
        """The track's status. One that did not start is blocked where others must be completed first."""
        if self.view.state.status == "aborted" and not (self.track and self.track.status == "completed"):
            return "aborted"
        if self.track is not None:
            return self.track.status
        return "blocked" if self.blockers else "pending"

    @cached_property
    def word(self) -> str:
        """The derived word that people read: `pr_created`, `deploy_pending`."""
        return "aborted" if self.status == "aborted" and self.track is None else word_of(self.view, self.name)

    @cached_property
    def blockers(self) -> list[str]:
        """The tracks that must be completed before this one starts."""
        return waits_for(self.view, self.name)

    @cached_property
    def question(self) -> Checkpoint | None:
        """What a person is asked here and now."""
        return self.step.checkpoint if self.step and self.view.state.status not in _OVER else None

    @cached_property
    def usual(self) -> Usual | None:
        """What people mostly did in a situation like this one; None where too little is known."""
        return usual(self.view.gate, self.path, self.step, self.question) if self.step else None

    @cached_property
    def freeze(self) -> Freeze | None:
        """The freeze whose end the step queues for; None where it queues for a window's, or for none."""
        step, resource = self.step, self.view.state.resource
        if step is None or step.status != "queued" or step.until is None:
            return None
        over = freezes_over(self.view.gate, resource.id, environment_of(self.name), resource.wave)
        return max((one for one in over if one.until > step.since), key=lambda one: one.until, default=None)

    @cached_property
    def exception(self) -> FreezeException | None:
        """The exception from window or freeze that was asked for here, approved or not."""
        step = self.step
        found = self.view.gate.exceptions.get(f"{self.view.state.resource.id}/{self.name}")
        waits = step is not None and step.status == "queued" and step.until is not None
        return found if waits and found is not None and step is not None and found.until > step.since else None

    @cached_property
    def is_pull_request(self) -> bool:
        """Whether the question is a pull request: people answer it on GitHub, and here they only ask for a look."""
        asks = self.question is not None and self.question.reason == "step"
        return asks and self.stop is not None and isinstance(self.stop.step, ApprovalStep)

    @cached_property
    def wants_one(self) -> bool:
        """Whether the question is a decision for exactly one of several choices."""
        return self.decision is not None and self.decision.form is None and not self.decision.takes_many

    @cached_property
    def decision(self) -> Decision | None:
        """The decision that is asked for here and now."""
        asks = self.question is not None and self.question.reason == "step"
        step = self.stop.step if self.stop else None
        return step.decision if asks and isinstance(step, DecisionStep) else None

    @cached_property
    def form(self) -> Form | None:
        """The fields that are asked for here and now."""
        return self.decision.form if self.decision else None

    @cached_property
    def last_answer(self) -> tuple[str, Decided] | None:
        """(step path, decision) of the latest decision on this track."""
        if self.track is None:
            return None
        answers = [(path, one) for path, step in self.track.steps.items() for one in step.decided]
        return max(reversed(answers), key=lambda answer: answer[1].at, default=None)

    @cached_property
    def last_done(self) -> str:
        """The path of the step before this one that was passed; empty where there is none."""
        passed = self._paths("completed", "skipped")
        return passed[-1] if passed else ""

    @cached_property
    def skipped(self) -> list[str]:
        """The paths that a person went on without, in the plan's order."""
        return self._paths("skipped")

    def _paths(self, *statuses: Status) -> list[str]:
        steps = self.track.steps if self.track else {}
        stops = self.view.plan.stops(self.name)
        return [stop.path for stop in stops if stop.path in steps and steps[stop.path].status in statuses]
