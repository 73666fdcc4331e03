"""Simulated Slack: cards with their buttons as people see them, those of yesterday included."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.domain.view import View
from shared.errors import NotFoundError
from shared.messages.blocks import actions
from shared.messages.cards import Card, button_row
from shared.messages.standing import Standing
from shared.ports.slack import Block
from state_schema import events as happened
from state_schema.events import Recorded
from tests.simulation.world.faults import Faults

WRITTEN_OUT: Final = 1 / 16
"""Share of the cards that are rendered in full: their texts are dear, and our people look at the buttons only."""


@dataclass
class ShownCard:
    """One message. `before` are the blocks that it showed earlier, which somebody may still have on the screen."""

    card: str
    channel: str
    blocks: Sequence[Block]
    before: list[Sequence[Block]] = field(default_factory=list)

    def buttons(self) -> list[Block]:
        return buttons_of(self.blocks)


class SimulatedChannel:
    """The ports CardChannel, Replies and Alerts. `seen` is told which card changed."""

    def __init__(self, faults: Faults, seen: Callable[[ShownCard], None]) -> None:
        self._faults = faults
        self._seen = seen
        self.cards: dict[str, ShownCard] = {}
        self.in_threads: dict[str, str] = {}
        self.said = 0

    def find(self, channel: str, card: str) -> str | None:
        self._faults.cross("card", f"find {card}")
        return next((ts for ts, one in self.cards.items() if (one.channel, one.card) == (channel, card)), None)

    def post(self, channel: str, card: str, text: str, blocks: Sequence[Block]) -> str:
        fault = self._faults.cross("card", f"post {card}")
        ts = f"{len(self.cards) + 1}.0"
        self.cards[ts] = ShownCard(card, channel, blocks)
        self._seen(self.cards[ts])
        self._faults.crossed(fault, f"posting {card}")
        return ts

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        fault = self._faults.cross("card", f"update {ts}")
        if ts not in self.cards:
            raise NotFoundError(f"there is no message {ts}")
        shown = self.cards[ts]
        shown.before.append(shown.blocks)
        shown.blocks = blocks
        self._seen(shown)
        self._faults.crossed(fault, f"updating {ts}")

    def find_in_thread(self, channel: str, ts: str, key: str) -> str | None:
        self._faults.cross("card", f"find {key}")
        if ts not in self.cards:
            raise NotFoundError(f"there is no message {ts}")
        return self.in_threads.get(key)

    def post_in_thread(self, channel: str, ts: str, key: str, text: str) -> str:
        fault = self._faults.cross("card", f"post {key}")
        if key in self.in_threads:
            message = f"{key} is posted a second time"
            raise AssertionError(message)
        self.in_threads[key] = ts
        self._faults.crossed(fault, f"posting {key}")
        return ts

    def alert(self, subject: str, text: str) -> None:
        self._faults.cross("card", f"alert {subject}")

    def reply(self, response_url: str, text: str, blocks: Sequence[Block] = ()) -> None:
        self._faults.cross("card", "reply")
        self.said += 1


def a_word(track: str, records: Sequence[Recorded]) -> str:
    """A thread's message without its text."""
    return track if any(isinstance(one.event, happened.CheckpointDecided) for one in records) else ""


def only_buttons(view: View, track: str, offered: tuple[str, ...]) -> Card:
    """The card without its texts, and without links where nothing is asked: nobody follows them."""
    at = Standing(view, track)
    row = button_row(at, offered) if at.question is not None else []
    return Card(text=track, blocks=(actions(row),) if row else ())


def buttons_of(blocks: Sequence[Block]) -> list[Any]:
    """Every button of the blocks, links included."""
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
