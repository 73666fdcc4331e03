"""Why an account is not linked, or not unlinked, in the words of a refusal."""

from typing import Final

from shared.domain.view import Refusal

WRONG_CODES: Final = 5
"""In an hour and a campaign; after them no code is looked at, the right one neither."""
MOST_LINKS: Final = 200
"""In a campaign: its gate is read and written at every start."""
MOST_CODES: Final = 50


def link_refusal(reason: str, *parts: str) -> Refusal:
    """`parts` fill the message: of `too_many_guesses`, the time from which codes are taken again."""
    message, next_step = _WORDS[reason]
    return Refusal(reason, message.format(*parts), next_step)


_WORDS: Final = {
    "wrong_code": (
        "That is not a code of this campaign.",
        "Copy it once more, or type `/migrate link` in the campaign's Slack channel for a new one.",
    ),
    "too_many_guesses": (
        f"{WRONG_CODES} wrong codes were tried in this campaign within an hour, so no code is taken before {{0}}.",
        "Ask for a new code then: `/migrate link` in Slack.",
    ),
    "code_used": (
        "This code was used already, by another account.",
        "Was that not you? Type `/migrate unlink` in Slack, and then `/migrate link` for a new code.",
    ),
    "code_expired": ("This code is older than an hour.", "Type `/migrate link` in Slack for a new one."),
    "code_of_another": (
        "This code was asked for another GitHub account than yours.",
        "Type `/migrate link` in Slack for one of your own.",
    ),
    "linked_elsewhere": (
        "This GitHub account is linked with somebody else already.",
        "Type `/migrate unlink` first where that is over, or ask an operator of the campaign.",
    ),
    "too_many_links": (
        f"{MOST_LINKS} accounts are linked in this campaign, and that is the most.",
        "Have people who stay linked in the campaign's file, under `people.linked`.",
    ),
    "too_many_codes": (
        f"{MOST_CODES} codes wait to be used in this campaign, and that is the most.",
        "Try again in an hour.",
    ),
    "not_linked": ("No account is linked so.", "`/migrate link` in Slack begins a link."),
    "not_permitted": (
        "Only whose account it is, or an operator of the campaign, can take its link back.",
        "Ask one of its operators.",
    ),
}
