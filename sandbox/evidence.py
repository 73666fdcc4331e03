"""What the records of a finished scenario prove: what was decided how often, what started when, what a pause let through."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sandbox.world import World, alerts_beside
from shared.adapters.alert_lines import alerts_in
from shared.domain.view import View
from state_schema.control import ControlRecorded
from state_schema.events import (
    ActRefused,
    ApprovalVoided,
    CheckpointDecided,
    CheckpointEscalated,
    CheckpointReminded,
    Recorded,
    StepCompleted,
    StepStarted,
)

Document = dict[str, Any]
_PAGE: Final = 1000


class _Entry(NamedTuple):
    """An event with the migration that it belongs to."""

    view: View
    recorded: Recorded

    @property
    def place(self) -> str:
        """`test/infra.apply`, of the event that it is."""
        event = self.recorded.event
        return f"{getattr(event, 'track', '')}/{getattr(event, 'step', '')}"


def evidence(world: World, views: Sequence[View]) -> Document:
    """What scenarios may expect beyond the states.

    `decided`: how often at each step; `approvals`: by whom, and how often some became void. `refused`: acts by reason.
    `first_starts` of each track and `first_ends` of each step, as `Mon 09:00` in UTC. `pauses`: by scope, how much started
    meanwhile and which steps ended. `plans`: the version that each resource is on. `webhooks`: by their fate. `reminded`
    and `escalated`: when, of each resource. `alerts`: their subjects.
    """
    entries = [_Entry(view, recorded) for view in views for recorded in _history(world, view.state.id)]
    records = [
        one for name in sorted({view.campaign.id for view in views}) for one in world.engine.controls.records(name)
    ]
    events = [entry.recorded.event for entry in entries]
    return {
        "decided": _by_resource(views, entries),
        "approvals": _approvals(views, entries),
        "refused": dict(Counter(event.reason_code for event in events if isinstance(event, ActRefused))),
        "first_starts": _first(views, entries, StepStarted),
        "first_ends": _first(views, entries, StepCompleted),
        "pauses": {scope: _during(scope, begin, end, entries) for scope, begin, end in _pauses(records)},
        "plans": {view.state.resource.id: view.state.plan for view in views},
        "reminded": _when(views, entries, CheckpointReminded),
        "escalated": _when(views, entries, CheckpointEscalated),
        "alerts": [alert["subject"] for alert in alerts_in(alerts_beside(world.data))],
        "webhooks": dict(Counter(one["status"] for one in world.github.deliveries())),
    }


def _history(world: World, migration: str) -> Iterator[Recorded]:
    after = 0
    while page := world.engine.history.events(migration, after, _PAGE):
        yield from page
        after = page[-1].number


def _by_resource(views: Sequence[View], entries: Sequence[_Entry]) -> Document:
    counts = {view.state.resource.id: Counter[str]() for view in views}
    for entry in entries:
        if isinstance(entry.recorded.event, CheckpointDecided):
            counts[entry.view.state.resource.id][entry.place] += 1
    return {resource: dict(count) for resource, count in counts.items()}


def _approvals(views: Sequence[View], entries: Sequence[_Entry]) -> Document:
    """By resource and place, of what more than one had to approve or what became void: who approved it in the end."""
    found: dict[str, dict[str, dict[str, Any]]] = {view.state.resource.id: {} for view in views}
    for entry in entries:
        event, places = entry.recorded.event, found[entry.view.state.resource.id]
        if isinstance(event, ApprovalVoided):
            known = places.setdefault(entry.place, {"void": 0, "by": []})
            known |= {"void": known["void"] + 1, "by": []}
        elif isinstance(event, CheckpointDecided) and (event.others or entry.place in places):
            by = [actor.rpartition("/")[2] for actor in (*(event.others or ()), entry.recorded.actor)]
            places.setdefault(entry.place, {"void": 0})["by"] = by
    return {resource: places for resource, places in found.items() if places}


def _first(views: Sequence[View], entries: Sequence[_Entry], kind: type[StepStarted | StepCompleted]) -> Document:
    """By resource, then by track for starts and by step for ends."""
    found: dict[str, dict[str, str]] = {view.state.resource.id: {} for view in views}
    for entry in entries:
        event = entry.recorded.event
        if isinstance(event, kind):
            key = event.track if kind is StepStarted else entry.place
            found[entry.view.state.resource.id].setdefault(key, f"{entry.recorded.at:%a %H:%M}")
    return found


def _when(
    views: Sequence[View], entries: Sequence[_Entry], kind: type[CheckpointReminded | CheckpointEscalated]
) -> Document:
    """Every time, as `Mon 09:00` in UTC."""
    found: dict[str, list[str]] = {view.state.resource.id: [] for view in views}
    for entry in entries:
        if isinstance(entry.recorded.event, kind):
            found[entry.view.state.resource.id].append(f"{entry.recorded.at:%a %H:%M}")
    return {resource: times for resource, times in found.items() if times}


def _pauses(records: Sequence[ControlRecorded]) -> Iterator[tuple[str, datetime, datetime | None]]:
    """(scope, begin, end) of each pause; the end is None where nobody resumed."""
    for number, record in enumerate(records):
        if record.verb == "pause":
            later = (one.at for one in records[number:] if one.verb == "resume" and one.scope == record.scope)
            yield record.scope, record.at, next(later, None)


def _during(scope: str, begin: datetime, end: datetime | None, entries: Sequence[_Entry]) -> Document:
    inside = [
        entry
        for entry in entries
        if begin <= entry.recorded.at and (end is None or entry.recorded.at < end) and _covers(scope, entry)
    ]
    ended = [entry for entry in inside if isinstance(entry.recorded.event, StepCompleted)]
    return {
        "resumed": end is not None,
        "starts": sum(isinstance(entry.recorded.event, StepStarted) for entry in inside),
        "ended": [f"{entry.view.state.resource.id} {entry.place}" for entry in ended],
    }


def _covers(scope: str, entry: _Entry) -> bool:
    kind, _, name = scope.partition(":")
    resource = entry.view.state.resource
    here = {
        "wave": str(resource.wave),
        "environment": getattr(entry.recorded.event, "track", ""),
        "migration": resource.id,
    }
    return kind in {"all", "campaign"} or here[kind] == name
