"""When an act on a whole campaign is refused, and in which words."""

from typing import Final

from shared.domain.excepting import in_utc, place_of
from shared.domain.holding import may_start_in, size_of
from shared.domain.people import is_one_of
from shared.domain.reasons import credential_in
from shared.domain.view import Refusal
from state_schema.campaign import Campaign
from state_schema.control import Control
from state_schema.gate import Gate

MOST: Final = 50
"""Freezes in force at once, and exceptions: the gate is read and written at every start."""


def refusal_of(gate: Gate, campaign: Campaign, act: Control) -> Refusal | None:
    """Why the act is not possible, or not this person's; None where it is. Freeze and exception have rules of their own."""
    if act.verb != "except" and not is_one_of(campaign.people, act.actor, campaign.people.operators):
        return Refusal(
            "not_permitted", f"Only an operator of {campaign.id} can {act.verb}.", "Ask one of its operators."
        )
    if refusal := _unknown(campaign, act) or _too_many(gate, act) or credential_in(act.note):
        return refusal
    if act.verb == "pause" and act.scope in gate.pauses:
        who = gate.pauses[act.scope]
        return Refusal("already_paused", f"{who.actor} paused {in_words(act.scope)} already, at {in_utc(who.at)}.")
    tripped = act.scope.startswith("wave:") and bool(gate.failures.get(wave_of(act)))
    held_back = {**gate.pauses, **gate.freezes}
    if act.verb == "resume" and act.scope not in held_back and not tripped:
        held = ", ".join(f"{in_words(scope)} ({'paused' if scope in gate.pauses else 'frozen'})" for scope in held_back)
        in_force = f"Still held back: {held}; `resume` takes the place that you mean." if held else "Nothing is."
        return Refusal("not_paused", f"Neither paused nor frozen: {in_words(act.scope)}.", in_force)
    if act.verb == "open-wave" and may_start_in(gate, campaign, wave_of(act)):
        return Refusal("already_open", f"Wave {wave_of(act)} is open already.")
    return None


def _too_many(gate: Gate, act: Control) -> Refusal | None:
    known, key = (gate.exceptions, place_of(act)) if act.verb == "except" else (gate.freezes, act.scope)
    if act.verb not in {"freeze", "except"} or key in known or len(known) < MOST:
        return None
    text = f"{len(known)} of them are in force already, and {MOST} are the most."
    return Refusal("too_many", text, "Take a wider scope: an environment, a wave, or the campaign.")


def _unknown(campaign: Campaign, act: Control) -> Refusal | None:
    kind, _, name = act.scope.partition(":")
    if (kind == "exception") != (act.verb == "except"):
        return Refusal("unknown_scope", f"{act.verb} does not go with {act.scope}.")
    if kind == "wave" and (int(name) not in campaign.waves or size_of(campaign, int(name)) == 0):
        return Refusal(
            "unknown_wave",
            f"{campaign.id} has no wave {name}.",
            f"Its waves: {', '.join(map(str, sorted(campaign.waves)))}.",
        )
    if kind == "migration" and name not in {resource.id for resource in campaign.resources}:
        return Refusal("unknown_resource", f"{campaign.id} has no {name}.")
    if act.verb == "open-wave" and kind != "wave":
        return Refusal("unknown_wave", "Say which wave: `open-wave 2`.")
    return None


def wave_of(act: Control) -> int:
    """The number in its scope `wave:<n>`."""
    return int(act.scope.partition(":")[2])


def in_words(scope: str) -> str:
    """`wave 2`, as people type it."""
    return scope.replace(":", " ")
