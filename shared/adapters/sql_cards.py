"""Where cards were posted, in SQL: a card shown newer is never noted as older."""

from typing import Final

from sqlalchemy import Column, Engine, Integer, Table, Text, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from shared.adapters.sql_engine import metadata, reading, writing
from shared.adapters.sql_tables import cards
from shared.errors import RetryableError
from shared.ports.effects import PostedCard

threads: Final = Table(
    "card_threads",
    metadata,
    Column("card", Text, primary_key=True),
    Column("told", Integer, nullable=False),
    Column("telling", Integer, nullable=False),
)
"""What the card's thread tells; a table of its own, because the files of earlier releases have `cards` without it."""

#   worker A, rendered 7         noted                worker B, rendered 8
#   update the card              6                    update the card
#                                8 <----------------- note 8 where 6 <= 8
#   note 7 where 8 <= 7: none    8
NOTHING_NEWER_IS_NOTED: Final = cards.c.version <= bindparam("shown")


class SqlPostedCards:
    """The port PostedCards."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, card: str) -> PostedCard | None:
        told, telling = func.coalesce(threads.c.told, 0), func.coalesce(threads.c.telling, 0)
        with reading(self._engine) as connection:
            wanted = (
                select(cards.c.channel, cards.c.ts, cards.c.version, told, telling)
                .outerjoin(threads, threads.c.card == cards.c.card)
                .where(cards.c.card == card)
            )
            row = connection.execute(wanted).one_or_none()
        return None if row is None else PostedCard(*row)

    def save(self, card: str, posted: PostedCard) -> None:
        row = {"channel": posted.channel, "ts": posted.ts, "version": posted.version}
        thread = {"told": posted.told, "telling": posted.telling}
        with writing(self._engine) as connection:
            told = connection.execute(select(threads.c.told).where(threads.c.card == card)).scalar_one_or_none()
            noted = connection.execute(select(cards.c.version).where(cards.c.card == card)).scalar_one_or_none()
            if told is not None and told > posted.told:
                return
            if noted is not None:
                moved = update(cards).where(cards.c.card == card, NOTHING_NEWER_IS_NOTED).values(row)
                if not connection.execute(moved, {"shown": posted.version}).rowcount:
                    return
            else:
                try:
                    connection.execute(insert(cards).values(card=card, **row))
                except IntegrityError as exc:
                    raise RetryableError(f"The card {card} was noted by somebody else just now. Try again.") from exc
            told_now = insert(threads).values(card=card, **thread)
            connection.execute(told_now.on_conflict_do_update(index_elements=[threads.c.card], set_=thread))
