"""Reads who is to take care of a question: `me`, a mention as Slack sends it, or an id."""

import re
from collections.abc import Sequence
from typing import Final

from state_schema.answers import Answer, refused
from state_schema.signals import Act, Command

_ME: Final = "me"
_MENTION: Final = re.compile(r"<@([A-Z0-9_]{1,40})(\|[^>]*)?>")
_PERSON: Final = re.compile(
    r"slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]{0,18}|principal:[\x21-\x7e]{1,200}"
)
_TEAM: Final = re.compile(r"slack:([A-Z0-9_]{1,40})/")


def assign_act(command: Command, migration: str, track: str | None, rest: Sequence[str]) -> Act | Answer:
    """`assign <resource> [environment] [me | <person>]`; else what is wrong with it. A mention is of the asker's workspace."""
    if len(rest) > 1:
        return refused("not_understood", f"One person takes care of it, and you name {len(rest)}. Nothing was done.")
    to = person_in(rest[0], command.actor) if rest else command.actor
    if to is None:
        text = (
            "I can't tell who that is. Write `me`, mention somebody as you do in a message, or give an id as in the "
            "campaign's file: `slack:T…/U…`. Nothing was done."
        )
        return refused("unknown_person", text)
    return Act(
        id=command.id,
        at=command.at,
        migration=migration,
        actor=command.actor,
        verb="assign",
        track=track,
        person=to,
    )


def person_in(word: str, actor: str) -> str | None:
    """The id of the person whom this word means when `actor` says it; None where it cannot be told."""
    if word == _ME:
        return actor
    team, mention = _TEAM.match(actor), _MENTION.fullmatch(word)
    if mention and team:
        return f"slack:{team[1]}/{mention[1]}"
    return word if _PERSON.fullmatch(word) else None
