"""Reads the words of a command as an act on one migration, or says what is wrong with them."""

import difflib
from collections.abc import Sequence

from pydantic import JsonValue, ValidationError

from shared.app.typed_answers import answers_in, has_form
from shared.app.typed_moves import move_act
from shared.domain.shape_problems import shape_problems
from shared.errors import NotFoundError
from shared.messages.escaping import code
from shared.messages.replies import unknown_resource_text
from shared.ports.migrations import Migrations
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK, migration_id
from state_schema.plan import Plan
from state_schema.signals import Act, Command


def act_of(command: Command, words: Sequence[str], campaign: Campaign, plan: Plan) -> Act | str:
    """`<verb> <resource> [environment] [note …]`, or `decide <resource> [environment] all | <item> … | <field>=<value> …`.

    Else a sentence. `plan` is the one that the resource is on.
    """
    verb, *rest = words
    if not rest:
        return f"Which resource? Write `{verb} <resource>`, and the environment where it matters."
    resource, *rest = rest
    known = [one.id for one in campaign.resources]
    if resource not in known:
        return unknown_resource_text(resource, known)
    if verb == "move":
        return move_act(command, migration_id(campaign.id, resource), resource, rest)
    tracks = [SHARED_TRACK, *plan.environments]
    track = rest.pop(0) if rest and rest[0] in tracks else None
    answers = answers_in(rest) if verb == "decide" and has_form(plan) else None
    if isinstance(answers, str):
        return answers
    if verb == "decide" and answers is None and not rest:
        return f"Which items? Write `decide {resource} all`, or name them one after the other instead of `all`."
    if verb != "decide" and rest and track is None:
        return _unknown_track(rest[0], tracks)
    return _built(command, verb, migration_id(campaign.id, resource), track, rest, answers=answers)


def plan_of(words: Sequence[str], campaign: Campaign, plan: Plan, migrations: Migrations) -> Plan:
    """The plan that the resource in these words is on; `plan`, the campaign's, where they name no resource."""
    named = next((word for word in words[1:2] if any(word == one.id for one in campaign.resources)), None)
    if named is None:
        return plan
    try:
        return migrations.load(migration_id(campaign.id, named)).view.plan
    except NotFoundError:
        return plan


def _built(
    command: Command,
    verb: str,
    migration: str,
    track: str | None,
    rest: Sequence[str],
    *,
    answers: dict[str, JsonValue] | None = None,
) -> Act | str:
    decides = verb == "decide"
    chosen = decides and answers is None and tuple(rest) != ("all",)
    fields = {
        "id": command.id,
        "at": command.at,
        "migration": migration,
        "actor": command.actor,
        "verb": verb,
        "track": track,
        "choices": list(rest) if chosen else None,
        "answers": answers,
        "note": "" if decides else " ".join(rest),
    }
    try:
        return Act.model_validate(fields)
    except ValidationError as exc:
        place, said = shape_problems(Act, fields, exc.errors())[0]
        return f"I can't take that: {'.'.join(map(str, place))}: {said}. Nothing was done."


def _unknown_track(word: str, tracks: Sequence[str]) -> str:
    close = difflib.get_close_matches(word[:60].lower(), tracks, n=1)
    meant = f"Did you mean {code(close[0])}?" if close else f"There are {', '.join(map(code, tracks))}."
    return f"There is no environment {code(word, 100)}. {meant}"
