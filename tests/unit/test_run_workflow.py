"""`run_workflow`: one run for one order, whatever GitHub says about it."""

import hashlib
from dataclasses import replace

import pytest

from functions.skills.run_workflow.skill import operation_id, run_workflow
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from shared.ports.skills import Work
from state_schema.signals import Failed, Pending
from state_schema.skills import RunWorkflowInputs
from tests.fakes.crashes import Crash
from tests.fakes.github import FakeWorkflows
from tests.fakes.work import a_work

INPUTS = RunWorkflowInputs(repository="acme/infrastructure", workflow="deploy.yml", inputs={"environment": "test"})


def a_deploy(attempt: int = 1, retries: int = 0) -> Work[RunWorkflowInputs]:
    return a_work("run_workflow", INPUTS, step="deploy.run", attempt=attempt, retries=retries)


def run(workflows: FakeWorkflows, work: Work[RunWorkflowInputs] | None = None) -> Report:
    return run_workflow(work or a_deploy(), workflows=workflows)


def the_run(number: int) -> Pending:
    return Pending(
        watches=(f"workflow_run:4711/{number}",),
        outputs={"run": f"https://github.example.com/acme/infrastructure/actions/runs/{number}", "run_id": number},
    )


def test_a_run_is_dispatched_and_waited_for() -> None:
    workflows = FakeWorkflows()
    assert run(workflows) == the_run(9000)
    sent = workflows.runs[0]
    assert (sent.repository, sent.workflow, sent.ref) == ("acme/infrastructure", "deploy.yml", "main")
    assert sent.inputs == {"environment": "test"}
    key = b"airflow-3/email.notifications/test/deploy.run/1"
    assert sent.operation == f"waymark-{hashlib.sha256(key).hexdigest()[:16]}"


def test_twice_is_once() -> None:
    workflows = FakeWorkflows()
    assert [run(workflows), run(workflows)] == [the_run(9000), the_run(9000)]
    assert workflows.acts == ["dispatch"]


def test_a_dispatch_without_an_answer_is_found_by_its_operation() -> None:
    workflows = FakeWorkflows(answers=False)
    assert run(workflows) == the_run(9000)
    assert workflows.acts == ["dispatch"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_round_the_act_leaves_one_run(moment: str) -> None:
    workflows = FakeWorkflows()
    workflows.crash = ("before", "dispatch") if moment == "before" else ("after", "dispatch")
    with pytest.raises(Crash):
        run(workflows)
    assert run(workflows) == the_run(9000)
    assert workflows.acts == ["dispatch"]


def test_a_run_that_github_does_not_show_yet_is_a_failure_for_now() -> None:
    report = run(FakeWorkflows(answers=False, shows=False))
    assert isinstance(report, Failed)
    assert (report.category, report.code) == ("transient", "run_not_visible")
    assert report.reason == (
        "GitHub accepted the run of deploy.yml in acme/infrastructure and does not show it yet; its name must hold the input "
        f"`waymark_operation` (run-name) to be found. It is looked for again as {operation_id(a_deploy().order)}."
    )


def test_an_automatic_retry_finds_the_run_that_was_not_shown_before() -> None:
    workflows = FakeWorkflows(answers=False, shows=False)
    run(workflows)
    workflows.shows = True
    assert run(workflows, a_deploy(attempt=2, retries=1)) == the_run(9000)
    assert workflows.acts == ["dispatch"]


def test_a_time_out_that_started_a_run_is_not_sent_again_by_the_automatic_retry() -> None:
    class TimesOut(FakeWorkflows):
        def dispatch(self, *arguments: object, **named: object) -> None:
            super().dispatch(*arguments, **named)  # type: ignore[arg-type]
            raise RetryableError("GitHub did not answer in time")

    workflows = TimesOut()
    with pytest.raises(RetryableError):
        run(workflows)
    assert run(workflows, a_deploy(attempt=2, retries=1)) == the_run(9000)
    assert workflows.acts == ["dispatch"]


def test_an_automatic_retry_of_a_run_that_failed_is_another_run() -> None:
    workflows = FakeWorkflows()
    before = run(workflows)
    assert isinstance(before, Pending)
    again = a_deploy(attempt=2, retries=1)
    order = again.order.model_copy(update={"outputs": before.outputs})
    assert [run(workflows, replace(again, order=order)) for _ in range(2)] == [the_run(9001), the_run(9001)]
    assert workflows.acts == ["dispatch", "dispatch"]


def test_a_persons_retry_starts_another_run() -> None:
    workflows = FakeWorkflows()
    run(workflows)
    assert run(workflows, a_deploy(attempt=2)) == the_run(9001)


def test_automatic_retries_of_a_persons_retry_repeat_that_one() -> None:
    assert operation_id(a_deploy(attempt=5, retries=2).order) == operation_id(a_deploy(attempt=3).order)
    assert operation_id(a_deploy(attempt=3).order) != operation_id(a_deploy(attempt=1).order)


@pytest.mark.parametrize(
    "error", [RetryableError("limited", 60), PermanentError("No such workflow.", "github_not_found")]
)
@pytest.mark.parametrize("where", ["find", "dispatch"])
def test_what_github_refuses_passes_to_the_frame(where: str, error: RetryableError | PermanentError) -> None:
    workflows = FakeWorkflows()
    workflows.refusals[where] = error
    with pytest.raises(type(error)):
        run(workflows)
    assert workflows.acts == []
