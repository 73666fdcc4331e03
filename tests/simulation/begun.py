"""Which attempt of a step a person or the plan began, told from the events alone."""

from collections.abc import Iterable

from state_schema.events import Recorded, RollbackOrdered, StepRetried


def begun_with(records: Iterable[Recorded], track: str, step: str) -> int:
    """The last attempt that did not begin by itself, or by a move; `records` are those up to the moment in question."""
    first = 1
    for one in records:
        event = one.event
        anew = isinstance(event, RollbackOrdered) or (isinstance(event, StepRetried) and not event.automatic)
        if anew and (event.track, event.step) == (track, step):  # type: ignore[union-attr]  # both kinds are of a step
            first = event.attempt  # type: ignore[union-attr]
    return first
