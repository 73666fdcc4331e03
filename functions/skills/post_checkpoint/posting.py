"""Which use case posts which message of the cards queue, and with which ports."""

from collections.abc import Callable
from functools import partial

from shared.app.card import post_checkpoint
from shared.app.digest import DIGEST_EVERY, post_digest
from shared.app.fill_modal import fill_modal
from shared.app.nudge import nudge
from shared.app.pacing import PacedWall
from shared.bootstrap import Composition
from state_schema.orders import CardMessage, DigestMessage, ModalMessage, NudgeMessage, ReplyMessage

Posted = CardMessage | ReplyMessage | ModalMessage | NudgeMessage | DigestMessage


def poster(composition: Composition) -> Callable[[Posted], str]:
    """Posts a message and says what became of it, in a word."""
    engine, outside, clock = composition.engine, composition.outside, composition.clock
    migrations, history, posted = engine.migrations, engine.history, engine.posted_cards
    every = composition.settings.slack_pace
    wall = PacedWall(outside.channel, engine.pace, clock, every)
    show = partial(
        post_checkpoint,
        migrations=migrations,
        history=history,
        posted_cards=posted,
        channel=wall,
        replies=outside.replies,
    )
    remind = partial(nudge, migrations=migrations, posted_cards=posted, channel=wall, alerts=outside.alerts)
    sum_up = partial(
        post_digest,
        store=engine.store,
        posted_cards=posted,
        wall=wall,
        pace=engine.pace,
        every=every * DIGEST_EVERY,
    )

    def post(message: Posted) -> str:
        match message:
            case ModalMessage():
                return fill_modal(message, migrations=migrations, history=history, modals=outside.modals)
            case NudgeMessage():
                return remind(message, now=clock())
            case DigestMessage():
                return sum_up(message, now=clock())
            case _:
                return show(message)

    return post
