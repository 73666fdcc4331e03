"""The simulator's own books: what people did, what skills did outside, and who is at it now. Ours play no part in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from shared.domain.view import View
from state_schema.orders import Order


@dataclass
class Running:
    """A worker with an order. `view` is what it read, `at` the time that it took it to be, `acting` whether it has touched
    the outside.
    """

    order: Order
    view: View | None = None
    at: datetime | None = None
    acting: bool = False


@dataclass
class Books:
    """`decided`: signal id to the person who did it. `acts`: how often (order key, kind, target) was done outside.

    `answered`: signal id of a person's act to what was said of it. `looks`: those that only ask for a look.
    """

    decided: dict[str, str] = field(default_factory=dict)
    shown: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Signal id of a click to the attempt and the digest that its button carried."""
    failed: defaultdict[int, set[str]] = field(default_factory=partial(defaultdict, set))
    """Wave to the resources that failed in it since somebody resumed it."""
    merged: set[str] = field(default_factory=set)
    """Addresses of the pull requests that somebody merged."""
    succeeded: set[str] = field(default_factory=set)
    """Addresses of the runs that ended well, once at least."""
    going: dict[str, str] = field(default_factory=dict)
    """Address of each run that has not ended yet to the attempt that it is for, as slots are named."""
    dispatched: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    looks: set[str] = field(default_factory=set)
    redriven: int = 0
    acts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    places: defaultdict[tuple[str, str, str], set[str]] = field(default_factory=partial(defaultdict, set))
    """(migration, track, step) to the kinds of what was done outside for it."""
    claims: defaultdict[str, set[str]] = field(default_factory=partial(defaultdict, set))
    """Order key to the keys under which its workers claimed it."""
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    running: list[Running] = field(default_factory=list)

    def undone(self, kind: str, target: str) -> None:
        """People took back what a skill did there: it may be done once more."""
        self.done[kind, target] -= 1
        for key in [key for key in self.acts if key[1:] == (kind, target)]:
            del self.acts[key]

    def ran(self, address: str, conclusion: str) -> None:
        """A run ended, or ended once more."""
        self.going.pop(address, None)
        if conclusion == "success":
            self.succeeded.add(address)

    @contextmanager
    def at_work(self, order: Order) -> Iterator[Running]:
        running = Running(order)
        self.running.append(running)
        try:
            yield running
        finally:
            self.running.pop()
