"""`link` and `unlink`: a code for whoever asks where only they see it, and the proof where only its owner can write it."""

from collections.abc import Callable
from typing import Final

from shared.app.asked import Asked
from shared.domain.control import Controlled
from shared.domain.linking import GITHUB, LIFETIME, LinkAct, code_from, code_in, proven, unlinked, with_code
from shared.errors import RetryableError, StaleStateError
from shared.messages import linked as messages
from shared.messages.replies import refusal_answer
from state_schema.answers import Answer, refused
from state_schema.campaign import Campaign
from state_schema.gate import Gate

VERBS: Final = ("link", "unlink")
_TRIES: Final = 10


def link(asked: Asked) -> Answer:
    """`link [github:<id>]` gives a code; `link <code>`, commented on a pull request, proves the account."""
    on_github = asked.command.actor.startswith(GITHUB)
    match asked.rest:
        case () | (str(),) if not on_github and (not asked.rest or messages.is_account(asked.rest[0])):
            return _code(asked, asked.rest[0] if asked.rest else None)
        case ():
            return refused("ask_in_slack", messages.ASK_IN_SLACK)
        case (word,) if code_in(word) is None:
            return refused("no_code", messages.no_code(word))
        case (word,) if on_github:
            return _proven(asked, word)
        case (word,):
            return refused("comment_it", messages.comment_it(word))
        case _:
            return refused("not_understood", messages.HOW)


def unlink(asked: Asked) -> Answer:
    """`unlink [github:<id>]`: one's own links, or an account's."""
    if len(asked.rest) > 1 or not all(map(messages.is_account, asked.rest)):
        return refused("not_understood", messages.HOW_TO_UNLINK)
    account = asked.rest[0] if asked.rest else None
    found = _saved(asked, lambda gate, _: unlinked(gate, asked.campaign, _act(asked), account))
    return refusal_answer(found.refusal) if found.refusal else messages.unlinked_answer(asked.campaign.id, account)


def _code(asked: Asked, account: str | None) -> Answer:
    if not asked.command.nonce:
        return refused("ask_again", messages.ASK_AGAIN)
    code = code_from(asked.command.nonce)
    found = _saved(asked, lambda gate, _: with_code(gate, _act(asked), code, account))
    if found.refusal is not None:
        return refusal_answer(found.refusal)
    return messages.code_answer(asked.campaign.id, code, asked.command.at + LIFETIME, account)


def _proven(asked: Asked, code: str) -> Answer:
    act = _act(asked)
    found = _saved(asked, lambda gate, campaign: proven(gate, campaign, act, code))
    if found.refusal is not None:
        return refusal_answer(found.refusal)
    return messages.linked_answer(asked.campaign.id, act.actor, found.gate.links[act.actor])


def _act(asked: Asked) -> LinkAct:
    return LinkAct(asked.command.id, asked.command.at, asked.command.actor)


def _saved(asked: Asked, change: Callable[[Gate, Campaign], Controlled]) -> Controlled:
    """Decides and saves; the loser of a race decides again."""
    store = asked.store
    for _ in range(_TRIES):
        _, campaign = store.campaigns.load(asked.campaign.id)
        found = change(store.controls.gate(asked.campaign.id), campaign)
        try:
            if found.record is not None:
                store.controls.save(found.gate, found.record)
        except StaleStateError:
            continue
        return found
    raise RetryableError(f"The gate of {asked.campaign.id} is written by many at once.")
