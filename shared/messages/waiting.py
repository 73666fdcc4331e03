"""The inbox: what waits for one person, a line and a button each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.domain.view import View
from shared.messages.escaping import code, mrkdwn, one_line, sentence
from shared.messages.links import link_of
from shared.messages.people import moment
from shared.messages.replies import within
from shared.messages.standing import Standing
from shared.messages.unknown import suggestion, suggestions
from shared.messages.verbs import LOOK, label_of
from state_schema.answers import Answer, Suggestion, shown
from state_schema.migration import Checkpoint

_LISTED: Final = 10
_NAME: Final = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open question; `verb` is the first answer that the person may give."""

    view: View
    track: str
    question: Checkpoint
    verb: str


def inbox_answer(campaign: str, waiting: Sequence[Waiting], *, unread: int = 0) -> Answer:
    """`waiting` with the oldest first; `unread` is how many more migrations ask something that was not looked at."""
    if not waiting:
        more = f" {unread} more migrations ask something: `status` lists them." if unread else ""
        text = f"Nothing waits for you in {campaign}.{more}"
        return shown(text).model_copy(update={"suggestions": suggestions(suggestion("status", label="Status"))})
    count = f"{len(waiting)}{' or more' if unread else ''}"
    title = f"*{campaign}*: {count} wait{'s' if len(waiting) == 1 else ''} for you, the oldest first"
    lines = [_line(one) for one in waiting[:_LISTED]]
    if len(waiting) > _LISTED:
        lines.append(f"… and {len(waiting) - _LISTED:,} more.")
    links = [link.url for one in waiting[:_LISTED] if (link := link_of(Standing(one.view, one.track)))]
    return shown(within(title, lines)).model_copy(
        update={"suggestions": suggestions(*map(_button, waiting)), "related_resources": tuple(dict.fromkeys(links))}
    )


def _line(one: Waiting) -> str:
    name = mrkdwn(one.view.state.resource.name or one.view.state.resource.id, 80)
    asked = sentence(mrkdwn(one.question.ask, 200))
    typed = code(f"/migrate {one.verb} {one.view.state.resource.id} {one.track}")
    return f"• *{name}* · {one.track} · since {moment(one.question.opened_at)}: {asked} {typed}"


def _button(one: Waiting) -> Suggestion | None:
    """None where the answer needs more than a click: choices, or the fields of a form."""
    at, resource = Standing(one.view, one.track), one.view.state.resource
    if one.verb == "decide" and (at.form is not None or at.wants_one):
        return None
    what = LOOK if at.is_pull_request else label_of(one.verb, one.track)
    every = ("all",) if one.verb == "decide" else ()
    label = f"{what}: {one_line(resource.id, _NAME)}, {one.track}"
    return suggestion(one.verb, resource.id, one.track, *every, label=label)
