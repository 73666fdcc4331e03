"""Who may act and who did, and when: as Slack shows people and times to each reader."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from shared.domain.linking import with_links
from shared.domain.people import named, not_read
from shared.domain.permissions import APPROVE, allowed_for, is_approval, refusal_for, retried_by, roles_for
from shared.messages.escaping import code
from shared.messages.standing import Standing
from state_schema.migration import Checkpoint

_SLACK: Final = re.compile(r"slack:[A-Z0-9_]{1,40}/([A-Z0-9_]{1,40})")
_SLACK_GROUP: Final = re.compile(r"slack-group:[A-Z0-9_]{1,40}/(S[A-Z0-9_]{0,39})")
_MENTIONED: Final = 5


def person(actor: str) -> str:
    """A mention only where the id is one of Slack's; others have no name there."""
    match = _SLACK.fullmatch(actor)
    return f"<@{match[1]}>" if match else code(actor, 80)


def mentions(members: Iterable[str], limit: int = _MENTIONED) -> str:
    """A mention of each that Slack can tell: people, and its user groups. Empty where there are none."""
    found = [one for one in map(_mention, dict.fromkeys(members)) if one]
    return " ".join(found[:limit])


def _mention(member: str) -> str:
    if group := _SLACK_GROUP.fullmatch(member):
        return f"<!subteam^{group[1]}>"
    return person(member) if _SLACK.fullmatch(member) else ""


def with_mentions(text: str) -> str:
    """The text (escaped) with every Slack id of ours in it turned into a mention."""
    return _SLACK.sub(lambda match: f"<@{match[1]}>", text)


def moment(at: datetime) -> str:
    """In the reader's own zone; where Slack cannot show that, in UTC (Slack's reference, "Date formatting")."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{in_utc(at)}>"


def in_utc(at: datetime) -> str:
    """`2026-11-22 18:30 UTC`."""
    return f"{at.astimezone(UTC).isoformat(' ', 'minutes')[:16]} UTC"


def who_may(at: Standing, question: Checkpoint) -> str:
    """Who may answer the question, in a sentence or two."""
    if at.is_pull_request:
        merges = "Whoever may merge on GitHub decides there; anybody may have it checked."
        return f"{merges} {_may(at, question, APPROVE, 'approve')}" if APPROVE in question.verbs[1:] else merges
    if question.reason == "failure" and question.verbs[0] == APPROVE:
        return f"{_may(at, question, APPROVE, 'approve')} {_may(at, question, question.verbs[1], 'choose otherwise')}"
    return _may(at, question, question.verbs[0], "answer")


def _may(at: Standing, question: Checkpoint, verb: str, do: str) -> str:
    """Members of the campaign's own groups are named; a user group of Slack is mentioned as a whole."""
    view = replace(at.view, campaign=named(with_links(at.view.campaign, at.view.gate)))
    role = " or ".join(roles_for(view.campaign, at.name, question, verb))
    ids = allowed_for(view.campaign, at.name, question, verb)
    groups = set(not_read(ids))
    allowed = [one for one in ids if one in groups or refusal_for(view, at.name, question, one, verb) is None]
    if not allowed:
        return f"Nobody may {do}: the campaign names no {role} who could. Add one to its file."
    who = ", ".join(_mention(one) or person(one) for one in allowed[:_MENTIONED])
    more = f" and {len(allowed) - _MENTIONED} more" if len(allowed) > _MENTIONED else ""
    excepted = ", not whoever started it" if groups or len(allowed) < len(ids) else ""
    if not is_approval(question, verb) or at.name not in view.campaign.gates.four_eyes:
        excepted = ""
    elif excepted and retried_by(view, at.name):
        excepted += " or asked for this attempt"
    return f"{role.replace(' or ', 's or ').capitalize()}s may {do}{excepted}: {who}{more}."
