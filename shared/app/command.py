"""Does what a person said, wherever it was said, and answers: one grammar for Slack, comments, the command line and HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from shared.app.all_campaigns import is_for_all, run_for_all
from shared.app.asked import Asked
from shared.app.batch import is_scheduled
from shared.app.campaign_commands import VERBS, control_of, run_controls, start_next, started_before
from shared.app.command_words import read_words
from shared.app.confirming import confirm, deploy
from shared.app.correlated import Correlated
from shared.app.inbox import inbox
from shared.app.known_people import with_known_people
from shared.app.linking import link, unlink
from shared.app.looking import reconcile, verify
from shared.app.showing import explain, help_, history, logs, status
from shared.app.typed_acts import plan_of
from shared.domain.commands import ACTS, resumes_of
from shared.messages.escaping import code
from shared.messages.unknown import in_campaigns, suggestion, unknown_campaign, unknown_command
from shared.ports.campaigns import Campaigns
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import Answer, refused
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK
from state_schema.plan import Plan
from state_schema.signals import Command

_NO_CAMPAIGN: Final = (
    "There is no such campaign here. Use the channel that its file names, or name it with `--campaign`."
)
_TWO: Final = "This is about {one}, and `--campaign` names {other}. Nothing was done: say it for one of them."
_ALL_OF_ONE: Final = "`{verb} all` is for every campaign: leave `--campaign` out, or write `{verb} campaign`."


def run_command(
    command: Command,
    *,
    campaign: str | None = None,
    again: bool = False,
    store: Store,
    outbox: Outbox,
) -> Answer:
    """Does what the command says: in the named campaign, that of its channel, or the only one there is.

    `campaign`, or `--campaign NAME` in the text, names one. `again`: the command was received before.
    """
    read = read_words(command.text)
    if isinstance(read, Answer):
        return read
    if campaign and read.campaign not in {None, campaign}:
        return refused("two_campaigns", _TWO.format(one=code(campaign), other=code(read.campaign or "")))
    named, words = campaign or read.campaign, read.words or ("help",)
    if is_for_all(words):
        if named:
            return refused("all_of_one", _ALL_OF_ONE.format(verb=words[0]))
        return run_for_all(command, words, store=store, outbox=outbox)
    found = _campaign(named, words, command.channel, store.campaigns)
    if isinstance(found, Answer):
        return found
    found = with_known_people(found, store.controls.gate(found.id), store.groups, command.at)
    marked = Correlated(outbox, command.correlation or command.id)
    asked = Asked(command, words, found, store.plans.load(found.plan), store, marked, again)
    answer = _answered(asked)
    return _in_the_same(answer, found.id) if named else answer


def verbs_of(plan: Plan) -> tuple[str, ...]:
    """Every command that makes sense for this plan: the built-in ones and its own `resume` words."""
    return (*HANDLERS, *dict.fromkeys((*ACTS, *resumes_of(plan))))


def _answered(asked: Asked) -> Answer:
    verb, known = asked.words[0], verbs_of(asked.plan)
    if verb in HANDLERS and verb not in ACTS:
        return HANDLERS[verb](asked)
    clear = verb in known and (asked.words[2:3] == () or asked.words[2] in {SHARED_TRACK, *asked.plan.environments})
    own = asked.plan if clear else plan_of(asked.words, asked.campaign, asked.plan, asked.store.migrations)
    if verb not in known and verb not in verbs_of(own):
        return unknown_command(asked.words, known)
    return HANDLERS.get(verb, Asked.act)(replace(asked, plan=own))


def _next(asked: Asked) -> Answer:
    rows = list(asked.store.index.in_campaign(asked.campaign.id))
    again = asked.again or is_scheduled(asked.command)
    before = started_before(asked.command, rows, asked.store.migrations) if again else None
    if before is not None:
        return asked.act(("start", before))
    return start_next(rows, lambda resource: asked.act(("start", resource)))


def _control(asked: Asked) -> Answer:
    act = control_of(asked.command, asked.words, asked.campaign, asked.plan)
    return act if isinstance(act, Answer) else run_controls(act, store=asked.store, outbox=asked.outbox)


HANDLERS: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "help": lambda asked: help_(asked, verbs_of(asked.plan)),
    "status": status,
    "history": history,
    "inbox": inbox,
    "explain": explain,
    "logs": logs,
    "verify": verify,
    "reconcile": reconcile,
    "next": _next,
    "confirm": confirm,
    "deploy": deploy,
    "link": link,
    "unlink": unlink,
    **dict.fromkeys(VERBS, _control),
}
"""By name: the commands that are more than one act on one migration."""


def _in_the_same(answer: Answer, campaign: str) -> Answer:
    """A suggestion is for the campaign that was named; a button does not know it otherwise."""
    named = [
        one
        if "--campaign" in one.command
        else suggestion(*_words(one.command), "--campaign", campaign, label=one.label)
        for one in answer.suggestions
    ]
    return answer.model_copy(update={"suggestions": tuple(one for one in named if one is not None)})


def _words(command: str) -> tuple[str, ...]:
    read = read_words(command)
    return (command,) if isinstance(read, Answer) else read.words


def _campaign(name: str | None, words: tuple[str, ...], channel: str | None, campaigns: Campaigns) -> Campaign | Answer:
    known = campaigns.names()
    if name is not None and name not in known:
        return unknown_campaign(name, words, known)
    every = [campaigns.load(one)[1] for one in ([name] if name is not None else known)]
    fitting = every if name is not None else [one for one in every if channel in {None, one.channel}]
    if len(fitting) > 1:
        ids = ", ".join(code(one.id) for one in fitting[:10])
        text = f"There are several campaigns here: {ids}. Name one with `--campaign`."
        return refused("several_campaigns", text, *in_campaigns(words, [one.id for one in fitting]))
    return fitting[0] if fitting else refused("no_campaign", _NO_CAMPAIGN)
