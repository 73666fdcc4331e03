"""Starts one run of a GitHub Actions workflow and leaves the waiting to the watch on it."""

import hashlib

from shared.domain.reports import failed_for_now
from shared.ports.effects import Report
from shared.ports.github import DispatchedRun, Workflows
from shared.ports.skills import Work
from state_schema.ids import order_key
from state_schema.orders import Order
from state_schema.signals import Pending
from state_schema.skills import RunWorkflowInputs


def run_workflow(work: Work[RunWorkflowInputs], *, workflows: Workflows) -> Report:
    """Dispatches the workflow, or finds the run that was dispatched before.

    Purpose:
        Starts `workflow` of `repository` at `ref` with `inputs`.

    Inputs:
        `repository`, `workflow` (file name), `ref`, `inputs` (at most 24: our operation id is one more).

    Outputs:
        `run` (its address for people), `run_id`. The step waits for the run: the report is `Pending`.

    Idempotency:
        The run carries an operation id made from the order, and is looked for under it first. An automatic
        retry looks under the id of the attempt that it repeats: that one may have started a run without an answer.
        Where that run was seen to fail, the retry is another run.

    Failure modes:
        Transient `run_not_visible`: GitHub took the dispatch and does not show the run yet. Everything else is GitHub's.
    """
    inputs, operation = work.inputs, operation_id(work.order)
    run = (
        workflows.find(inputs.repository, inputs.workflow, operation)
        or workflows.dispatch(inputs.repository, inputs.workflow, inputs.ref, inputs.inputs, operation)
        or workflows.find(inputs.repository, inputs.workflow, operation)
    )
    if run is not None:
        return _pending(run)
    reason = (
        f"GitHub accepted the run of {inputs.workflow} in {inputs.repository} and does not show it yet; its name must "
        f"hold the input `waymark_operation` (run-name) to be found. It is looked for again as {operation}."
    )
    return failed_for_now(reason, "run_not_visible", work.now)


def operation_id(order: Order) -> str:
    """The same for an order and its automatic retries, as long as no run is known; another one after a person's Retry."""
    first = order_key(order.migration, order.track, order.step, order.first_attempt)
    known = order.outputs.get("run_id")
    repeats = first if known is None else f"{first} after run {known}"
    return f"waymark-{hashlib.sha256(repeats.encode()).hexdigest()[:16]}"


def _pending(run: DispatchedRun) -> Pending:
    return Pending(
        watches=(f"workflow_run:{run.repository_id}/{run.run_id}",), outputs={"run": run.url, "run_id": run.run_id}
    )
