"""What people read about accounts that are one person's: how to prove it, and that it is proven."""

import re
from datetime import datetime
from typing import Final

from shared.messages.escaping import code
from shared.messages.needed import COMMAND
from shared.messages.people import moment, person
from state_schema.answers import Answer, done

_ACCOUNT: Final = re.compile(r"github:[1-9][0-9]{0,19}")
ASK_IN_SLACK: Final = (
    f"A code is given only where nobody else reads it: type {code(f'{COMMAND} link')} in the campaign's Slack channel, "
    f"then comment {code(f'{COMMAND} link ABCD-EFGH')} here, with the code that you were told."
)
ASK_AGAIN: Final = f"No code can be given here. Type {code(f'{COMMAND} link')} in the campaign's Slack channel."
HOW: Final = (
    f"Write {code(f'{COMMAND} link')} for a code, or {code(f'{COMMAND} link github:1234')} for one that only this GitHub "
    "account can use, by its numeric id."
)
HOW_TO_UNLINK: Final = (
    f"Write {code(f'{COMMAND} unlink')} for all links of yours, or {code(f'{COMMAND} unlink github:1234')} for one GitHub "
    "account."
)


def is_account(word: str) -> bool:
    """Whether it names a GitHub account, by its numeric id."""
    return _ACCOUNT.fullmatch(word) is not None


def no_code(word: str) -> str:
    """It cannot be a code."""
    return f"{code(word, 60)} is no code; they look like `ABCD-EFGH`. {HOW}"


def comment_it(word: str) -> str:
    """It may be a code, and this is not where it proves anything."""
    return (
        f"A code proves your GitHub account: comment {code(f'{COMMAND} link {word}', 80)} with it on any pull request of "
        "the campaign. Here it proves nothing."
    )


def code_answer(campaign: str, given: str, until: datetime, account: str | None) -> Answer:
    """The code, for the eyes of whoever asked."""
    who = code(account) if account else "your GitHub account"
    caution = "" if account else " Until then keep it to yourself: whoever comments it first is taken for you."
    return done(
        f"Comment {code(f'{COMMAND} link {given}')} with {who} on any pull request of {campaign}, before {moment(until)}."
        f" Then both accounts are one person in this campaign.{caution}"
    )


def linked_answer(campaign: str, account: str, other: str) -> Answer:
    """Both are one person now."""
    return done(
        f"Linked: {code(account)} and {person(other)} are one person in {campaign} from now on."
        f" If that is wrong, {code(f'{COMMAND} unlink')} takes it back."
    )


def unlinked_answer(campaign: str, account: str | None) -> Answer:
    """They are not any more; what they did stays theirs."""
    what = code(account) if account else "Your accounts"
    verb = "is" if account else "are"
    return done(f"{what} {verb} linked no more in {campaign}. What was decided before stays as it was.")
