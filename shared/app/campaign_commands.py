"""Commands on a whole campaign: pause, freeze, except, resume, open-wave; and next, which starts the first that may start."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from shared.app.control import run_control
from shared.app.control_words import end_of, exception_of, how_to_freeze, which
from shared.domain.control_rules import in_words
from shared.messages.controlled import controlled_text
from shared.messages.escaping import code
from shared.messages.replies import refusal_answer
from shared.messages.unknown import suggestion, suggestions, unknown_environment, unknown_resource
from shared.ports.migrations import Migrations
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import Answer, done, refused
from state_schema.campaign import Campaign
from state_schema.control import Control
from state_schema.plan import Plan
from state_schema.signals import Command
from state_schema.summary import Summary

VERBS: Final = ("pause", "freeze", "except", "resume", "open-wave")
_KINDS: Final = ("wave", "environment", "migration")
_HOW: Final = (
    "Say what: `{verb}` (the campaign), `{verb} wave 2`, `{verb} environment prod-us`, `{verb} migration &lt;resource&gt;`, "
    "`{verb} all` (every campaign)."
)


def control_of(command: Command, words: Sequence[str], campaign: Campaign, plan: Plan) -> Control | Answer:
    """The act that the words ask for; what is wrong with them where they ask for none.

    A first word that names no scope is refused, not taken for a reason: a resource's name would stop the whole campaign.
    """
    verb, *rest = words
    if verb == "except":
        place = exception_of(rest, campaign, plan)
        return place if isinstance(place, Answer) else _act(command, campaign, verb, place)
    if verb == "freeze" and rest[:1] in (["until"], ["for"]):
        rest = ["campaign", *rest]
    if verb == "open-wave":
        return _opening(command, campaign, plan, rest[1:] if rest[:1] == ["wave"] else rest)
    if rest and rest[0] not in (*_KINDS, "campaign"):
        return _how(verb, command.at)
    whole = not rest or rest[0] == "campaign"
    scope, note = ("campaign", rest[1:]) if whole else (":".join(rest[:2]), rest[2:])
    kind, _, name = scope.partition(":")
    if kind in _KINDS and (not name or _is_an_end(verb, name, note)):
        return refused("not_understood", which(verb, kind, campaign, plan))
    if kind == "environment" and name not in plan.environments:
        return unknown_environment([verb, "environment", name], 2, list(plan.environments))
    known = [resource.id for resource in campaign.resources]
    if kind == "migration" and name not in known:
        return unknown_resource([verb, "migration", name, *note], 2, known)
    if verb == "freeze":
        read = end_of(note, command.at)
        if isinstance(read, str):
            return refused("not_understood", read)
        return _act(command, campaign, verb, (scope, read[1]), read[0])
    act = _act(command, campaign, verb, (scope, note))
    if note and verb != "pause" and isinstance(act, Control):
        return refused("not_understood", f"`{verb}` takes no reason; write {code(f'{verb} {in_words(scope)}')}.")
    return act


def _opening(command: Command, campaign: Campaign, plan: Plan, named: Sequence[str]) -> Control | Answer:
    if len(named) != 1 or named[0] not in map(str, campaign.waves):
        return refused("unknown_wave", which("open-wave", "wave", campaign, plan))
    return _act(command, campaign, "open-wave", (f"wave:{named[0]}", ()))


def _is_an_end(verb: str, name: str, note: Sequence[str]) -> bool:
    """Whether `freeze environment for 48h` leaves out which one."""
    return verb == "freeze" and name in {"until", "for"} and len(note) == 1


def _act(
    command: Command, campaign: Campaign, verb: str, said: tuple[str, Sequence[str]], until: datetime | None = None
) -> Control | Answer:
    """`said` is the scope, and the words after it."""
    scope, note = said
    try:
        return Control.model_validate({
            "id": command.id, "at": command.at, "campaign": campaign.id, "actor": command.actor,
            "verb": verb, "scope": scope, "until": until, "note": " ".join(note)[:300],
        })  # fmt: skip
    except ValidationError:
        return _how(verb, command.at)


def _how(verb: str, at: datetime) -> Answer:
    return refused("not_understood", how_to_freeze(at) if verb == "freeze" else _HOW.format(verb=verb))


def run_controls(act: Control, *, store: Store, outbox: Outbox) -> Answer:
    """Whether it was done, and the answer: a pause says how much is still running."""
    controlled = run_control(act, store=store, outbox=outbox)
    if controlled.refusal is not None:
        return refusal_answer(controlled.refusal)
    return done(controlled_text(act, controlled))


def started_before(command: Command, rows: Sequence[Summary], migrations: Migrations) -> str | None:
    """The resource that this very command started when it was received before; None where it started none."""
    begun = sorted((row for row in rows if row.status != "pending"), key=lambda row: row.changed_at, reverse=True)
    return next((row.resource for row in begun if command.id in migrations.load(row.migration).view.state.acts), None)


def start_next(rows: Sequence[Summary], start: Callable[[str], Answer]) -> Answer:
    """Starts the first pending migration that may start, lowest wave first, and says how many more are ready."""
    pending = sorted((row for row in rows if row.status == "pending"), key=lambda row: (row.wave, row.resource))
    first = refused("nothing_left", "No migration is left to start.")
    for number, row in enumerate(pending):
        started = start(row.resource)
        if started.ok:
            same_wave = sum(later.wave == row.wave for later in pending[number + 1 :])
            more = f"{same_wave} more {'is' if same_wave == 1 else 'are'} ready in wave {row.wave}."
            next_one = suggestions(suggestion("next", label="Start the next one") if same_wave else None)
            return started.model_copy(update={"message": f"{started.message} {more}", "suggestions": next_one})
        first = started if number == 0 else first
    return first
