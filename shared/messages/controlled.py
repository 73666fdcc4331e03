"""What an act on a whole campaign, or on all of them, is answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from shared.domain.control import Controlled
from shared.domain.excepting import place_of
from shared.messages.escaping import code, words
from shared.messages.needed import COMMAND
from shared.messages.people import moment
from state_schema.control import Control
from state_schema.gate import FreezeException, Gate

_NAMED: Final = 3
_RECORDED: Final = "What people decide and skills report is recorded."
_EVERYTHING: Final = frozenset({"all", "campaign"})
_IN_ORDER: Final = "what waits starts as slots are free, the lowest wave and the longest wait first."


def controlled_text(act: Control, controlled: Controlled) -> str:
    """What was done; a pause and a freeze say how much is still running."""
    what = act.scope.replace(":", " ")
    match act.verb:
        case "pause":
            return f"Paused {what}: nothing more starts; {_still(len(controlled.running))}. {_RECORDED}"
        case "freeze":
            longer = f" (it was frozen until {moment(controlled.was_until)})" if controlled.was_until else ""
            return f"Froze {what} {_until(act.until)}{longer}; {_still(len(controlled.running))}. {_RECORDED}"
        case "except":
            return _excepted(place_of(act), controlled.gate.exceptions.get(place_of(act)))
        case "resume":
            return f"Resumed {what}{_resumed(controlled.gate)}"
        case "open-wave":
            return f"Opened {what}: its migrations may be started."


def all_text(act: Control, done: Mapping[str, Controlled]) -> str:
    """The same of an act on all campaigns; `done` is what came of it, by campaign."""
    refused = {name: one.refusal for name, one in done.items() if one.refusal is not None}
    running = _still(sum(len(one.running) for one in done.values()))
    every = f"{len(done)} {'campaign' if len(done) == 1 else 'campaigns'}"
    what = f"{len(done) - len(refused)} of {every}" if refused else f"all {every}" if len(done) > 1 else every
    others = [f"Not {code(name)}: {words(refusal.message, 300)}" for name, refusal in list(refused.items())[:_NAMED]]
    match act.verb:
        case "pause":
            told = f"Paused {what}: nothing more starts; {running}. {_RECORDED}"
        case "freeze":
            told = f"Froze {what} {_until(act.until)}; {running}. {_RECORDED}"
        case _:
            told = f"Resumed {what}: {_IN_ORDER} A campaign's own pauses stay."
    return " ".join([told, *others])


def _resumed(gate: Gate) -> str:
    """What starts now, and what something else still stops."""
    others = [(scope, "paused") for scope in sorted(gate.pauses)]
    others += [(scope, f"frozen until {moment(gate.freezes[scope].until)}") for scope in sorted(gate.freezes)]
    if not others:
        return f": {_IN_ORDER}"
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    told = ", ".join(f"{scope.replace(':', ' ')} is still {how}" for scope, how in others[:_NAMED])
    if any(scope in _EVERYTHING for scope, _ in others):
        return f", but {told}{more}: nothing starts yet."
    return f", but {told}{more}. Elsewhere {_IN_ORDER}"


def _still(running: int) -> str:
    return "nothing is running" if not running else f"{running} step{'s' * (running > 1)} still running"


def _until(end: datetime | None) -> str:
    return f"until {moment(end)}: nothing more starts before" if end else "without an end"


def _excepted(place: str, exception: FreezeException | None) -> str:
    resource, _, track = place.partition("/")
    if exception is None:
        return f"The exception of {resource} in {track} is over."
    if exception.approved_by is None:
        typed = code(f"{COMMAND} except {resource} {track}")
        return (
            f"Asked that {resource} may start in {track} before {moment(exception.until)}. "
            f"It wants a second person, who is an approver: {typed}"
        )
    return (
        f"Approved: {resource} may start in {track} until {moment(exception.until)}, in spite of the freeze. "
        "Pauses, the breaker and approvals hold as before."
    )
