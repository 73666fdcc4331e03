"""Tells the story of one migration through the pure core, so that a test reads as what happened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

from ruamel.yaml import YAML

from shared.domain.checkpoints import open_checkpoints
from shared.domain.evolve import evolve
from shared.domain.machine import Signal, decide
from shared.domain.orders import orders_for
from shared.domain.permissions import refusal_for
from shared.domain.reasons import REASON_WANTED
from shared.domain.view import Cause, Decision, View
from state_schema.campaign import Campaign
from state_schema.events import ChoicesOffered, MigrationCreated
from state_schema.gate import Gate
from state_schema.migration import Checkpoint, PullRequestSeen, RunSeen, Seen, StepState
from state_schema.orders import Order
from state_schema.plan import DecisionStep, Plan
from state_schema.signals import (
    Act,
    CheckpointRef,
    Observed,
    Pending,
    Report,
    Reported,
    Succeeded,
    Ticked,
)

EXAMPLES = Path(__file__).parent.parent / "sandbox" / "examples"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "slack:T0ACME/U_OPERATOR"
APPROVER = "slack:T0ACME/U_APPROVER"
STRANGER = "slack:T0ACME/U_STRANGER"
CHOICES = ("dag_01", "dag_02", "dag_03")


def document(name: str) -> dict[str, Any]:
    """An example file as plain data, to be changed and validated again."""
    found: dict[str, Any] = YAML(typ="safe").load(EXAMPLES / name)
    return found


def the_plan(**changes: Any) -> Plan:
    return Plan.model_validate(document("airflow-3.plan.yaml") | changes)


def the_campaign(**changes: Any) -> Campaign:
    """The example's, with its waves free to start side by side."""
    free: dict[str, Any] = {"waves": {1: {}, 2: {}}}
    return Campaign.model_validate(document("airflow-3.campaign.yaml") | free | changes)


def with_gates(**changes: Any) -> Campaign:
    """The example's campaign with other gates; None takes a rule out."""
    gates = document("airflow-3.campaign.yaml")["gates"] | changes
    return the_campaign(gates={name: rule for name, rule in gates.items() if rule is not None})


