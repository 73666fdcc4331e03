"""Machines' signals that come long after their time: a report of an earlier attempt, an observation older than the last."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from shared import names
from state_schema.signals import Observed, Reported
from tests.simulation.world.chance import Chance
from tests.simulation.world.queues import SimulatedQueues

_REMEMBERED: Final = 12
_Remembered = deque[Reported | Observed]


@dataclass
class LateSignals:
    """Remembers what was taken off the signals queue, and puts it there once more."""

    chance: Chance
    queues: SimulatedQueues
    _old: defaultdict[str, _Remembered] = field(
        default_factory=lambda: defaultdict(partial(_Remembered, (), _REMEMBERED))
    )

    def note(self, message: object) -> None:
        """A signal was taken."""
        if isinstance(message, Reported | Observed):
            self._old[message.migration].append(message)

    def come_again(self, migration: str) -> None:
        """All that is remembered of this migration, the newest first."""
        for again in reversed(self._old[migration]):
            key = self.chance.label(f"late {again.id}")
            self.queues.put(names.SIGNALS, again.model_dump_json(), group=migration, key=key)

    def at_order(self, key: str) -> None:
        """A trap: they come again with this order."""
        self.come_again(key.rsplit("/", 3)[0])

    def at_retry(self, key: str) -> None:
        """The same for an order that follows another attempt; until there is one, the trap is laid again below all others."""
        if int(key.rpartition("/")[2].partition("+")[0]) > 1:
            self.at_order(key)
        else:
            self.queues.traps.insert(0, self.at_retry)

    def of_one(self) -> bool:
        """Those of one migration come again now, mostly of one that was seen to change; whether there are any."""
        known = sorted(filter(self._was_seen_to_change, self._old)) or sorted(self._old)
        if known:
            self.come_again(known[self.chance.pick("late signals", len(known))])
        return bool(known)

    def _was_seen_to_change(self, migration: str) -> bool:
        looks = [one.seen for one in self._old[migration] if isinstance(one, Observed)]
        return any(look != looks[-1] for look in looks)
