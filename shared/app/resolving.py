"""Finds what the words of a command name: a resource's view, and an environment of it; or says what they name instead."""

from collections.abc import Sequence

from shared.app.asked import Asked
from shared.domain.follow import track_names
from shared.domain.known_people import known_in
from shared.domain.view import View
from shared.errors import NotFoundError
from shared.messages.unknown import suggestion, suggestions, unknown_environment, unknown_resource
from state_schema.answers import Answer, Suggestion, refused
from state_schema.ids import migration_id

_NAMED = 5


def view_named(asked: Asked) -> View | Answer:
    """The view of the resource that follows the command's name."""
    verb, *rest = asked.words
    if not rest:
        return refused("which_resource", f"Which resource? Write `{verb} &lt;resource&gt;`.", *_first(asked, verb))
    if rest[0] not in asked.resources:
        return unknown_resource(asked.words, 1, asked.resources)
    try:
        return known_in(asked.store.migrations.load(migration_id(asked.campaign.id, rest[0])).view, asked.command.at)
    except NotFoundError as exc:
        return refused("not_found", str(exc))


def _tracks_named(asked: Asked, view: View) -> Sequence[str] | Answer:
    """The environment that follows the resource; all tracks where none does."""
    known = list(track_names(view))
    if len(asked.words) < 3:  # noqa: PLR2004 - verb, resource, environment
        return known
    if asked.words[2] not in known:
        return unknown_environment(asked.words, 2, known)
    return [asked.words[2]]


def place_named(asked: Asked) -> tuple[View, Sequence[str]] | Answer:
    """Both: the resource's view, and the tracks that are meant."""
    view = view_named(asked)
    if isinstance(view, Answer):
        return view
    tracks = _tracks_named(asked, view)
    return tracks if isinstance(tracks, Answer) else (view, tracks)


def _first(asked: Asked, verb: str) -> tuple[Suggestion, ...]:
    """Where there are only a few resources, one button each."""
    few = asked.resources if len(asked.resources) <= _NAMED else []
    return suggestions(*(suggestion(verb, one) for one in few))
