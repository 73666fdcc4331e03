"""Prints a failing story so that it can be read: what does not hold, which faults it takes, and what happened."""

from collections.abc import Iterator

from tests.simulation.run import Outcome
from tests.simulation.spec import Spec

_LONGEST = 120


def told(spec: Spec, outcome: Outcome) -> Iterator[str]:
    """The lines of the story; of a long one the beginning is left out."""
    resources = ", ".join(one.id for one in spec.campaign.resources)
    yield f"seed {spec.seed}: {outcome.violation}"
    yield f"resources {resources}; {len(outcome.faults)} faults: {', '.join(outcome.faults) or 'none are needed'}"
    if len(outcome.story) > _LONGEST:
        yield f"... {len(outcome.story) - _LONGEST} lines before"
    yield from outcome.story[-_LONGEST:]
    yield f"Again: make simulate FROM={spec.seed} SEEDS=1"
