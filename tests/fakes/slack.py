"""A Slack workspace in memory, as the card worker sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.errors import NotFoundError
from shared.ports.slack import Block
from tests.fakes.crashes import Outside


@dataclass(frozen=True)
class Shown:
    """One message in a channel."""

    channel: str
    card: str
    text: str
    blocks: Sequence[Block]


class FakeCardChannel(Outside):
    """The port CardChannel. `messages` by `ts`; refusals and crashes are named `find`, `post` and `update`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, Shown] = {}
        self._posted = 0

    def find(self, channel: str, card: str) -> str | None:
        self.read("find")
        found = (ts for ts, one in self.messages.items() if (one.channel, one.card) == (channel, card))
        return next(found, None)

    def post(self, channel: str, card: str, text: str, blocks: Sequence[Block]) -> str:
        with self.act("post"):
            self._posted += 1
            ts = f"{self._posted}.0"
            self.messages[ts] = Shown(channel, card, text, blocks)
        return ts

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        with self.act("update"):
            if ts not in self.messages or self.messages[ts].channel != channel:
                raise NotFoundError(f"Slack has no message {ts} in {channel}.")
            self.messages[ts] = replace(self.messages[ts], text=text, blocks=blocks)


class FakeReplies(Outside):
    """The port Replies. `said` is (response_url, text), in order."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def reply(self, response_url: str, text: str) -> None:
        with self.act("reply"):
            self.said.append((response_url, text))
