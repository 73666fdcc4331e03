"""Simulated queues: FIFO groups and standard queues that deliver late, twice, out of order, or never."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from shared import names
from shared.adapters.envelope import DEDUPLICATION_WINDOW, Envelope
from shared.errors import PermanentError, RetryableError, StaleStateError
from tests.fakes.crashes import Crash
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.faults import Faults

VISIBILITY = 60.0
_SEALED = 16
"""One message of so many goes through the envelope that the real queues use."""
_UNANSWERED = ('{"kind":"digest"', '{"kind":"reply"')
"""What nobody here acts on: one of so many is delivered all the same."""
_LATENCY = {names.SIGHTINGS: (0.1, 3.0), names.SIGNALS: (0.05, 1.5), names.CARDS: (10.0, 150.0)}
_SKILL = (0.5, 25.0)
_FIFO = frozenset(filter(names.is_fifo, (*names.QUEUES, *names.DEAD_LETTER_QUEUES)))
_DEAD = frozenset(names.DEAD_LETTER_QUEUES)
_REPLY = "reply:"
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
        """Each is told the key of the next order that is sent, once; the last that was laid comes first."""
        self.unreadable: set[str] = set()
        """Bodies that were put there to be read by nobody."""
        self.replied: set[str] = set()
        """Ids of the acts whose people were sent an answer."""
        self.doomed_orders = 0
        """So many of the next orders go straight to the dead letters."""
        self.sent = 0

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        fault = self._faults.cross("send", f"{queue} {key or _order_key(body)}")
        self.put(queue, body, group=group, key=key, delay=delay)
        if fault is not None:
            self._faults.crossed(fault, f"sending to {queue}")

    def put(self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0) -> None:
        """Sends without a process that could die at it: the outside world's own messages."""
        self.sent += 1
        sampled = self.sent % _SEALED == 0
        if sampled:
            Envelope.seal(queue, body, group=group, key=key, delay=delay)
        if queue in _FIFO:
            if self._keys.get((queue, key), -1.0) > self._agenda.now:
                return
            self._keys[queue, key] = self._agenda.now + DEDUPLICATION_WINDOW
            if group.startswith(_REPLY):
                self.replied.add(group.removeprefix(_REPLY))
            if queue == names.CARDS and not sampled and body.startswith(_UNANSWERED):
                return
        elif self.traps and (order := _order_key(body)):
            self.traps.pop()(order)
        elif self.doomed_orders:
            self.doomed_orders -= 1
            queue = names.dead_letter_queue(queue)
        self._enqueue(_Message(queue, group or _order_key(body), body), delay)

    def _enqueue(self, message: _Message, delay: float = 0.0) -> None:
        if message.queue not in _FIFO:
            self._schedule(message, delay)
            return
        waiting = self._groups[message.queue, message.group]
        if message.queue == names.CARDS and waiting and not waiting[-1].receives and waiting[-1].body == message.body:
            return  # both would show the card as it is when their turn comes, the second in vain
        waiting.append(message)
        if len(waiting) == 1:
            self._schedule(message, 0.0)

    def _schedule(self, message: _Message, delay: float) -> None:
        low, high = _LATENCY.get(message.queue, _SKILL)
        name = f"{message.queue} {message.group}"
        roll = self._chance.turn(f"latency:{name}")[1]
        fault = self._faults.draw("bury" if message.queue in _DEAD else "deliver", name)
        delay += low + (high - low) * roll
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
        except (Crash, RetryableError, StaleStateError, PermanentError, ValueError) as exc:
            if not self._is_expected(message, exc):
                raise
            self._tell(f"  {message.queue}: {type(exc).__name__}: {exc}")
            undeleted = True
        if not undeleted:
            self._done(message)
        elif message.receives >= names.MAX_RECEIVES and message.queue not in _DEAD:
            self._bury(message)
        else:
            self._schedule(message, VISIBILITY)

    def _is_expected(self, message: _Message, error: Exception) -> bool:
        """Whether this is what the function's frame would have given back to the queue, and no mistake of ours."""
        match error:
            case PermanentError(code=code):
                return code == "wrong_queue"
            case ValueError():
                return message.body in self.unreadable
            case _:
                return True

    def _bury(self, message: _Message) -> None:
        """To the dead-letter queue, which a function drains until it is empty."""
        self._done(message)
        self._enqueue(_Message(names.dead_letter_queue(message.queue), message.group, message.body))

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
