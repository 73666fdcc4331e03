"""Three hundred campaigns in which everything goes wrong; and that the search would find what is broken on purpose."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.ports.migrations import Commit, Migrations
from state_schema.orders import Order
from tests.fakes.stores import FakeMigrations, FakeStores
from tests.simulation.many import outcomes
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import shrunk
from tests.simulation.spec import Spec, spec_of

SEEDS = 300


class RecklessMigrations(FakeMigrations):
    """A store that writes whatever it is given, whoever wrote meanwhile."""

    def _refuse(self, commit: Commit) -> None:
        return


class Anything:
    """A fence without a gap in it that is open all the same: every order is among these."""

    def __contains__(self, order: object) -> bool:
        return True

    def __call__(self, view: object) -> Iterable[Order]:
        return self  # type: ignore[return-value]  # only `in` is asked


def recklessly(stores: FakeStores, right: Migrations) -> Migrations:
    return RecklessMigrations(stores)


def first_failure(tell: object = run) -> tuple[Spec, Outcome]:
    for seed in range(1, 200):
        outcome = tell(spec_of(seed))  # type: ignore[operator]
        if outcome.violation is not None:
            return spec_of(seed), outcome
    pytest.fail("two hundred campaigns did not find it")


def with_late_orders(spec: Spec) -> Outcome:
    return run(replace(spec, levels={**spec.levels, "deliver": 0.05}))


def run_recklessly(spec: Spec) -> Outcome:
    return run(spec, tamper=recklessly)


def test_no_order_of_things_breaks_a_campaign() -> None:
    told = list(outcomes(range(1, SEEDS + 1)))

    assert [str(one.violation) for one in told if one.violation is not None] == []
    assert len(told) == SEEDS
    assert min(len(one.faults) for one in told) >= 10
    assert all(set(one.statuses) <= {"completed", "aborted"} for one in told)
    assert sum(status == "completed" for one in told for status in one.statuses) > SEEDS * 5


def test_every_campaign_has_resources_waves_and_environments_enough() -> None:
    for seed in range(1, SEEDS + 1):
        spec = spec_of(seed)
        assert len(spec.campaign.resources) >= 6
        assert {resource.wave for resource in spec.campaign.resources} == {1, 2}
        assert len(spec.plan.environments) == 3
        assert any(resource.environments is None for resource in spec.campaign.resources)


def test_the_same_seed_tells_the_same_story_word_for_word() -> None:
    for seed in (3, 17):
        assert run(spec_of(seed), telling=True) == run(spec_of(seed), telling=True)


def test_a_store_that_ignores_the_version_condition_is_found_out() -> None:
    _, outcome = first_failure(run_recklessly)

    assert outcome.violation is not None
    assert outcome.violation.rule in {
        "a_version_counts_its_events",
        "history_has_no_hole_and_no_rewrite",
        "slots_are_never_exceeded",
        "the_gate_says_what_the_state_says",
        "events_lead_to_the_state",
    }


def test_a_fence_that_lets_everything_through_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.app.run_skill.orders_for", Anything())

    _, outcome = first_failure(with_late_orders)

    assert outcome.violation is not None
    assert outcome.violation.rule == "an_unwanted_order_does_nothing"


def test_a_failing_story_is_told_in_few_words_and_replays_exactly() -> None:
    spec, outcome = first_failure(run_recklessly)

    short, again = shrunk(spec, run_recklessly)

    assert outcome.violation is not None
    assert again.violation is not None
    assert again.violation.rule == outcome.violation.rule
    assert len(again.faults) <= 6
    assert len(short.campaign.resources) < len(spec.campaign.resources)
    told = run(short, telling=True, tamper=recklessly)
    assert str(told.violation) == str(again.violation)
    assert len(told.story) < 100
