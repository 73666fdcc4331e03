"""Who may act and who did, and when: as Slack shows people and times to each reader."""

import re
from datetime import UTC, datetime
from typing import Final

from shared.domain.permissions import refusal_for
from shared.messages.escaping import code
from shared.messages.standing import Standing
from state_schema.migration import Checkpoint

_SLACK: Final = re.compile(r"slack:[A-Z0-9_]{1,40}/([A-Z0-9_]{1,40})")
_MENTIONED: Final = 5


def person(actor: str) -> str:
    """A mention only where the id is one of Slack's; others have no name there."""
    match = _SLACK.fullmatch(actor)
    return f"<@{match[1]}>" if match else code(actor, 80)


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
    """Who may answer the question, in a sentence."""
    if at.is_pull_request:
        return "Whoever may merge on GitHub decides there; anybody may have it checked."
    people = at.view.campaign.people
    role, ids = (
        ("approver", people.approvers) if question.reason == "approval_required" else ("operator", people.operators)
    )
    allowed = [one for one in ids if refusal_for(at.view, at.name, question, one) is None]
    if not allowed:
        return f"Nobody may answer: the campaign names no {role} who could. Add one to its file."
    named = ", ".join(person(one) for one in allowed[:_MENTIONED])
    more = f" and {len(allowed) - _MENTIONED} more" if len(allowed) > _MENTIONED else ""
    other = ", not whoever started it" if len(allowed) < len(ids) else ""
    return f"{role.capitalize()}s may answer{other}: {named}{more}."
