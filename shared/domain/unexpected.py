"""Which refusals are unexpected operations: somebody wanted what is not theirs, and operators want to hear of it."""

from typing import Final

BOUNDARY: Final = frozenset(
    {
        "not_permitted",
        "members_unknown",
        "four_eyes",
        "second_person",
        "wrong_code",
        "too_many_guesses",
        "code_of_another",
        "unknown_person",
        "unknown_sender",
    }
)
"""The reason codes of the permission boundary; all other refusals are about what is possible."""
