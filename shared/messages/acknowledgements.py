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


def not_opened(typed: str) -> str:
    """A click was to open a modal, and Slack did not open it: how to say the same in the channel."""
    return f"Slack did not open the form just now. Press again, or write in the channel: {code(f'/migrate {typed}', _SHOWN)}."


_WRONG: Final = {
    "no_reason": "Say why in a few words; those who read the history will ask.",
    "long_reason": "At most 3,000 characters, please; link to the rest.",
    "nothing_chosen": "Choose at least one.",
    "too_many": "That is more than one answer can hold. Choose fewer; the rest can follow in another answer.",
    "long_answer": "At most 3,000 characters, please.",
    "long_form": "All answers together are too long. Shorten this one.",
}


def wrong_input(problem: str) -> str:
    """Below a field of a modal: why it is not taken yet."""
    return _WRONG[problem]
