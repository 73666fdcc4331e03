"""Reads the words of a command as an act on one migration, or says what is wrong with them."""

from collections.abc import Sequence

from pydantic import JsonValue, ValidationError

from shared.app.typed_answers import answers_in, has_form
from shared.app.typed_assign import assign_act, person_in
from shared.app.typed_moves import move_act
from shared.domain.reasons import REASON_WANTED
from shared.domain.shape_problems import shape_problems
from shared.domain.spelling import close_to
from shared.errors import NotFoundError
from shared.messages.unknown import suggestion, suggestions, unknown_environment, unknown_resource
from shared.ports.migrations import Migrations
from state_schema.answers import Answer, refused
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK, migration_id
from state_schema.plan import Plan
from state_schema.signals import Act, Command


def act_of(command: Command, words: Sequence[str], campaign: Campaign, plan: Plan) -> Act | Answer:
    """`<verb> <resource> [environment] [note …]`, or `decide <resource> [environment] all | <item> … | <field>=<value> …`.

    Else what is wrong with it. `plan` is the one that the resource is on.
    """
    verb, *rest = words
    if not rest:
        return refused(
            "which_resource", f"Which resource? Write `{verb} &lt;resource&gt;`, and the environment where it matters."
        )
    resource, *rest = rest
    known = [one.id for one in campaign.resources]
    if resource not in known:
        return _with_place(unknown_resource(words, 1, known), verb, "&lt;resource&gt;")
    migration = migration_id(campaign.id, resource)
    if verb == "move":
        move = move_act(command, migration, resource, rest)
        return refused("not_understood", move) if isinstance(move, str) else move
    tracks = [SHARED_TRACK, *plan.environments]
    track = rest.pop(0) if rest and rest[0] in tracks else None
    if verb == "assign":
        if track is None and rest and person_in(rest[0], command.actor) is None and close_to(rest[0], tracks):
            return unknown_environment(words, 2, tracks)
        return assign_act(command, migration, track, rest)
    answers = answers_in(rest) if verb == "decide" and has_form(plan) else None
    if isinstance(answers, str):
        return refused("not_understood", answers)
    if verb == "decide" and answers is None and not rest:
        return _which_items(resource, track)
    if verb == "abort" and track is not None:
        return _aborts_all(resource, track, rest)
    reason = verb == "abort" and rest and not close_to(rest[0], tracks)
    if verb != "decide" and rest and track is None and not reason:
        return _with_place(unknown_environment(words, 2, tracks), verb, f"{resource} &lt;environment&gt;")
    return _built(command, verb, migration, track, rest, answers=answers)


def _with_place(unknown: Answer, verb: str, place: str) -> Answer:
    """Where a reason is wanted, it may be what was taken for a name."""
    how = f"Write it as `{verb} {place} &lt;reason&gt;`."
    return unknown.model_copy(update={"next_steps": (how,)}) if verb in REASON_WANTED else unknown


def _aborts_all(resource: str, track: str, reason: Sequence[str]) -> Answer:
    """Whoever names an environment may not know that all of them end."""
    text = (
        f"`abort` ends the migration of {resource} as a whole, {track} and all other environments. Nothing was done. "
        f"Write `abort {resource} &lt;reason&gt;` without an environment if that is what you want."
    )
    whole = suggestion("abort", resource, *reason, label="Abort all of it") if reason else None
    return refused("aborts_all", text, *suggestions(whole))


def _which_items(resource: str, track: str | None) -> Answer:
    text = f"Which items? Write `decide {resource} all`, or name them one after the other instead of `all`."
    every = ("decide", resource, *([track] if track else []), "all")
    return refused("which_items", text, *suggestions(suggestion(*every, label="All")))


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
) -> Act | Answer:
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
        text = f"I can't take that: {'.'.join(map(str, place))}: {said}. Nothing was done."
        return refused("not_understood", text[:3000])
