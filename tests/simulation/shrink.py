"""Makes a failing story short: drops resources and faults one after the other, as long as the same rule still breaks."""

from collections.abc import Callable
from itertools import combinations
from typing import Final

from tests.simulation.run import Outcome
from tests.simulation.spec import Spec

_MOST_RUNS: Final = 250
Teller = Callable[[Spec], Outcome]


def shrunk(spec: Spec, tell: Teller) -> tuple[Spec, Outcome]:
    """The shortest spec found, and its outcome; both are those given where the spec does not fail."""
    first = tell(spec)
    if first.violation is None:
        return spec, first
    search = _Search(spec, first, tell)
    search.pin_faults()
    search.end_where_it_breaks()
    search.keep_last_faults()
    size = 0
    while size != search.size():
        size = search.size()
        search.drop_resources()
        search.drop_faults()
    return search.spec, search.outcome


class _Search:
    def __init__(self, spec: Spec, outcome: Outcome, tell: Teller) -> None:
        assert outcome.violation is not None
        self.spec = spec
        self.outcome = outcome
        self._rule = outcome.violation.rule
        self._tell = tell
        self._runs = 0

    def pin_faults(self) -> None:
        """From here on no fault takes the place of one that is dropped."""
        self._still_fails(self.spec.with_only(frozenset(self.outcome.faults)))

    def end_where_it_breaks(self) -> None:
        """Troubles end early, so that a story of something that is stuck does not go on to the end of its days."""
        for share in (0.1, 0.25, 0.5):
            if self._still_fails(self.spec.ending(self.spec.until * share)):
                return

    def keep_last_faults(self) -> None:
        """Most faults of a long story have nothing to do with its end."""
        for count in (1, 2, 3, 5, 8, 13):
            if self._still_fails(self.spec.with_only(frozenset(self.outcome.faults[-count:]))):
                return

    def size(self) -> int:
        return len(self.spec.campaign.resources) + len(self.outcome.faults)

    def drop_resources(self) -> None:
        for resource in self.spec.campaign.resources:
            if len(self.spec.campaign.resources) > 1:
                self._still_fails(self.spec.without_resource(resource.id))

    def drop_faults(self) -> None:
        """Halves first, then smaller parts, down to one by one; then two at once, because one may make up for another."""
        size = max(1, len(self.outcome.faults) // 2)
        while size and self._runs < _MOST_RUNS:
            if not self._drops_a_part(size):
                size = size // 2 if size > 1 or not self._drops_two() else 1

    def _drops_a_part(self, size: int) -> bool:
        faults = self.outcome.faults
        parts = [faults[begin : begin + size] for begin in range(0, len(faults), size)]
        return any(self._still_fails(self.spec.with_only(frozenset(faults).difference(part))) for part in parts)

    def _drops_two(self) -> bool:
        faults = self.outcome.faults
        return any(
            self._still_fails(self.spec.with_only(frozenset(faults).difference(pair)))
            for pair in combinations(faults, 2)
        )

    def _still_fails(self, candidate: Spec) -> bool:
        if self._runs >= _MOST_RUNS:
            return False
        self._runs += 1
        outcome = self._tell(candidate)
        fails = outcome.violation is not None and outcome.violation.rule == self._rule
        if fails:
            self.spec, self.outcome = candidate, outcome
        return fails
