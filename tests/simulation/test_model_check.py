"""Every state of one resource, over all signals: the rules hold in each, and each has a way on."""

import sys

import pytest

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.simulation.model_check import Explored, explore
from tests.simulation.plans import _PHASES, _SHARED, OPERATORS, TEAM
from tests.stories import the_plan


def a_plan(*phases: str, shared: bool = False) -> Plan:
    chosen = [{"name": name, "steps": _PHASES[name]} for name in phases]
    return Plan.model_validate(
        {
            "name": "small",
            "version": 1,
            "environments": {"test": {"primary": True}, "prod": {"blocked_by": ["test"], "approval_required": True}},
            "phases": [_SHARED, *chosen] if shared else chosen,
        }
    )


def a_campaign(plan: Plan) -> Campaign:
    return Campaign.model_validate(
        {
            "campaign": "model",
            "plan": plan.ref,
            "channel": "C0MODEL",
            "resources": [{"id": "r1"}],
            "people": {"operators": [f"slack:{TEAM}/{OPERATORS[0]}"], "approvers": [f"slack:{TEAM}/U_APPROVER"]},
        }
    )


@pytest.mark.parametrize("phases", [("infra",), ("deploy", "soak"), ("migrate", "deploy"), ("soak", "migrate")])
def test_every_reachable_state_keeps_the_rules_and_has_a_way_on(
    phases: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    plan = a_plan(*phases)

    explored = explore(plan, a_campaign(plan), attempts=2, most=20_000)

    _say(capsys, ", ".join(phases), explored)
    assert explored.without_a_way_on() == set()
    assert "completed" in explored.states.values()
    assert len(explored.states) < 20_000, "the search was cut off before it had seen everything"


def test_the_first_states_of_the_example_plan_keep_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    plan = the_plan()

    explored = explore(plan, a_campaign(plan), attempts=2, most=1_500)

    _say(capsys, "the example", explored)
    assert explored.without_a_way_on() == set()


def _say(capsys: pytest.CaptureFixture[str], what: str, explored: Explored) -> None:
    counts = f"{len(explored.states):,} states, {explored.signals:,} signals, {len(explored.cut):,} cut off"
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {counts}\n")
