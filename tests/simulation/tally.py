"""How often each fault and each trick struck, and each kind of event came about: a dead one shows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import get_args

from state_schema.control import ControlVerb
from state_schema.events import Event
from tests.fakes.stores import FakeStores
from tests.simulation.mischief import MISCHIEF
from tests.simulation.world.faults import WEIGHTS


def met(stores: FakeStores, *, redriven: int) -> Counter[str]:
    """What came about, by its kind: a rule about what never happens would hold for nothing."""
    found = Counter(f"event: {one.event.kind}" for records in stores.records.values() for one in records)
    found.update(f"control: {one.verb}" for records in stores.controls.values() for one in records)
    found["parked: act redriven"] = redriven
    return found


def kinds() -> Iterator[str]:
    """Every kind of fault and trick there is, as `Outcome.struck` counts them."""
    for border, weights in WEIGHTS.items():
        for kind in weights:
            yield f"{border}: {kind}"
    for trick in MISCHIEF:
        yield f"mischief: {trick.__name__}"
    yield "parked: act redriven"
    yield from (f"control: {verb}" for verb in get_args(ControlVerb))
    yield from (f"event: {kind.model_fields['kind'].default}" for kind in get_args(get_args(Event)[0]))


def tallied(struck: Counter[str]) -> Mapping[str, int]:
    """Each kind and how often it struck."""
    return {kind: struck[kind] for kind in dict.fromkeys((*kinds(), *sorted(struck)))}


def lines_of(struck: Counter[str], columns: int = 3) -> Iterator[str]:
    """The same as a small table, read column by column."""
    entries = [(kind, f"{count:,}" if count else "NEVER") for kind, count in tallied(struck).items()]
    width = max(len(kind) + len(count) for kind, count in entries) + 1
    rows = -(-len(entries) // columns)
    for row in range(rows):
        line = [f"{kind} {count:>{width - len(kind) - 1}}" for kind, count in entries[row::rows]]
        yield "   ".join(line)
