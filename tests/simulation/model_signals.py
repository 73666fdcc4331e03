"""Every signal that could come in a state: each report, sight, answer and due time, and those that are late or not theirs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.checkpoints import open_checkpoints
from shared.domain.machine import Signal
from shared.domain.orders import orders_for
from shared.domain.view import View
from state_schema.migration import Checkpoint, PullRequestSeen, RunSeen, Seen
from state_schema.orders import Order
from state_schema.plan import DecisionStep
from state_schema.signals import (
    Act,
    CheckpointRef,
    Failed,
    Observed,
    Pending,
    Progressed,
    Report,
    Reported,
    Succeeded,
    Ticked,
)

_NEXT = timedelta(minutes=10)
_MUCH_LATER = timedelta(days=9)
_CHOICES = ("a", "b")


def signals_for(view: View, at: datetime) -> Iterator[tuple[bool, Signal]]:
    """(whether it gives the migration up, signal); ids are new each time, as if each came for the first time."""
    state, now = view.state, at + _NEXT
    name = f"{state.version}"
    people = view.campaign.people
    operator, approver = people.operators[0], people.approvers[0]
    for verb in ("start", "abort", "retry", "skip"):
        act = Act(id=f"{verb}-{name}", at=now, migration=state.id, actor=operator, verb=verb, note="why not")
        yield verb in {"abort", "skip"}, act
    for later in (_NEXT, _MUCH_LATER):
        yield False, Ticked(id=f"tick-{name}-{later}", at=at + later, migration=state.id)
    for order in orders_for(view):
        yield from _reports(order, name, now, _number(view, order))
    for address in sorted(
        {one for track in state.tracks.values() for step in track.steps.values() for one in step.watches}
    ):
        for seen in _sights(address):
            yield (
                False,
                Observed(id=f"seen-{name}-{seen}", at=now, migration=state.id, address=address, read_at=now, seen=seen),
            )
    for track, path, step, asked in open_checkpoints(view):
        for digest in (asked.digest, "0" * 16):
            ref = CheckpointRef(track=track, step=path, attempt=step.attempt, digest=digest)
            for number, (verb, choices) in enumerate(_answers(view, track, path, asked)):
                for actor in (operator, approver, "slack:T0/U_STRANGER"):
                    yield False, Act(
                        id=f"{verb}-{number}-{name}-{track}-{digest}-{actor}", at=now, migration=state.id, actor=actor,
                        verb=verb, checkpoint=ref, choices=choices, note="why not",
                    )  # fmt: skip


def _answers(view: View, track: str, path: str, asked: Checkpoint) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """(verb, choices): each verb; a decision with all, with one, and with one that was not offered."""
    for verb in asked.verbs:
        yield verb, None
        stop = view.plan.stop(track, path)
        if verb == "decide" and stop is not None and isinstance(stop.step, DecisionStep):
            yield verb, (stop.step.decision.choices or _CHOICES)[:1]
            yield verb, ("nonsense",)


def _number(view: View, order: Order) -> int:
    """What this attempt makes outside is its own, and nobody else's."""
    tracks, stop = list(view.state.tracks), view.plan.stop(order.track, order.step)
    return 10_000 * (tracks.index(order.track) + 1) + 100 * (stop.number if stop else 0) + order.attempt


def _reports(order: Order, name: str, now: datetime, number: int) -> Iterator[tuple[bool, Signal]]:
    others = [attempt for attempt in (order.attempt - 1, order.attempt + 1) if attempt]
    place = order.key.rpartition("/")[0]
    for key in (order.key, *(f"{place}/{attempt}" for attempt in others)):
        for report in _said(order, now, number):
            fatal = isinstance(report, Failed) and report.category == "fatal"
            yield fatal, Reported(
                id=f"report-{name}-{key}-{report.kind}", at=now, migration=order.migration, key=key,
                skill=order.skill, report=report,
            )  # fmt: skip


def _said(order: Order, now: datetime, number: int) -> Iterator[Report]:
    yield Failed(category="transient", reason="busy", retry_at=now + timedelta(minutes=1))
    for category in ("retriable", "blocking", "fatal"):
        yield Failed.model_validate({"category": category, "reason": "no"})
    match order.skill:
        case "run_workflow":
            yield Pending(watches=(f"workflow_run:7/{number}",))
        case "rewrite_dags" | "open_pull_request":
            yield Succeeded(outputs={"address": f"pull_request:7/{number}"})
        case "list_items":
            yield Succeeded(choices=_CHOICES)
        case "migrate_items" if order.done == 0:
            yield Progressed(done=1, total=2, cursor="1")
        case _:
            yield Succeeded()


def _sights(address: str) -> Iterator[Seen]:
    number = int(address.rpartition("/")[2])
    if address.startswith("pull_request"):
        for state, merged, sha in (
            ("open", False, "a"), ("open", False, "b"), ("closed", False, "a"), ("closed", True, "b"),
        ):  # fmt: skip
            yield PullRequestSeen.model_validate(
                {"number": number, "url": "https://github.test", "state": state, "merged": merged, "head_sha": sha}
            )
        return
    for status, conclusion in (
        ("in_progress", None), ("completed", "success"), ("completed", "failure"), ("completed", "cancelled"),
    ):  # fmt: skip
        yield RunSeen.model_validate(
            {
                "run_id": number,
                "run_attempt": 1,
                "url": "https://github.test",
                "status": status,
                "conclusion": conclusion,
            }
        )
