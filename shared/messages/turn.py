"""Where a step stands in the line for a slot, and who holds those that there are."""

from typing import Final

from shared.domain.gate import environment_of, in_line, slot_key
from shared.domain.holding import breaker_is_open, pause_over
from shared.messages.escaping import words
from shared.messages.people import moment, person
from shared.messages.standing import Standing

_NAMED: Final = 3


def turn(at: Standing) -> str:
    """`its turn (2 of 5 in line; at work: deploy.run of billing.reports in test)`, in plain text; of a step that queues.

    Whatever holds a slot of the campaign is named, the longest first: also what an aborted migration left running.
    """
    gate = at.view.gate
    line = [key for key, _ in in_line(gate)]
    mine = slot_key(at.view.state, at.name, at.path, at.step.attempt) if at.step else ""
    held = [_named(key) for key, _ in sorted(gate.held.items(), key=lambda entry: (entry[1].since, entry[0]))]
    said = [f"{line.index(mine) + 1} of {len(line)} in line"] if mine in line else []
    if held:
        more = f" and {len(held) - _NAMED} more" if len(held) > _NAMED else ""
        said.append(f"at work: {', '.join(held[:_NAMED])}{more}")
    return f"its turn ({'; '.join(said)})" if said else "its turn"


def _named(key: str) -> str:
    """As a person says the key of a slot, `<campaign>/<resource>/<track>/<step>/<attempt>`."""
    _, resource, track, step, *_ = key.split("/")
    return f"{step} of {resource} in {track}"


def held(at: Standing) -> str:
    """Why a step that queues does not start, in Slack's markup: what somebody stopped, or that others are before it."""
    view, resource = at.view, at.view.state.resource
    if at.step is not None and at.step.until is not None:
        why = "is frozen" if at.freeze else "may not start"
        return f"{why} until {moment(at.step.until)}" if at.freeze else f"{why} before {moment(at.step.until)}"
    if paused := pause_over(view.gate, resource.id, environment_of(at.name), resource.wave):
        scope, pause = paused
        why = f": {words(pause.reason, 200)}" if pause.reason else ""
        return f"is held by a pause of {scope.replace(':', ' ')}, by {person(pause.actor)}{why}"
    if breaker_is_open(view.gate, view.campaign, resource.wave):
        return f"is held by the breaker of wave {resource.wave}"
    return f"waits for {turn(at)}"
