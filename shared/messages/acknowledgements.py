"""What a person reads at once after typing a command, before the command is resolved: kind, exact, and only to them."""

from typing import Final

from shared.messages.escaping import code

_SHOWN: Final = 300
"""Characters of a command that are repeated back."""


def taken(command: str, text: str) -> str:
    """The command was taken; its answer comes later through `response_url`."""
    return f"Got it: {code(f'{command} {text}', _SHOWN)}. The answer follows here."


def too_long(command: str, length: int, limit: int) -> str:
    """The command was not taken. It is not cut, because a part of a command could mean something else."""
    return f"That is {length:,} characters, and {code(command)} takes {limit:,}. Nothing was done; send less at once."


def unknown_command(command: str, known: str) -> str:
    """The command was not taken: it is none of ours."""
    return f"I only know {code(known)}, and this was {code(command)}. Nothing was done."
