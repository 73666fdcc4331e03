"""One living message: updated where it is, found where nobody noted it, posted where there is none."""

from shared.errors import NotFoundError
from shared.messages.cards import Card
from shared.ports.effects import PostedCard
from shared.ports.slack import CardChannel


def place(key: str, channel: str, shown: Card, posted: PostedCard | None, slack: CardChannel) -> str:
    """Brings the message there; its `ts`. Errors as of CardChannel.

    One may be there that we did not note: the worker can die between posting and noting.
    """
    ts = posted.ts if posted is not None and posted.channel == channel else slack.find(channel, key)
    if ts is not None:
        try:
            slack.update(channel, ts, shown.text, shown.blocks)
        except NotFoundError:
            ts = None
    return ts or slack.post(channel, key, shown.text, shown.blocks)
