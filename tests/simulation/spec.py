"""One seed's story before it is told: its plan, campaign, levels of trouble, and what people get up to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.simulation.plans import campaign_for, guarded, plan_for
from tests.simulation.world.faults import WEIGHTS

_LEVELS = (0.0, 0.0005, 0.002, 0.002, 0.006)
_HOUR = 3600.0


@dataclass(frozen=True)
class Spec:
    """`later`: the next version of the plan. `levels`: border to how often things go wrong there.

    `mischief`: (second, roll) of each planned trouble. `only`: labels of the only faults that may strike, so that a failing
    story can be shortened; None: whichever are drawn.
    """

    seed: int
    plan: Plan
    later: Plan
    campaign: Campaign
    levels: Mapping[str, float]
    until: float
    sweep_every: float
    mischief: tuple[tuple[float, float], ...]
    only: frozenset[str] | None = None

    def with_only(self, labels: frozenset[str]) -> "Spec":
        return replace(self, only=labels)

    def ending(self, until: float) -> "Spec":
        return replace(self, until=until)

    def without_resource(self, resource: str) -> "Spec":
        left = tuple(one for one in self.campaign.resources if one.id != resource)
        return replace(self, campaign=self.campaign.model_copy(update={"resources": left}))


def spec_of(seed: int) -> Spec:
    """Everything that this seed decides beforehand."""
    random = Random(seed)
    plan, later = plan_for(random)
    campaign = guarded(campaign_for(random, plan), plan, Random(f"guarded {seed}"))
    until = random.uniform(1.0, 2.5) * _HOUR
    count = random.choice((10, 10, 11))
    return Spec(
        seed=seed,
        plan=plan,
        later=later,
        campaign=campaign,
        levels={border: random.choice(_LEVELS) for border in WEIGHTS},
        until=until,
        sweep_every=random.choice((60.0, 300.0, 600.0, 900.0, 900.0, 1800.0, 1800.0)),
        mischief=tuple(sorted((random.uniform(30, until * 0.4), random.random()) for _ in range(count))),
    )
