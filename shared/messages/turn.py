"""Where a step stands in the line for a slot, and who holds those that there are."""

from typing import Final

from shared.domain.gate import in_line, slot_key
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
