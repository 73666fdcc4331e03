"""What a person does to a whole campaign: pause, freeze, except, resume, open a wave. Starts stop; facts never do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from shared.domain.control_rules import in_words, refusal_of, wave_of
from shared.domain.excepting import excepted, in_utc, kept_after, place_of
from shared.domain.history import chained
from shared.domain.view import Refusal
from state_schema.campaign import Campaign
from state_schema.control import Control, ControlRecorded
from state_schema.gate import Freeze, Gate, Pause, Place

REMEMBERED_ACTS: Final = 8
LONGEST_FREEZE: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Controlled:
    """The gate after the act and its record; no record where nothing changed, with the refusal where there is one."""

    gate: Gate
    record: ControlRecorded | None = None
    refusal: Refusal | None = None
    running: tuple[str, ...] = ()
    """What holds a slot in the act's scope: it ends, and nothing follows it while the scope is paused or frozen."""
    was_until: datetime | None = None
    """The end of the freeze that this one makes longer."""


def control(gate: Gate, campaign: Campaign, act: Control, *, queued_until: datetime | None = None) -> Controlled:
    """What the act changes. An act that was recorded before changes nothing.

    `queued_until`: of an exception, the time that the step at its place queues for.
    """
    if act.id in gate.acts:
        return Controlled(gate, running=_running(gate, act))
    present = _without_what_is_over(gate, act.at)
    changed = refusal_of(present, campaign, act) or _changed(present, campaign, act, queued_until)
    if isinstance(changed, Refusal):
        return Controlled(gate, refusal=changed)
    after = present.model_copy(update=changed)
    asked = after.exceptions.get(place_of(act))
    bare = ControlRecorded(
        number=gate.version + 1,
        at=act.at,
        actor=act.actor,
        signal=act.id,
        verb=act.verb,
        scope=act.scope,
        until=asked.until if asked else act.until,
        note=act.note,
    )
    after, record = recorded(after, bare)
    longer = present.freezes.get(act.scope) if act.verb == "freeze" else None
    return Controlled(after, record, running=_running(after, act), was_until=longer.until if longer else None)


def recorded(gate: Gate, bare: ControlRecorded) -> tuple[Gate, ControlRecorded]:
    """The changed gate under its next version, and the record as it is stored."""
    record = chained(bare, gate.tail)
    acts = (*gate.acts, bare.signal)[-REMEMBERED_ACTS:]
    return gate.model_copy(update={"version": bare.number, "acts": acts, "tail": record.hash}), record


def _changed(
    gate: Gate, campaign: Campaign, act: Control, queued_until: datetime | None
) -> dict[str, object] | Refusal:
    match act.verb:
        case "pause":
            return {"pauses": {**gate.pauses, act.scope: Pause(actor=act.actor, at=act.at, reason=act.note)}}
        case "freeze":
            return _frozen(gate, act)
        case "except":
            found = excepted(gate, campaign, act, queued_until)
            return found if isinstance(found, Refusal) else {"exceptions": {**gate.exceptions, place_of(act): found}}
        case "resume":
            return _resumed(gate, campaign, act)
        case "open-wave":
            return {"opened": (*gate.opened, wave_of(act))}
        case _:
            assert_never(act.verb)


def _without_what_is_over(gate: Gate, at: datetime) -> Gate:
    freezes = {scope: one for scope, one in gate.freezes.items() if one.until > at}
    exceptions = {place: one for place, one in gate.exceptions.items() if one.until > at}
    return gate.model_copy(update={"freezes": freezes, "exceptions": exceptions})


def _running(gate: Gate, act: Control) -> tuple[str, ...]:
    return tuple(key for key, place in gate.held.items() if _covers(act.scope, key, place))


def _covers(scope: str, key: str, place: Place) -> bool:
    kind, _, name = scope.partition(":")
    match kind:
        case "wave":
            return place.wave == int(name)
        case "environment":
            return place.environment == name
        case "migration":
            return key.split("/")[1] == name
        case "exception":
            return False
        case _:
            return True


def _frozen(gate: Gate, act: Control) -> dict[str, object] | Refusal:
    """A freeze can be made longer by another one, and keeps its reason where that gives none.

    Only `resume` makes it shorter, so that nobody does that by mistake.
    """
    before = gate.freezes.get(act.scope)
    if act.until is None or act.until <= act.at:
        when = f": {in_utc(act.until)} is past" if act.until else ""
        return Refusal("no_end", f"A freeze wants an end to come{when}.", "Pause where nobody knows when it ends.")
    if act.until - act.at > LONGEST_FREEZE:
        text = f"A freeze lasts {LONGEST_FREEZE.days} days at most, and that is {(act.until - act.at).days}."
        return Refusal("too_long", text, "Pause where it takes longer.")
    if before is not None and before.until >= act.until:
        text = f"{before.actor} froze {in_words(act.scope)} already, until {in_utc(before.until)}."
        return Refusal("already_frozen", text, f"To let it go: `resume {in_words(act.scope)}`.")
    reason = act.note or (before.reason if before else "")
    freeze = Freeze(actor=act.actor, at=act.at, until=act.until, reason=reason)
    return {"freezes": {**gate.freezes, act.scope: freeze}}


def _resumed(gate: Gate, campaign: Campaign, act: Control) -> dict[str, object]:
    """Lifts pause and freeze. A resumed wave starts with a reset breaker; that is how a tripped one is let go."""
    freezes = {scope: one for scope, one in gate.freezes.items() if scope != act.scope}
    thawed = gate.model_copy(update={"freezes": freezes})
    changed: dict[str, object] = {
        "pauses": {scope: one for scope, one in gate.pauses.items() if scope != act.scope},
        "freezes": freezes,
        "exceptions": kept_after(gate, thawed, campaign, act.at),
    }
    if act.scope.startswith("wave:"):
        changed["failures"] = {wave: failed for wave, failed in gate.failures.items() if wave != wave_of(act)}
    return changed
