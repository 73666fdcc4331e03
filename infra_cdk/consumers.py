"""Which function takes the messages of which queue, how many at once, and how long a message it has stays hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra_cdk.sizes import seconds_of
from shared import names
from state_schema.stage import Stage

MARGIN: Final = 60
"""Seconds that a message stays hidden beyond its function's time-out, so that it comes back only when its worker is gone."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """One function at one queue; `batch`: messages at once."""

    function: str
    batch: int = 1


CONSUMERS: Final[Mapping[str, Consumer]] = {
    names.SIGHTINGS: Consumer("observe", 10),
    names.SIGNALS: Consumer("advance"),
    names.CARDS: Consumer("post_checkpoint", 10),
    names.COMMENTS: Consumer("post_comment"),
    **{names.skill_queue(skill): Consumer(skill) for skill in names.SKILL_NAMES},
    **dict.fromkeys(names.DEAD_LETTER_QUEUES, Consumer("park")),
}
"""One message at once, so that a poison message holds up nobody else, but where each is quick and tells its own failure."""


def queues_of(function: str) -> tuple[str, ...]:
    """The queues whose messages the function takes."""
    return tuple(queue for queue, consumer in CONSUMERS.items() if consumer.function == function)


def visibility(queue: str, stage: Stage) -> int:
    """Seconds until a message comes back that was neither done nor given back."""
    return seconds_of(CONSUMERS[queue].function, stage) + MARGIN
