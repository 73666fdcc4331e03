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
    thread: str = ""
    """The `ts` of the message under which it is."""


class FakeCardChannel(Outside):
    """The port Wall. `messages` by `ts`; refusals and crashes are named as its methods are."""

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

    def find_in_thread(self, channel: str, ts: str, key: str) -> str | None:
        self.read("find_in_thread")
        self._card(channel, ts)
        found = (at for at, one in self.messages.items() if (one.channel, one.thread, one.card) == (channel, ts, key))
        return next(found, None)

    def post_in_thread(self, channel: str, ts: str, key: str, text: str) -> str:
        with self.act("post_in_thread"):
            self._card(channel, ts)
            self._posted += 1
            posted = f"{self._posted}.0"
            self.messages[posted] = Shown(channel, key, text, (), ts)
        return posted

    def permalink(self, channel: str, ts: str) -> str:
        return f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}"

    def _card(self, channel: str, ts: str) -> None:
        if ts not in self.messages or self.messages[ts].channel != channel:
            raise NotFoundError(f"Slack has no message {ts} in {channel}.")


class FakeReplies(Outside):
    """The port Replies. `said` is (response_url, text), in order; `blocks` what came with each."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.blocks: list[Sequence[Block]] = []

    def reply(self, response_url: str, text: str, blocks: Sequence[Block] = ()) -> None:
        with self.act("reply"):
            self.said.append((response_url, text))
            self.blocks.append(blocks)
