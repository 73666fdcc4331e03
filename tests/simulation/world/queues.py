"""Simulated queues: FIFO groups and standard queues that deliver late, twice, out of order, or never."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from shared import names
from shared.adapters.envelope import DEDUPLICATION_WINDOW, Envelope
from shared.errors import RetryableError, StaleStateError
from tests.fakes.crashes import Crash
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.faults import Faults

VISIBILITY = 60.0
_SEALED = 16
"""One message of so many goes through the envelope that the real queues use."""
_LATENCY = {names.SIGHTINGS: (0.1, 3.0), names.SIGNALS: (0.05, 1.5), names.CARDS: (10.0, 150.0)}
_SKILL = (0.5, 25.0)
_FIFO = frozenset(names.FIFO_QUEUES)
Worker = Callable[[str, int], object]


@dataclass(slots=True)
class _Message:
    queue: str
    group: str
    body: str
    receives: int = 0


class SimulatedQueues:
    """The port Outbox, and the delivery to `workers` (queue to a function of body and receives)."""

    def __init__(self, agenda: Agenda, chance: Chance, faults: Faults, tell: Callable[[str], None]) -> None:
        self._agenda = agenda
        self._chance = chance
        self._faults = faults
        self._tell = tell
        self._keys: dict[tuple[str, str], float] = {}
        self._groups: defaultdict[tuple[str, str], deque[_Message]] = defaultdict(deque)
        self.workers: dict[str, Worker] = {}
        self.traps: list[Callable[[str], object]] = []
        """Each is told the migration of the next order that is sent, once."""
        self.sent = 0
        self.dead = 0

    def send(self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0) -> None:
        fault = self._faults.cross("send", f"{queue} {key or _order_key(body)}")
        self.put(queue, body, group=group, key=key, delay=delay)
        self._faults.crossed(fault, f"sending to {queue}")

    def put(self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0) -> None:
        """Sends without a process that could die at it: the outside world's own messages."""
        self.sent += 1
        if self.sent % _SEALED == 0:
            Envelope.seal(queue, body, group=group, key=key, delay=delay)
        if queue in _FIFO:
            if self._keys.get((queue, key), -1.0) > self._agenda.now:
                return
            self._keys[queue, key] = self._agenda.now + DEDUPLICATION_WINDOW
        if self.traps and queue not in _FIFO:
            self.traps.pop()(_order_key(body).rsplit("/", 3)[0])
        self._enqueue(_Message(queue, group or _order_key(body), body), delay)

    def _enqueue(self, message: _Message, delay: float = 0.0) -> None:
        if message.queue not in _FIFO:
            self._schedule(message, delay)
            return
        waiting = self._groups[message.queue, message.group]
        waiting.append(message)
        if len(waiting) == 1:
            self._schedule(message, 0.0)

    def _schedule(self, message: _Message, delay: float) -> None:
        low, high = _LATENCY.get(message.queue, _SKILL)
        name = f"{message.queue} {message.group}"
        fault = self._faults.draw("deliver", name)
        delay += self._chance.between(f"latency:{name}", low, high)
        if fault == "late":
            delay += self._chance.between(f"late:{name}", 60, 1800)
        self._agenda.after(delay, lambda: self._deliver(message, fault), eager=message.queue == names.SIGNALS)

    def _deliver(self, message: _Message, fault: str | None) -> None:
        if fault == "lost":
            self._bury(message)
        elif fault == "redriven":
            self._done(message)
            again = _Message(message.queue, message.group, message.body)
            wait = self._chance.between(f"redriven:{message.queue} {message.group}", 120, 5400)
            self._agenda.after(wait, lambda: self._enqueue(again))
        else:
            if fault == "twice" and message.queue not in _FIFO:
                self._schedule(_Message(message.queue, message.group, message.body), 0.0)
            self._work(message, undeleted=fault == "twice")

    def _work(self, message: _Message, *, undeleted: bool) -> None:
        message.receives += 1
        try:
            self.workers[message.queue](message.body, message.receives)
        except (Crash, RetryableError, StaleStateError) as exc:
            self._tell(f"  {message.queue}: {type(exc).__name__}: {exc}")
            undeleted = True
        if not undeleted:
            self._done(message)
        elif message.receives >= names.MAX_RECEIVES:
            self._bury(message)
        else:
            self._schedule(message, VISIBILITY)

    def _bury(self, message: _Message) -> None:
        self.dead += 1
        self._done(message)

    def _done(self, message: _Message) -> None:
        if message.queue not in _FIFO:
            return
        waiting = self._groups[message.queue, message.group]
        waiting.popleft()
        if waiting:
            self._schedule(waiting[0], 0.0)
        else:
            del self._groups[message.queue, message.group]


def _order_key(body: str) -> str:
    return body.partition('"key":"')[2].partition('"')[0]
