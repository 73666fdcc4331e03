"""Reads the words of a command as an act on one migration, or says what is wrong with them."""

import difflib
from collections.abc import Sequence

from pydantic import ValidationError

from shared.messages.escaping import code
from shared.messages.replies import unknown_resource_text
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK, migration_id
from state_schema.plan import Plan
from state_schema.signals import Act, Command


def act_of(command: Command, words: Sequence[str], campaign: Campaign, plan: Plan) -> Act | str:
    """`<verb> <resource> [environment] [note …]`, or `decide <resource> [environment] all | <item> …`; else a sentence."""
    verb, *rest = words
    if not rest:
        return f"Which resource? Write `{verb} <resource>`, and the environment where it matters."
    resource, *rest = rest
    known = [one.id for one in campaign.resources]
    if resource not in known:
        return unknown_resource_text(resource, known)
    tracks = [SHARED_TRACK, *plan.environments]
    track = rest.pop(0) if rest and rest[0] in tracks else None
    if verb == "decide" and not rest:
        return f"Which items? Write `decide {resource} all`, or name them one after the other instead of `all`."
    if verb != "decide" and rest and track is None:
        return _unknown_track(rest[0], tracks)
    return _built(command, verb, migration_id(campaign.id, resource), track, rest)


def _built(command: Command, verb: str, migration: str, track: str | None, rest: Sequence[str]) -> Act | str:
    decides = verb == "decide"
    try:
        return Act(
            id=command.id,
            at=command.at,
            migration=migration,
            actor=command.actor,
            verb=verb,
            track=track,
            choices=tuple(rest) if decides and tuple(rest) != ("all",) else None,
            note="" if decides else " ".join(rest),
        )
    except ValidationError as exc:
        error = exc.errors()[0]
        return f"I can't take that: {'.'.join(map(str, error['loc']))}: {error['msg']}. Nothing was done."


def _unknown_track(word: str, tracks: Sequence[str]) -> str:
    close = difflib.get_close_matches(word[:60].lower(), tracks, n=1)
    meant = f"Did you mean {code(close[0])}?" if close else f"There are {', '.join(map(code, tracks))}."
    return f"There is no environment {code(word, 100)}. {meant}"
