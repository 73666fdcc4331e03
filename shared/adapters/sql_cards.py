"""Where cards were posted, in SQL: a card shown newer is never noted as older."""

from typing import Final

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_tables import cards
from shared.errors import RetryableError
from shared.ports.effects import PostedCard

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
        with reading(self._engine) as connection:
            wanted = select(cards.c.channel, cards.c.ts, cards.c.version).where(cards.c.card == card)
            row = connection.execute(wanted).one_or_none()
        return None if row is None else PostedCard(*row)

    def save(self, card: str, posted: PostedCard) -> None:
        row = {"channel": posted.channel, "ts": posted.ts, "version": posted.version}
        with writing(self._engine) as connection:
            noted = connection.execute(select(cards.c.version).where(cards.c.card == card)).scalar_one_or_none()
            if noted is not None:
                moved = update(cards).where(cards.c.card == card, NOTHING_NEWER_IS_NOTED).values(row)
                connection.execute(moved, {"shown": posted.version})
                return
            try:
                connection.execute(insert(cards).values(card=card, **row))
            except IntegrityError as exc:
                raise RetryableError(f"The card {card} was noted by somebody else just now. Try again.") from exc
