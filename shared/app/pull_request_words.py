"""Fills the resource of a pull request into words that name none."""

import shlex
from collections.abc import Sequence
from typing import Final

from shared.domain.commands import BY_NAME, resumes_of
from shared.domain.view import View
from shared.ports.store import Store
from state_schema.ids import SHARED_TRACK

_RESOURCE: Final = "resource"
_ANYTHING: Final = frozenset({"decide"})
"""Commands whose further words may be anything: a first one that is no resource is one of them."""


def with_resource(words: Sequence[str], migrations: Sequence[str], store: Store) -> str | None:
    """The command with the resource in its place, as text; None where it stays as it is.

    A word that could be a misspelt resource is left alone, so that it is answered and not taken for something else.
    """
    if len(migrations) != 1 or not words:
        return None
    view = store.migrations.load(migrations[0]).view
    place = _place(words, view)
    if place is None or not _is_left_out(words[0], words[place:], view):
        return None
    return shlex.join([*words[:place], view.state.resource.id, *words[place:]])


def _place(words: Sequence[str], view: View) -> int | None:
    """Where the resource stands; None for a command that takes none."""
    verb = words[0]
    known = BY_NAME.get(verb)
    if known is None:
        return 1 if verb in resumes_of(view.plan) else None
    if _RESOURCE not in known.usage:
        return None
    action_first = verb == "confirm" and len(words) > 1 and words[1] in {one.replace("_", "-") for one in _ACTIONS}
    return 2 if action_first else 1


def _is_left_out(verb: str, rest: Sequence[str], view: View) -> bool:
    if not rest:
        return True
    word, tracks = rest[0], {SHARED_TRACK, *view.plan.environments}
    if word in {one.id for one in view.campaign.resources}:
        return False
    says_more = (verb == "move" and "@" in word) or (verb == "assign" and (word == "me" or ":" in word))
    return word in tracks or word.startswith("--") or verb in _ANYTHING or says_more


_ACTIONS: Final = ("deploy", "run_migration", "create_pr", "open_pr", "merge", "delete")
