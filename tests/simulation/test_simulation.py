"""Three hundred campaigns in which everything goes wrong; and that the search would find what is broken on purpose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from shared.app.park import DeadLetter, Fate, message_in, park
from shared.app.redrive import Redriven, redrive
from shared.domain.deadlines import due_event
from shared.domain.moved import _begun_anew
from shared.domain.react import on_report
from shared.domain.view import View
from shared.ports.migrations import Commit, Migrations
from shared.ports.parking import Parking
from state_schema.events import CheckpointOverdue, Event, StepCompleted
from state_schema.migration import StepState
from state_schema.orders import Order
from state_schema.parked import Parked
from state_schema.plan import Stop
from state_schema.signals import Act, Command, Failed, Reported
from tests.fakes.stores import FakeMigrations, FakeStores
from tests.simulation.__main__ import main
from tests.simulation.many import outcomes
from tests.simulation.run import Outcome, Tamper, run
from tests.simulation.shrink import shrunk
from tests.simulation.spec import Spec, spec_of
from tests.simulation.tally import tallied

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


SEEN_AT_ONCE = frozenset({
    "a_version_counts_its_events",
    "history_has_no_hole_and_no_rewrite",
    "slots_are_never_exceeded",
    "the_gate_says_what_the_state_says",
    "events_lead_to_the_state",
})  # fmt: skip
"""Rules that a store without conditions breaks at the very commit; others show at the end of the story."""


def first_failure(tell: object = run, rules: frozenset[str] | None = None) -> tuple[Spec, Outcome]:
    """Of the first campaign that breaks a rule, or one of `rules`."""
    for seed in range(1, 200):
        outcome = tell(spec_of(seed))  # type: ignore[operator]
        if outcome.violation is not None and (rules is None or outcome.violation.rule in rules):
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
    struck = tallied(sum((one.struck for one in told), Counter()))
    assert [kind for kind, count in struck.items() if not count] == [], "these faults and tricks are dead"
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
    assert outcome.violation.rule in {*SEEN_AT_ONCE, "no_act_on_a_campaign_was_rewritten"}


def test_a_fence_that_lets_everything_through_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.app.run_skill.orders_for", Anything())

    _, outcome = first_failure(with_late_orders)

    assert outcome.violation is not None
    assert outcome.violation.rule in {"an_unwanted_order_does_nothing", "a_report_counts_for_its_own_attempt"}


def test_a_parking_that_loses_what_people_did_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(letter: DeadLetter, **given: Any) -> Fate:
        lost = isinstance(message_in(letter.queue, letter.body), Act | Command)
        return Fate("dropped", "act", "x") if lost else park(letter, **given)

    monkeypatch.setattr("tests.simulation.parked.park", losing)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "no_act_of_a_person_is_lost"


def test_a_redrive_that_takes_out_before_it_applies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_early(item: Parked, *, parking: Parking, **given: Any) -> Redriven:
        if item.act is not None:
            parking.remove(item)
        return redrive(item, parking=parking, **given)

    monkeypatch.setattr("tests.simulation.parked.redrive", too_early)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "no_act_of_a_person_is_lost"


def test_a_dead_order_that_nobody_is_asked_about_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(view: View, signal: Reported) -> list[Event]:
        failed = isinstance(signal.report, Failed) and signal.report.code == "parked"
        return [] if failed else on_report(view, signal)

    monkeypatch.setattr("shared.domain.machine.on_report", deaf)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "a_dead_order_becomes_an_intervention"


def test_a_time_out_that_answers_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def answering(name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
        due = due_event(name, stop, step, at)
        if isinstance(due, CheckpointOverdue):
            return StepCompleted(track=name, step=stop.path, attempt=step.attempt)
        return due

    monkeypatch.setattr("shared.domain.follow.due_event", answering)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "questions_are_answered_by_people"


def test_a_move_in_flight_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domain.moving._in_flight", lambda view: iter(()))

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule in {"nothing_is_moved_in_flight", "the_gate_says_what_the_state_says"}


def test_a_button_that_outlives_a_move_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun_anew(step: StepState, *given: Any) -> StepState:
        return step if step.status == "awaiting_human" else _begun_anew(step, *given)

    monkeypatch.setattr("shared.domain.moved._begun_anew", begun_anew)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "after_a_move_all_is_asked_anew"


def test_an_exception_that_one_person_makes_alone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domain.excepting.is_same_person", lambda *_: False)
    monkeypatch.setattr("shared.domain.excepting.is_one_of", lambda *_: True)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == "exceptions_want_two_people"


BY_ENOUGH = "approvals_are_of_enough_people_and_not_of_who_asked"
BY_HEAD = "a_merge_counts_only_if_it_was_approved"


@pytest.mark.parametrize(
    ("broken", "answer", "rule"),
    [
        ("shared.domain.permissions.is_same_person", False, BY_ENOUGH),
        ("shared.domain.permissions.retried_by", [], BY_ENOUGH),
        ("shared.domain.approving.approvals_wanted", 1, BY_ENOUGH),
        ("shared.domain.react.has_merge_approval", True, BY_HEAD),
    ],
    ids=["who started approves", "who retried approves", "one is enough", "any merge counts"],
)
def test_a_boundary_with_a_gap_is_found_out(
    broken: str, answer: object, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broken, lambda *_: answer)

    _, outcome = first_failure()

    assert outcome.violation is not None
    assert outcome.violation.rule == rule


def test_a_failing_story_is_made_shorter_and_replays_exactly() -> None:
    spec, outcome = first_failure(run_recklessly, SEEN_AT_ONCE)

    short, again = shrunk(spec, run_recklessly)

    assert outcome.violation is not None
    assert again.violation is not None
    assert again.violation.rule == outcome.violation.rule
    assert len(again.faults) <= 10 < len(outcome.faults)
    assert len(short.campaign.resources) < len(spec.campaign.resources)
    told = run(short, telling=True, tamper=recklessly)
    assert str(told.violation) == str(again.violation)
    assert len(told.story) < len(run(spec, telling=True, tamper=recklessly).story)


@pytest.mark.parametrize("asked", ["--seeds=0", "--seeds=-3", "--seeds=", "--seeds=many", "--seeds=1.5", "--model=-1"])
def test_a_search_of_nothing_is_no_search(
    asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simulate", asked])

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"does not fit; write a whole number from {0 if 'model' in asked else 1} on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tamper", "code", "verdict"), [(None, 0, "no violation"), (recklessly, 1, "a_version_counts_its_events")]
)
def test_a_story_ends_with_its_verdict(
    tamper: Tamper | None, code: int, verdict: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simulate", "--story", "--from=6"])
    monkeypatch.setattr("tests.simulation.__main__.run", partial(run, tamper=tamper))

    assert main() == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("seed 6, ")
    assert verdict in last
