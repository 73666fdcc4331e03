"""All rules for commits, and which of them a commit is checked by."""

from functools import cache
from typing import Final

from tests.simulation.boundary_invariants import BOUNDARY
from tests.simulation.decision_invariants import OF_DECISIONS
from tests.simulation.further_invariants import FURTHER
from tests.simulation.independent_invariants import INDEPENDENT
from tests.simulation.invariants import ON_COMMIT
from tests.simulation.slot_invariants import OF_SLOTS
from tests.simulation.step import Rule
from tests.simulation.turn_invariants import OF_TURNS
from tests.simulation.work_invariants import OF_WORK

OF_THE_CORE: Final = (*ON_COMMIT, *OF_DECISIONS, *OF_SLOTS, *FURTHER)
"""Those that ask nothing of a world around it."""
EVERY: Final = (*OF_THE_CORE, *INDEPENDENT, *BOUNDARY, *OF_TURNS, *OF_WORK)


@cache
def rules_for(rules: tuple[Rule, ...], kinds: frozenset[str]) -> tuple[Rule, ...]:
    """Those of the rules that events of these kinds could break."""
    return tuple(rule for rule in rules if rule.concerns(kinds))
