"""Acts on all campaigns at once: `pause all`, `freeze all`, `resume all`; one conditional write for each campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.app.control import run_control
from shared.app.control_words import end_of
from shared.app.known_people import with_known_people
from shared.domain.control import Controlled
from shared.domain.people import is_one_of
from shared.messages.answer_text import within_limit
from shared.messages.controlled import all_text
from shared.messages.escaping import code
from shared.messages.replies import refusal_answer
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import LONGEST, Answer, done, refused
from state_schema.campaign import Campaign
from state_schema.control import Control
from state_schema.signals import Command

ALL: Final = "all"
_VERBS: Final = frozenset({"pause", "freeze", "resume"})
_NO_CAMPAIGN: Final = "There is no campaign yet, so there is nothing to stop."
_NAMED: Final = 10


def is_for_all(words: Sequence[str]) -> bool:
    """Whether the command is about every campaign, whatever the channel."""
    return list(words[1:2]) == [ALL] and words[0] in _VERBS


def run_for_all(command: Command, words: Sequence[str], *, store: Store, outbox: Outbox) -> Answer:
    """Whether it was done, and the answer. Received again after a crash, it does the campaigns that are left.

    Only who operates every campaign may: otherwise nothing is done. Campaigns that are applied meanwhile are found by
    looking again, those that are applied later take the pause over.
    """
    act = _act_of(command, words)
    if isinstance(act, str):
        return refused("not_understood", act)
    taken: dict[str, Controlled] = {}
    while new := [store.campaigns.load(name)[1] for name in store.campaigns.names() if name not in taken]:
        strange = [one for one in new if not _operates(one, act.actor, act.at, store)]
        if strange and not taken:
            return refused("not_permitted", _not_theirs(act, strange))
        for campaign in new:
            mine = act.model_copy(update={"campaign": campaign.id})
            taken[campaign.id] = run_control(mine, store=store, outbox=outbox)
    refusals = [one.refusal for one in taken.values() if one.refusal is not None]
    if len(refusals) == len(taken):
        return refusal_answer(refusals[0]) if refusals else refused("no_campaign", _NO_CAMPAIGN)
    return done(within_limit(all_text(act, taken), LONGEST))


def _operates(campaign: Campaign, actor: str, at: datetime, store: Store) -> bool:
    people = with_known_people(campaign, store.controls.gate(campaign.id), store.groups, at).people
    return is_one_of(people, actor, people.operators)


def _act_of(command: Command, words: Sequence[str]) -> Control | str:
    """The act without its campaign; a sentence where the words ask for none."""
    verb, _, *note = words
    until = None
    if verb == "freeze":
        read = end_of(note, command.at)
        if isinstance(read, str):
            return read
        until, note = read[0], list(read[1])
    if verb == "resume" and note:
        return "Write `resume all`, without more; `resume campaign` is for one."
    return Control.model_validate({
        "id": command.id, "at": command.at, "campaign": "-", "actor": command.actor,
        "verb": verb, "scope": ALL, "until": until, "note": " ".join(note)[:300],
    })  # fmt: skip


def _not_theirs(act: Control, campaigns: Sequence[Campaign]) -> str:
    named = ", ".join(code(one.id) for one in campaigns[:_NAMED])
    more = f" and {len(campaigns) - _NAMED} more" if len(campaigns) > _NAMED else ""
    return (
        f"Only who operates every campaign can {act.verb} all, and you do not operate {named}{more}. Ask one of theirs."
    )
