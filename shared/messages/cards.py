"""The card: one living Slack message for each track, a view of the state and nothing else."""

from dataclasses import dataclass
from typing import Final

from shared.domain.view import View
from shared.messages import buttons
from shared.messages.blocks import HEADER, Block, actions, context, header, section
from shared.messages.escaping import mrkdwn, one_line, sentence
from shared.messages.form_fields import sections
from shared.messages.happened import happened
from shared.messages.links import link_of
from shared.messages.needed import command, footer, given, in_the_channel, needed, resume
from shared.messages.standing import Standing
from state_schema.migration import CheckpointKind, Status

_QUESTIONS: Final[dict[CheckpointKind, str]] = {
    "approval": "🔏 Approval needed",
    "confirmation": "✋ Please confirm",
    "decision": "🔀 Please decide",
    "intervention": "🚨 Help needed",
}
_PROGRESS: Final[dict[Status, str]] = {
    "pending": "⚪ Not started",
    "queued": "🚥 Queued",
    "in_progress": "⚙️ At work",
    "waiting": "⏳ Waiting",
    "completed": "✅ Completed",
    "blocked": "⛔ Blocked",
    "aborted": "🛑 Aborted",
}
_SHORTEST_NAME: Final = 20
_NOTIFICATION: Final = 1000
"""Slack takes 4,000 characters of text with an update; people see the first line or two."""


@dataclass(frozen=True, slots=True)
class Card:
    """`text` is what notifications and screen readers say, `blocks` is what is seen; both are within Slack's limits."""

    text: str
    blocks: tuple[Block, ...]


def card(view: View, track: str, offered: tuple[str, ...] = ()) -> Card:
    """The card of one track. `offered`: what the open decision is about, from its event; the state has only the count."""
    at = Standing(view, track)
    offered = offered or view.offered or ()
    return Card(text=_text(at), blocks=tuple(_blocks(at, offered)))


def _blocks(at: Standing, offered: tuple[str, ...]) -> list[Block]:
    blocks = [
        header(_title(at)),
        section(f"*What happened*\n{happened(at, offered)}"),
        section(f"*What is needed*\n{needed(at)}"),
    ]
    if at.form is not None:
        blocks += map(section, sections(at.form))
    if at.question is not None:
        blocks.append(section(f"*How to resume*\n{resume(at, at.question)}"))
    if row := button_row(at, offered):
        blocks.append(actions(row))
    if at.question is not None:
        blocks.append(context(in_the_channel(at, at.question)))
    return [*blocks, *map(context, footer(at))]


def button_row(at: Standing, offered: tuple[str, ...]) -> list[Block]:
    """The card's buttons: an answer each, what there is to look at, and what else can be done. Empty where there is nothing."""
    count = len(offered) or (at.step.offered.count if at.step and at.step.offered else 0)
    answers = buttons.answers(at, at.question, count, offered) if at.question else []
    further = buttons.further(at, at.question) if at.question else []
    found = link_of(at) if at.status not in {"completed", "aborted"} else None
    return [*answers, *buttons.links([found] if found else []), *further]


def _title(at: Standing) -> str:
    """Resource, environment and word behind the kind of message; a long name gives way to the rest."""
    rest = f" · {at.name} · {at.word}"
    kind = _kind(at)
    room = HEADER - len(kind) - len(rest) - 5
    return f"{kind}: {one_line(at.resource_name, max(room, _SHORTEST_NAME))}{rest}"


def _kind(at: Standing) -> str:
    if at.question is not None and at.step is not None:
        return _PROGRESS["blocked"] if at.step.status == "blocked" else _QUESTIONS[at.question.kind]
    return _PROGRESS.get(at.status, _PROGRESS["in_progress"])


def _text(at: Standing) -> str:
    title = mrkdwn(_title(at), 300)
    if at.question is None:
        return title
    first = at.question.verbs[0]
    answer = "<field>=<value> …" if at.form is not None else given(at)
    typed = command(at, first, *([answer] if first == "decide" else []))
    return f"{title}: {sentence(mrkdwn(at.question.ask, _NOTIFICATION))} ({mrkdwn(typed, 200)})"
