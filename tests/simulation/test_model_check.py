"""Every state of one resource, over all signals: the rules hold in each, and each has a way on."""

import sys
from datetime import datetime

import pytest

from shared.domain.deadlines import due_event
from state_schema.events import CheckpointOverdue, Event, StepCompleted
from state_schema.migration import StepState
from state_schema.plan import Plan, Stop
from tests.simulation.model_check import Explored, explore
from tests.simulation.model_plans import a_campaign, a_plan, the_example
from tests.simulation.violations import ViolationError


def checked(what: str, plan: Plan, capsys: pytest.CaptureFixture[str], compared: int = 0) -> Explored:
    explored = explore(plan, a_campaign(plan), most=100_000, compared=compared)
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {explored}\n")
    return explored


@pytest.mark.parametrize(
    "phases",
    [("infra",), ("deploy", "soak"), ("migrate", "deploy"), ("soak", "migrate"), ("scale", "sign"), ("back", "infra")],
)
def test_every_reachable_state_keeps_the_rules_and_has_a_way_on(
    phases: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    explored = checked(", ".join(phases), a_plan(*phases, shared=phases == ("infra",)), capsys, compared=400)

    assert explored.without_a_way_on() == set()
    assert "completed" in explored.states.values()
    assert explored.cut == set()
    assert explored.differing == []


def test_every_state_of_the_example_plan_in_all_environments_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Bound: no automatic retries. `python -m tests.simulation --model 5` has all of them."""
    explored = checked("the example, no automatic retries", the_example(retries=0), capsys)

    assert explored.without_a_way_on() == set()
    assert "completed" in explored.states.values()
    assert explored.cut == set()


def test_every_state_of_the_example_plan_with_all_its_retries_on_the_way_to_one_environment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bound: the shared phases, test and one production environment."""
    explored = checked("the example up to prod-us", the_example("test", "prod-us", retries=5), capsys, compared=1000)

    assert explored.without_a_way_on() == set()
    assert "completed" in explored.states.values()
    assert explored.cut == set()
    assert explored.differing == []


def test_a_rule_that_is_broken_in_one_state_only_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def answering(name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
        due = due_event(name, stop, step, at)
        if isinstance(due, CheckpointOverdue) and name == "prod":
            return StepCompleted(track=name, step=stop.path, attempt=step.attempt)
        return due

    monkeypatch.setattr("shared.domain.follow.due_event", answering)
    plan = a_plan("back")

    with pytest.raises(ViolationError, match="questions_are_answered_by_people: .*prod/back.ask was done, and nobody"):
        explore(plan, a_campaign(plan), most=100_000)


def test_states_that_are_wrongly_taken_for_the_same_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulation.model_key._step_key", lambda place, step, stop: (step.status,))
    plan = a_plan("back")

    assert explore(plan, a_campaign(plan), most=100_000, compared=400).differing