class Story:
    """One migration, and all that was decided about it."""

    def __init__(self, plan: Plan | None = None, campaign: Campaign | None = None, resource: int = 0) -> None:
        plan, campaign = plan or the_plan(), campaign or the_campaign()
        self.now = MONDAY
        self.events: list[Any] = []
        self._numbers = count(1)
        created = MigrationCreated(
            campaign=campaign.id,
            resource=campaign.resources[resource],
            plan=campaign.plan,
            environments=tuple(plan.environments),
        )
        state = evolve(None, created, Cause(self.now, OPERATOR, "apply"))
        self.view = View(state, plan, campaign, Gate(campaign=campaign.id))
        self.last = Decision((), self.view)

    def signal(self, signal: Signal) -> Self:
        self.last = decide(self.view, signal)
        self.view = replace(self.last.view, offered=None)
        self.events += self.last.events
        return self

    def act(self, verb: str, actor: str = OPERATOR, **given: Any) -> Self:
        return self.signal(self._act(verb, actor, given))

    def answer(self, track: str, verb: str, actor: str = OPERATOR, **given: Any) -> Self:
        """Clicks the button that the open checkpoint of this track shows now."""
        return self.act(verb, actor, checkpoint=self.button(track), **given)

    def button(self, track: str) -> CheckpointRef:
        path, step, checkpoint = next(found[1:] for found in open_checkpoints(self.view) if found[0] == track)
        return CheckpointRef(track=track, step=path, attempt=step.attempt, digest=checkpoint.digest)

    def report(self, report: Report, order: Order | None = None) -> Self:
        order = order or self.order
        number = next(self._numbers)
        return self.signal(
            Reported(
                id=f"report-{number}", at=self.now, migration=self.view.state.id,
                key=order.key, skill=order.skill, report=report,
            )
        )  # fmt: skip

    def observe(self, seen: Seen, read_at: datetime | None = None, address: str | None = None) -> Self:
        address = address or next(w for _, s in self.current() for w in s.watches if w.startswith(seen.kind))
        number = next(self._numbers)
        return self.signal(
            Observed(
                id=f"observed-{number}", at=self.now, migration=self.view.state.id,
                address=address, read_at=read_at or self.now, seen=seen,
            )
        )  # fmt: skip

    def tick(self) -> Self:
        return self.signal(Ticked(id=f"tick-{next(self._numbers)}", at=self.now, migration=self.view.state.id))

    def later(self, **span: float) -> Self:
        self.now += timedelta(**span)
        return self

    def until(self, track: str, path: str) -> Self:
        """Goes on as an engaged team and obliging machines would, until this track is at this step."""
        for _ in range(200):
            at = self.view.state.tracks.get(track)
            if at is not None and at.step == path:
                return self
            self.oblige()
        raise AssertionError(f"{track} never came to {path}: {self.where()}")

    def oblige(self) -> Self:
        """One thing that moves the migration on."""
        self.later(minutes=1)
        if self.view.state.status == "pending":
            return self.act("start")
        for order in orders_for(self.view):
            return self.report(self._kind_report(order), order)
        for _, step in self.current():
            if step.watches and step.status in {"waiting", "awaiting_human"}:
                return self.observe(merged() if step.watches[0].startswith("pull") else succeeded_run())
        for track, _, _, checkpoint in open_checkpoints(self.view):
            return self.answer(track, checkpoint.verbs[0], self.who_may(track, checkpoint), **self._fields_of(track))
        raise AssertionError(f"nothing moves: {self.where()}")

    def who_may(self, track: str, checkpoint: Checkpoint) -> str:
        """The operator, or else the approver, or anybody else who may give the expected answer and did not yet."""
        people, given = self.view.campaign.people, {one.actor for one in checkpoint.given}
        team = [one for one in (OPERATOR, APPROVER, *people.operators, *people.approvers) if one not in given]
        may = (one for one in team if not refusal_for(self.view, track, checkpoint, one, checkpoint.verbs[0]))
        return next(may, APPROVER)

    def current(self) -> list[tuple[str, StepState]]:
        tracks = self.view.state.tracks.items()
        return [(name, track.steps[track.step]) for name, track in tracks if track.step and track.status != "completed"]

    def step(self, track: str) -> StepState:
        return dict(self.current())[track]

    def where(self) -> dict[str, str]:
        return {name: f"{track.step} {track.status}" for name, track in self.view.state.tracks.items()}

    def kinds(self) -> list[str]:
        """The kinds of the events that the last signal led to."""
        return [event.kind for event in self.last.events]

    @property
    def order(self) -> Order:
        (order,) = orders_for(self.view)
        return order

    def _act(self, verb: str, actor: str, given: dict[str, Any]) -> Act:
        number = next(self._numbers)
        if verb == "decide":
            offered = [event for event in self.events if isinstance(event, ChoicesOffered)]
            self.view = replace(self.view, offered=offered[-1].choices if offered else ())
        fields = {"id": f"act-{number}", "at": self.now, "migration": self.view.state.id, "actor": actor, "verb": verb}
        why = {"note": "It has to be."} if verb in REASON_WANTED else {}
        return Act.model_validate(fields | why | given)

    def _fields_of(self, track: str) -> dict[str, Any]:
        """The smallest answers to the form that is asked here, if one is."""
        path = self.view.state.tracks[track].step
        step = stop.step if path and (stop := self.view.plan.stop(track, path)) else None
        form = step.decision.form if isinstance(step, DecisionStep) else None
        if form is None or self.step(track).checkpoint is None:
            return {}
        given = {"string": "some text", "integer": "1", "number": "1", "boolean": "no"}
        fields = form.properties.items()
        return {"answers": {name: str(one.enum[0]) if one.enum else given[one.type] for name, one in fields}}

    def _kind_report(self, order: Order) -> Report:
        number = next(self._numbers)
        match order.skill:
            case "rewrite_dags" | "open_pull_request":
                return Succeeded(
                    outputs={"address": f"pull_request:7/{number}", "pull_request": "https://github.test/1"}
                )
            case "run_workflow":
                return Pending(watches=(f"workflow_run:7/{number}",))
            case "list_items":
                return Succeeded(choices=CHOICES)
            case _:
                return Succeeded()


def pull_request(**changes: Any) -> PullRequestSeen:
    fields = {"number": 1, "url": "https://github.test/1", "state": "open", "merged": False, "head_sha": "a1"}
    return PullRequestSeen.model_validate(fields | changes)


def merged() -> PullRequestSeen:
    return pull_request(state="closed", merged=True)


def run(**changes: Any) -> RunSeen:
    fields = {"run_id": 5, "run_attempt": 1, "url": "https://github.test/runs/5", "status": "in_progress"}
    return RunSeen.model_validate(fields | changes)


def succeeded_run() -> RunSeen:
    return run(status="completed", conclusion="success")


def failed_run(reason: str = "ImagePullBackOff", **changes: Any) -> RunSeen:
    return run(status="completed", conclusion="failure", reason=reason, **changes)
