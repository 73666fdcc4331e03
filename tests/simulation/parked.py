"""What becomes of dead letters: the function that parks them, and an operator who redrives whatever is parked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from shared import names
from shared.app.park import CODE, DeadLetter, park
from shared.app.redrive import every_parked, redrive
from shared.domain.orders import orders_for
from shared.errors import RetryableError
from shared.ports.store import Store
from state_schema.signals import Act, Command, Failed, Observed, Reported, Ticked
from tests.fakes.crashes import Crash
from tests.fakes.stores import FakeMigrations, FakeStores
from tests.simulation.books import Books
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.faults import Faults
from tests.simulation.world.parking import BorderedParking
from tests.simulation.world.queues import SimulatedQueues, Worker


@dataclass
class DeadLetters:
    """The use cases `park` and `redrive` as processes of one simulated world."""

    agenda: Agenda
    chance: Chance
    faults: Faults
    store: Store
    queues: SimulatedQueues
    books: Books
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self.parking = BorderedParking(self.faults)

    def by_queue(self) -> dict[str, Worker]:
        return {queue: partial(self._park, queue) for queue in names.DEAD_LETTER_QUEUES}

    def take_care(self) -> None:
        """An operator redrives what is parked, and looks again later; what nobody can read stays."""
        for item in every_parked(self.store.campaigns, self.parking):
            try:
                said = redrive(
                    item, parking=self.parking, store=self.store, outbox=self.queues, now=self.agenda.clock()
                )
            except (Crash, RetryableError) as exc:
                self.tell(f"  redrive of {item.id}: {exc}")
                continue
            if said.removed and item.act is not None:
                self.books.answered[item.act.id] = said.outcome
                self.books.redriven += 1
                self.tell(f"redrive of {item.id}: {said.outcome}")
        self.agenda.after(self.chance.between("redrive", 600, 3600), self.take_care, idle=True)

    @property
    def waits(self) -> bool:
        """Whether something is parked that a redrive could settle."""
        return any(item.act is not None for item in self.parking.items)

    def _park(self, queue: str, body: str, receives: int) -> None:
        letter = DeadLetter(queue, body, self.agenda.clock())
        fate = park(
            letter, parking=self.parking, campaigns=self.store.campaigns, outbox=self.queues, now=letter.sent_at
        )
        self.tell(f"dead letter {fate.kind} {fate.about} is {fate.outcome}")


def still_wanted(message: Act | Observed | Reported | Ticked | Command, stores: FakeStores) -> str | None:
    """What is wrong where a dead order was recorded as failed, and is in flight all the same."""
    match message:
        case Reported(report=Failed(category="blocking", code=code)) if code == CODE:
            view = FakeMigrations(stores).load(message.migration).view
            wanted = {order.key for order in orders_for(view)}
            return f"{message.key} is dead, and nobody is asked about it" if message.key in wanted else None
        case _:
            return None
