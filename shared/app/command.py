"""Resolves what a person typed into an act on one migration, and answers where it cannot."""

import shlex
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from shared.app.advance import advance
from shared.app.all_campaigns import is_for_all, run_for_all
from shared.app.campaign_commands import VERBS, control_of, run_controls, start_next, started_before
from shared.app.showing import READS, show
from shared.app.typed_acts import act_of, plan_of
from shared.errors import NotFoundError
from shared.messages import replies
from shared.messages.escaping import code
from shared.ports.campaigns import Campaigns
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK
from state_schema.plan import ApprovalStep, ConfirmationStep, Plan
from state_schema.signals import Act, Command

_ACTS: Final = (
    "start",
    "approve",
    "decide",
    "retry",
    "skip",
    "block",
    "confirm",
    "deploy",
    "run-migration",
    "open-pr",
    "rollback",
    "abort",
    "move",
)
_NO_CAMPAIGN: Final = (
    "There is no such campaign here. Use the channel that its file names, or name it with `--campaign`."
)
_UNREADABLE: Final = (
    "I can't read that: a quotation mark (or an apostrophe) has no partner, or a backslash has nothing after it."
    " Put it right, or leave it out."
)
_ALL_OF_ONE: Final = "`{verb} all` is for every campaign: leave `--campaign` out, or write `{verb} campaign`."
_OPTIONS: Final = ("--campaign", "\u2014campaign")
"""Slack on a phone turns two hyphens into a dash."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a command: `ok` where it was done or shown."""

    ok: bool
    text: str


def run_command(
    command: Command,
    *,
    campaign: str | None = None,
    again: bool = False,
    store: Store,
    outbox: Outbox,
) -> Said:
    """Does what the command says: in the named campaign, that of its channel, or the only one there is.

    `campaign`, or `--campaign NAME` in the text, names one. `again`: the command was received before.
    """
    try:
        words, named = _without_option(shlex.split(command.text))
    except ValueError:
        return Said(ok=False, text=_UNREADABLE)
    if is_for_all(words):
        if campaign or named:
            return Said(ok=False, text=_ALL_OF_ONE.format(verb=words[0]))
        return Said(*run_for_all(command, words, store=store, outbox=outbox))
    found = _campaign(campaign or named, command.channel, store.campaigns)
    if isinstance(found, Said):
        return found
    plan = store.plans.load(found.plan)
    known = verbs_of(plan)
    if not words or words[0] == "help":
        return Said(ok=True, text=replies.help_text(known))
    if words[0] in READS:
        return Said(*show(found, words, store, command.at))
    clear = words[0] in known and (words[2:3] == [] or words[2] in {SHARED_TRACK, *plan.environments})
    own = plan if clear else plan_of(words, found, plan, store.migrations)
    if words[0] not in known and words[0] not in verbs_of(own):
        return Said(ok=False, text=replies.unknown_command_text(words[0], known))
    if words[0] in VERBS:
        control = control_of(command, words, found, plan)
        if isinstance(control, str):
            return Said(ok=False, text=control)
        return Said(*run_controls(control, store=store, outbox=outbox))

    def act(words: Sequence[str]) -> Said:
        read = act_of(command, list(words), found, own)
        if isinstance(read, str):
            return Said(ok=False, text=read)
        return _done(read, again=again, store=store, outbox=outbox)

    if words[0] == "next":
        rows = list(store.index.in_campaign(found.id))
        before = started_before(command, rows, store.migrations) if again else None
        if before is not None:
            return act(("start", before))
        return Said(*start_next(rows, lambda resource: astuple(act(("start", resource)))))
    return act(words)


def verbs_of(plan: Plan) -> tuple[str, ...]:
    """Every command that makes sense for this plan: the built-in ones and its own `resume` words."""
    resumes = []
    for phase in plan.phases:
        for step in phase.steps:
            match step:
                case ApprovalStep(approval=asked):
                    resumes.append(asked.resume)
                case ConfirmationStep(confirmation=asked):
                    resumes.append(asked.resume)
                case _:
                    continue
    return ("help", *READS, "next", *VERBS, *dict.fromkeys((*_ACTS, *resumes)))


def _done(act: Act, *, again: bool, store: Store, outbox: Outbox) -> Said:
    try:
        decision = advance(act, store=store, outbox=outbox, again=again)
    except NotFoundError as exc:
        return Said(ok=False, text=str(exc))
    if decision.refusal is not None:
        return Said(ok=False, text=replies.refusal_text(decision.refusal))
    return Said(ok=True, text=replies.answer_text(decision, act))


def _without_option(words: list[str]) -> tuple[list[str], str | None]:
    """The words without `--campaign NAME` or `--campaign=NAME`, and the name; an option without a name stays a word."""
    for place, word in enumerate(words):
        option, equals, name = word.partition("=")
        if option in _OPTIONS and equals:
            return words[:place] + words[place + 1 :], name
        if option in _OPTIONS and place + 1 < len(words):
            return words[:place] + words[place + 2 :], words[place + 1]
    return words, None


def _campaign(name: str | None, channel: str | None, campaigns: Campaigns) -> Campaign | Said:
    known = campaigns.names()
    if name is not None and name not in known:
        return Said(ok=False, text=replies.unknown_campaign_text(name, known))
    every = [campaigns.load(one)[1] for one in ([name] if name is not None else known)]
    fitting = every if name is not None else [one for one in every if channel in {None, one.channel}]
    if len(fitting) > 1:
        ids = ", ".join(code(one.id) for one in fitting[:10])
        return Said(ok=False, text=f"There are several campaigns here: {ids}. Name one with `--campaign`.")
    return fitting[0] if fitting else Said(ok=False, text=_NO_CAMPAIGN)
