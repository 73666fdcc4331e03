"""How a change of a campaign's file is told, as plain text."""

from collections.abc import Sequence
from typing import Final

from shared.domain.campaign_changes import Change
from state_schema.json_values import Json

_NAMED: Final = 5
"""Of those that come or go so many are named; a role may have hundreds."""


def change_in_words(change: Change) -> str:
    """`owner: team-b, was team-a`; `people.operators: 2, was 3 (without slack:T0ACME/U_OLD)`; `windows changed`."""
    before, after = _shown(change.before), _shown(change.after)
    names = _coming_and_going(change)
    if before == after and not names:
        return f"{change.field} changed"
    return f"{change.field}: {after}, was {before}{names}"


def _shown(value: Json) -> str:
    if value is None or value == "":
        return "not set"
    return str(len(value)) if isinstance(value, list | dict) else str(value)


def _coming_and_going(change: Change) -> str:
    """Who or what of a list of names is new in it, or no longer there."""
    old, new = _names(change.before), _names(change.after)
    added, left = [one for one in new if one not in old], [one for one in old if one not in new]
    told = [f"{word} {_few(some)}" for word, some in (("with", added), ("without", left)) if some]
    return f" ({', '.join(told)})" if told else ""


def _names(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
