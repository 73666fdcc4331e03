"""What is answered to a comment before its command is looked at."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from shared.messages.escaping import code
from shared.messages.needed import COMMAND

_NAMED: Final = 5
_MAX: Final = 3000


def not_ours(address: str, known: Sequence[str]) -> str:
    """Nobody waits for this pull request, and nobody opened it."""
    number = address.rpartition("/")[2]
    return (
        f"Pull request #{number} belongs to no migration of {_named(known)}, so nothing was done. Comment on a pull "
        f"request that Waymark opened, or type {code(f'{COMMAND} status')} in the campaign's Slack channel."
    )


def unknown_person(campaigns: Sequence[str]) -> str:
    """Whoever it is has no role here, or has one in Slack alone."""
    return (
        f"I don't know this GitHub account in {_named(campaigns)}, so nothing was done. If you are known in Slack, type "
        f"{code(f'{COMMAND} link')} there and comment the code here; else ask an operator to add you to the campaign."
    )


def another_campaign(named: str, campaigns: Sequence[str]) -> str:
    """The words name a campaign that this pull request has nothing to do with."""
    return (
        f"This pull request is one of {_named(campaigns)}, not of {code(named, 60)}. Leave `--campaign` out here, or give "
        "the command in the other campaign's channel. Nothing was done."
    )


def several(campaigns: Sequence[str]) -> str:
    """It serves more than one campaign."""
    return f"This pull request serves several campaigns: {_named(campaigns)}. Name one with `--campaign`."


def too_long(length: int) -> str:
    """Nothing of it was done, since a part may mean something else."""
    return f"That command has {length:,} characters, and {_MAX:,} are the most. Nothing was done; give it in parts."


def too_late(age: timedelta) -> str:
    """It was on its way for so long that it may not be meant any more."""
    hours = int(age.total_seconds() // 3600)
    after = f"{hours} hour{'s' * (hours > 1)}" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - from two days on
    return (
        f"This comment reached me {after} after it was written, so nothing was done. Comment again if it still holds."
    )


def _named(campaigns: Sequence[str]) -> str:
    more = f" and {len(campaigns) - _NAMED} more" if len(campaigns) > _NAMED else ""
    return ", ".join(code(one) for one in campaigns[:_NAMED]) + more
