"""The frame round every skill: what is no longer wanted is not done, what was done is not done again, and failures say so."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared import names
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.effects import Report
from shared.ports.skills import Skill, Work
from state_schema.orders import Order
from state_schema.signals import Failed, Pending, Progressed, Reported, Succeeded
from tests.fakes.crashes import Crash
from tests.fakes.races import DownOutbox, DyingOutbox
from tests.functional.journey import EMAIL, REWRITE, Journey
from tests.stories import CHOICES, the_campaign, the_plan

TOKEN = "ghp_" + "a" * 36
SECOND = REWRITE[:-1] + "2"


def answering(report: Report) -> Skill[Any]:
    return lambda _: report


def raising(error: Exception) -> Skill[Any]:
    def skill(_: Work[Any]) -> Report:
        raise error

    return skill


def rewriting(skill: Skill[Any]) -> tuple[Journey, Order]:
    """A started migration whose first order goes to this skill."""
    journey = Journey(skills={"rewrite_dags": skill}).started()
    return journey, journey.orders()[0]


def report_of(journey: Journey) -> dict[str, Any]:
    (signal,) = journey.sent(names.SIGNALS)
    found: dict[str, Any] = signal["report"]
    return found


def failing(report: Failed) -> Journey:
    """The first order failed like this, and that is recorded."""
    journey, order = rewriting(answering(report))
    journey.work(order)
    journey.drain()
    return journey


# What is done and told.


def test_an_order_is_done_once_and_reported() -> None:
    journey, order = rewriting(answering(Succeeded(outputs={"address": "pull_request:7/1"})))

    assert journey.work(order) == "done"

    assert journey.worked == [REWRITE]
    signal = Reported(
        id="report:shared/code_migration.rewrite/1",
        at=journey.clock(),
        migration=EMAIL,
        key=REWRITE,
        skill="rewrite_dags",
        report=Succeeded(outputs={"address": "pull_request:7/1"}),
    )
    assert journey.all_sent() == {"signals": [signal.model_dump(mode="json")]}


def test_a_skill_is_given_its_inputs_its_resource_its_names_and_the_time() -> None:
    seen: list[Work[Any]] = []

    def skill(work: Work[Any]) -> Report:
        seen.append(work)
        return Succeeded()

    journey, order = rewriting(skill)
    journey.work(order)

    (work,) = seen
    assert (work.order, work.now, work.items) == (order, journey.clock(), ())
    assert work.resource == journey.campaign.resources[0]
    assert work.inputs.model_dump() == {"repository": "acme/dags", "path": "dags/email.notifications", "base": "main"}
    assert work.scope["resource.metadata.complexity"] == "high"


def test_a_skill_is_given_the_items_that_were_chosen() -> None:
    plan = the_plan(
        environments={"test": {"primary": True}},
        phases=[
            {
                "name": "migrate",
                "steps": [
                    {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
                    {"id": "items", "skill": "migrate_items"},
                ],
            }
        ],
    )
    seen: list[tuple[str, ...]] = []

    def migrate(work: Work[Any]) -> Report:
        seen.append(work.items)
        return Succeeded()

    journey = Journey(the_campaign(gates={}, limits={}, windows=[]), plan, skills={"migrate_items": migrate})
    journey.take(journey.act("start"))
    journey.drain()
    journey.take(journey.click("test", choices=[CHOICES[2], CHOICES[0]]))
    journey.drain()

    assert seen == [(CHOICES[2], CHOICES[0])]
    assert journey.view().state.status == "completed"


# The fence.


def test_an_order_that_was_reported_already_is_dropped() -> None:
    journey, order = rewriting(answering(Succeeded(outputs={"address": "pull_request:7/1"})))
    journey.work(order)
    journey.drain()
    worked = list(journey.worked)

    assert journey.work(order) == "fenced"
    assert journey.worked == worked


def test_an_order_of_an_aborted_migration_is_dropped() -> None:
    journey, order = rewriting(answering(Succeeded()))
    journey.stores.states[EMAIL] = journey.view().state.model_copy(update={"status": "aborted"})

    assert journey.work(order) == "fenced"
    assert journey.worked == []


def test_an_order_of_an_earlier_attempt_is_dropped() -> None:
    journey, order = rewriting(answering(Failed(category="blocking", reason="No such folder.")))
    journey.work(order)
    journey.drain()
    journey.clock.advance(1)
    journey.take(journey.click("shared", "retry"))
    journey.forget()
    journey.effects.reports.clear()

    assert journey.orders()[0].key == SECOND
    assert journey.work(order) == "fenced"
    assert journey.worked == [REWRITE]


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "0" * 16},
        {"inputs": {"repository": "evil/dags", "path": "dags/email.notifications"}},
        {"skill": "run_workflow", "action": "deploy"},
        {"outputs": {"run_id": 5}},
        {"attempt": 2},
    ],
)
def test_an_order_that_says_something_else_than_the_state_is_dropped(change: dict[str, Any]) -> None:
    journey, order = rewriting(answering(Succeeded()))

    assert journey.work(order.model_copy(update=change)) == "fenced"
    assert (journey.worked, journey.all_sent()) == ([], {})


def test_an_order_before_the_start_is_dropped() -> None:
    order = Journey().started().orders()[0]
    journey = Journey()

    assert journey.work(order) == "fenced"
    assert journey.worked == []


def test_a_skipped_step_is_not_done_by_an_order_that_was_still_on_its_way() -> None:
    journey = failing(Failed(category="blocking", reason="No such folder."))
    journey.clock.advance(1)
    journey.take(journey.click("shared", "retry"))
    order = journey.orders()[0]
    journey.work(order, outbox=journey.queues)
    journey.drain()
    journey.clock.advance(1)
    journey.take(journey.click("shared", "skip"))
    worked = list(journey.worked)

    assert journey.work(order) == "fenced"
    assert journey.worked == worked


# Once is once.


def test_an_order_delivered_twice_is_one_act_and_one_report() -> None:
    journey, order = rewriting(answering(Succeeded(outputs={"address": "pull_request:7/1"})))

    assert journey.work(order) == "done"
    journey.clock.advance(1)
    assert journey.work(order) == "done"

    assert journey.worked == [REWRITE]
    assert len(journey.sent(names.SIGNALS)) == 1


def test_after_a_crash_between_act_and_report_the_remembered_report_is_sent() -> None:
    journey, order = rewriting(answering(Succeeded(outputs={"address": "pull_request:7/1"})))
    with pytest.raises(Crash):
        journey.work(order, outbox=DyingOutbox(journey.queues))
    assert journey.all_sent() == {}
    journey.skills["rewrite_dags"] = raising(AssertionError("it was done twice"))

    assert journey.work(order) == "done"

    assert report_of(journey)["outputs"] == {"address": "pull_request:7/1"}
    assert journey.worked == [REWRITE]


def test_a_queue_that_cannot_be_reached_gives_the_order_back() -> None:
    journey, order = rewriting(answering(Succeeded()))

    with pytest.raises(RetryableError, match="the queue signals cannot be reached"):
        journey.work(order, outbox=DownOutbox())

    assert journey.work(order) == "done"
    assert journey.worked == [REWRITE]


def test_a_crash_in_the_act_gives_the_claim_back() -> None:
    journey, order = rewriting(raising(Crash("killed")))
    with pytest.raises(Crash):
        journey.work(order)
    journey.skills["rewrite_dags"] = answering(Succeeded())

    assert journey.work(order) == "done"
    assert journey.worked == [REWRITE, REWRITE]


def test_an_order_that_another_worker_holds_is_dropped() -> None:
    journey, order = rewriting(answering(Succeeded()))
    journey.effects.held.add(order.key)

    assert journey.work(order) == "held"
    assert (journey.worked, journey.all_sent()) == ([], {})


def test_two_workers_with_the_same_order_act_once() -> None:
    journey = Journey()
    outcomes: list[str] = []

    def meanwhile(work: Work[Any]) -> Report:
        outcomes.append(journey.work(work.order))
        return Succeeded()

    journey.skills["rewrite_dags"] = meanwhile
    order = journey.started().orders()[0]

    assert (journey.work(order), outcomes, journey.worked) == ("done", ["held"], [REWRITE])


def test_each_part_of_an_attempt_is_an_order_of_its_own() -> None:
    journey, order = rewriting(answering(Progressed(done=4, total=10, cursor="item-4")))
    journey.work(order)
    journey.drain(names.SIGNALS)

    (following,) = journey.orders()
    assert (following.key, following.done, following.cursor) == (f"{REWRITE}+1", 4, "item-4")
    journey.skills["rewrite_dags"] = answering(Succeeded())
    assert journey.work(order) == "fenced"
    assert journey.work(following) == "done"
    assert journey.worked == [REWRITE, f"{REWRITE}+1"]


# What fails, and how that is told.


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            PermanentError("There is no workflow deploy.yml.", "workflow_not_found"),
            Failed(category="blocking", reason="There is no workflow deploy.yml.", code="workflow_not_found"),
        ),
        (PermanentError("It is refused."), Failed(category="blocking", reason="It is refused.")),
        (NotFoundError("It is gone."), Failed(category="blocking", reason="It is gone.", code="not_found")),
        (
            PermanentError("said\x00by\nthem\t" + "x" * 600, "Not A Code!"),
            Failed(category="blocking", reason="said by them " + "x" * 486 + "…"),
        ),
        (
            PermanentError(""),
            Failed(category="blocking", reason="It failed, and nothing was said about why."),
        ),
        (
            PermanentError(f"https://x:{TOKEN}@github.com was refused"),
            Failed(
                category="blocking",
                reason="The reason is withheld, because it holds something like a credential: look where it came from.",
            ),
        ),
    ],
)
def test_what_will_not_work_by_trying_again_is_blocking(error: Exception, expected: Failed) -> None:
    journey, order = rewriting(raising(error))

    assert journey.work(order) == "done"

    assert report_of(journey) == expected.model_dump(mode="json")


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 7.5), (0.5, 11.25), (1.0, 15.0)])
def test_what_may_work_later_is_tried_again_after_a_wait_with_jitter_from_outside(
    jitter: float, seconds: float
) -> None:
    journey, order = rewriting(raising(RetryableError("GitHub is down")))
    journey.jitter = jitter
    journey.work(order)

    at = journey.clock() + timedelta(seconds=seconds)
    assert report_of(journey) == Failed(category="transient", reason="GitHub is down", retry_at=at).model_dump(
        mode="json"
    )


@pytest.mark.parametrize(("said", "waited"), [(60.0, 60), (0.0, 0), (-5.0, 0), (1e12, 3600)])
def test_the_wait_that_the_outside_asks_for_is_kept_within_reason(said: float, waited: int) -> None:
    journey, order = rewriting(raising(RetryableError("rate limit", delay=said)))
    journey.work(order)

    at = journey.clock() + timedelta(seconds=waited)
    assert report_of(journey) == Failed(category="transient", reason="rate limit", retry_at=at).model_dump(mode="json")


def test_the_wait_begins_where_the_failure_ends_however_long_that_took() -> None:
    journey = Journey()

    def slow(_: Work[Any]) -> Report:
        journey.clock.advance(240)
        raise RetryableError("timed out")

    journey.skills["rewrite_dags"] = slow
    journey.work(journey.started().orders()[0])

    assert report_of(journey)["retry_at"] == (journey.clock() + timedelta(seconds=15)).isoformat().replace(
        "+00:00", "Z"
    )


def test_a_skill_that_says_transient_without_a_time_gets_one() -> None:
    journey, order = rewriting(answering(Failed(category="transient", reason="Busy.", code="busy")))
    journey.work(order)

    at = journey.clock() + timedelta(seconds=15)
    expected = Failed(category="transient", reason="Busy.", code="busy", retry_at=at)
    assert report_of(journey) == expected.model_dump(mode="json")


def test_a_time_that_the_skill_names_is_kept() -> None:
    journey = Journey()
    at = journey.clock() + timedelta(minutes=7)
    journey.skills["rewrite_dags"] = answering(Failed(category="transient", reason="Busy.", retry_at=at))
    journey.work(journey.started().orders()[0])

    assert report_of(journey)["retry_at"] == at.isoformat().replace("+00:00", "Z")


def test_waits_grow_from_retry_to_retry_until_a_person_is_asked() -> None:
    journey, _ = rewriting(raising(RetryableError("GitHub is down")))
    waits = []
    while (step := journey.view().state.tracks["shared"].steps["code_migration.rewrite"]).status != "failed":
        if step.until is not None:
            waits.append(round((step.until - journey.clock()).total_seconds()))
            journey.clock.advance(waits[-1] + 1)
            journey.sweep()
        for order in journey.orders():
            journey.work(order)
        journey.drain(names.SIGNALS)
        assert len(waits) < 20

    assert waits == [15, 30, 60, 120, 240]
    assert journey.worked == [f"{REWRITE[:-1]}{attempt}" for attempt in range(1, 7)]
    assert step.failure is not None
    assert step.failure.category == "blocking"
    assert step.failure.reason == "GitHub is down (gave up after 5 automatic retries)"


def test_wrong_inputs_are_blocking_and_the_skill_is_not_called() -> None:
    plan = the_plan(
        phases=[
            {
                "name": "infra",
                "scope": "shared",
                "steps": [{"id": "run", "skill": "run_workflow", "with": {"repository": "no repository"}}],
            },
            {"name": "verify", "steps": [{"id": "check", "skill": "verify"}]},
        ]
    )
    journey = Journey(plan=plan).started()
    (order,) = journey.orders()

    assert journey.work(order) == "done"

    assert journey.worked == []
    assert report_of(journey)["category"] == "blocking"
    assert report_of(journey)["code"] == "bad_inputs"
    assert report_of(journey)["reason"].startswith("The inputs of run_workflow are wrong at repository: ")


@pytest.mark.parametrize(
    ("report", "place"),
    [
        (Succeeded(outputs={"token": TOKEN}), "outputs.token"),
        (Succeeded(outputs={"deep": {"list": ["fine", f"x {TOKEN}"]}}), "outputs.deep.list.1"),
        (Succeeded(choices=("fine", TOKEN)), "choices.1"),
        (Pending(watches=("workflow_run:7/1",), outputs={"url": "https://me:secret@example.com/"}), "outputs.url"),
        (Progressed(done=1, total=2, cursor=TOKEN), "cursor"),
        (Failed(category="blocking", reason=f"refused {TOKEN}"), "reason"),
    ],
)
def test_a_report_that_holds_a_credential_is_never_stored(report: Report, place: str) -> None:
    journey, order = rewriting(answering(report))

    assert journey.work(order) == "done"

    everything = json.dumps(journey.all_sent()) + repr(journey.effects.reports)
    assert TOKEN not in everything
    assert "me:secret" not in everything
    reason = f"The skill's report holds something like a credential in {place}; it was not stored."
    expected = Failed(category="blocking", reason=reason, code="secret_in_report")
    assert report_of(journey) == expected.model_dump(mode="json")


def test_a_passing_failure_whose_reason_holds_a_credential_is_tried_again_without_it() -> None:
    journey, order = rewriting(raising(RetryableError(f"https://x:{TOKEN}@github.com timed out")))

    journey.work(order)

    assert TOKEN not in json.dumps(journey.all_sent()) + repr(journey.effects.reports)
    assert report_of(journey)["category"] == "transient"
    assert report_of(journey)["reason"].startswith("The reason is withheld")


def test_outputs_that_the_state_could_not_hold_are_a_failure_instead_of_a_poison_message() -> None:
    journey = failing_with_outputs({f"page_{number}": "x" * 1000 for number in range(20)})

    step = journey.view().state.tracks["shared"].steps["code_migration.rewrite"]
    assert step.failure is not None
    assert (step.status, step.failure.code) == ("failed", "outputs_too_large")


def test_outputs_with_a_number_that_is_none_are_a_failure_because_they_would_fence_the_next_order() -> None:
    journey = failing_with_outputs({"share": float("nan")})

    step = journey.view().state.tracks["shared"].steps["code_migration.rewrite"]
    assert step.failure is not None
    assert (step.status, step.failure.code) == ("failed", "outputs_not_finite")


def failing_with_outputs(outputs: dict[str, Any]) -> Journey:
    journey, order = rewriting(answering(Succeeded(outputs={**outputs})))
    journey.work(order)
    journey.drain()
    return journey


def test_names_of_the_greatest_length_fit_into_every_message() -> None:
    name = "n" * 40
    plan = the_plan(
        name="p" * 60,
        environments={name: {"primary": True}},
        phases=[{"name": name, "steps": [{"id": name, "skill": "verify"}]}],
    )
    resource, campaign = "r" * 60, "c" * 60
    file = {"campaign": campaign, "plan": plan.ref, "resources": [{"id": resource}], "gates": {}, "limits": {}}
    journey = Journey(the_campaign(**file, windows=[]), plan)
    migration = f"{campaign}/{resource}"
    journey.take(journey.act("start", migration))
    journey.clock.advance(120)
    journey.sweep()

    journey.drain()

    assert journey.view(migration).state.status == "completed"


def test_a_bug_in_a_skill_passes_so_that_the_queue_parks_the_order() -> None:
    journey, order = rewriting(raising(ZeroDivisionError("a bug")))

    with pytest.raises(ZeroDivisionError):
        journey.work(order)

    assert (journey.all_sent(), journey.effects.reports) == ({}, {})


def test_an_order_of_a_migration_that_does_not_exist_passes_so_that_the_queue_parks_it() -> None:
    order = Journey().started().orders()[0]
    journey = Journey(the_campaign(resources=[{"id": "billing.reports"}]))

    with pytest.raises(NotFoundError, match="There is no migration airflow-3/email.notifications"):
        journey.work(order)
