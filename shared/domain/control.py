"""What a person does to a whole campaign: pause, resume, open a wave. Starts stop; facts never do."""

from dataclasses import dataclass
from typing import assert_never

from shared.domain.holding import may_start_in, size_of
from shared.domain.permissions import is_one_of
from shared.domain.view import Refusal
from state_schema.campaign import Campaign
from state_schema.control import Control, ControlRecorded
from state_schema.gate import Gate, Pause, Place

REMEMBERED_ACTS = 8


@dataclass(frozen=True, slots=True)
class Controlled:
    """The gate after the act and its record; no record where nothing changed, with the refusal where there is one."""

    gate: Gate
    record: ControlRecorded | None = None
    refusal: Refusal | None = None
    running: tuple[str, ...] = ()
    """What holds a slot in the act's scope: it ends, and nothing follows it while the scope is paused."""


def control(gate: Gate, campaign: Campaign, act: Control) -> Controlled:
    """What the act changes. An act that was recorded before changes nothing."""
    if act.id in gate.acts:
        return Controlled(gate)
    refusal = _refusal(gate, campaign, act)
    if refusal is not None:
        return Controlled(gate, refusal=refusal)
    changed: dict[str, object]
    match act.verb:
        case "pause":
            changed = {"pauses": {**gate.pauses, act.scope: Pause(actor=act.actor, at=act.at, reason=act.note)}}
        case "resume":
            changed = _resumed(gate, act)
        case "open-wave":
            changed = {"opened": (*gate.opened, _wave(act))}
        case _:
            assert_never(act.verb)
    after = gate.model_copy(
        update={**changed, "version": gate.version + 1, "acts": (*gate.acts, act.id)[-REMEMBERED_ACTS:]}
    )
    record = ControlRecorded(
        number=after.version,
        at=act.at,
        actor=act.actor,
        signal=act.id,
        verb=act.verb,
        scope=act.scope,
        note=act.note,
    )
    return Controlled(
        after, record, running=tuple(key for key, place in gate.held.items() if _covers(act.scope, key, place))
    )


def _covers(scope: str, key: str, place: Place) -> bool:
    kind, _, name = scope.partition(":")
    match kind:
        case "wave":
            return place.wave == int(name)
        case "environment":
            return place.environment == name
        case "migration":
            return key.split("/")[1] == name
        case _:
            return True


def _resumed(gate: Gate, act: Control) -> dict[str, object]:
    """A resumed wave starts with a reset breaker; that is how a tripped one is let go."""
    changed: dict[str, object] = {"pauses": {scope: one for scope, one in gate.pauses.items() if scope != act.scope}}
    if act.scope.startswith("wave:"):
        changed["failures"] = {wave: failed for wave, failed in gate.failures.items() if wave != _wave(act)}
    return changed


def _refusal(gate: Gate, campaign: Campaign, act: Control) -> Refusal | None:
    if not is_one_of(campaign.people, act.actor, campaign.people.operators):
        return Refusal(
            "not_permitted", f"Only an operator of {campaign.id} can {act.verb}.", "Ask one of its operators."
        )
    if unknown := _unknown(campaign, act):
        return unknown
    if act.verb == "pause" and act.scope in gate.pauses:
        who = gate.pauses[act.scope]
        return Refusal("already_paused", f"{who.actor} paused {act.scope} already, at {who.at:%Y-%m-%d %H:%M} UTC.")
    tripped = act.scope.startswith("wave:") and bool(gate.failures.get(_wave(act)))
    if act.verb == "resume" and act.scope not in gate.pauses and not tripped:
        paused = ", ".join(f"`resume {scope.replace(':', ' ')}`" for scope in gate.pauses) or "nothing is paused"
        return Refusal("not_paused", f"{act.scope} is not paused.", f"What would work: {paused}.")
    if act.verb == "open-wave" and may_start_in(gate, campaign, _wave(act)):
        return Refusal("already_open", f"Wave {_wave(act)} is open already.")
    return None


def _unknown(campaign: Campaign, act: Control) -> Refusal | None:
    kind, _, name = act.scope.partition(":")
    if kind == "wave" and (int(name) not in campaign.waves or size_of(campaign, int(name)) == 0):
        return Refusal("unknown_wave", f"{campaign.id} has no wave {name}.", f"Its waves: {sorted(campaign.waves)}.")
    if kind == "migration" and name not in {resource.id for resource in campaign.resources}:
        return Refusal("unknown_resource", f"{campaign.id} has no {name}.")
    if act.verb == "open-wave" and kind != "wave":
        return Refusal("unknown_wave", "Say which wave: `open-wave 2`.")
    return None


def _wave(act: Control) -> int:
    return int(act.scope.partition(":")[2])
