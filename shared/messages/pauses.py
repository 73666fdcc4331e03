"""What is paused, in words."""

from shared.messages.escaping import words
from state_schema.gate import Gate


def paused(gate: Gate) -> str:
    """A line for each pause, with who, since when and why; empty where nothing is paused."""
    lines = []
    for scope, pause in sorted(gate.pauses.items()):
        why = f": {words(pause.reason, 300)}" if pause.reason else ""
        lines.append(f"Paused: {scope.replace(':', ' ')}, by {pause.actor} since {pause.at:%Y-%m-%d %H:%M} UTC{why}\n")
    return "".join(lines)
