# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes of workflows, runs, jobs and checks."""

from typing import Final

from sandbox.github import runs, shapes, shapes_actions
from sandbox.github.app import Answer, Call, Route
from sandbox.github.store import Json
from sandbox.github.world import RefusedError


def list_workflows(call: Call, repo: Json) -> Answer:
    found = runs.workflows(call.world, repo)
    return call.page(found, lambda one: shapes_actions.workflow(call.world, repo, one), "workflows")


def get_workflow(call: Call, repo: Json, workflow: str) -> Answer:
    return Answer(shapes_actions.workflow(call.world, repo, runs.workflow(call.world, repo, workflow)))


def dispatch(call: Call, repo: Json, workflow: str) -> Answer:
    """204 and no word of the run, unless it is asked for."""
    run = runs.dispatch(call.world, repo, runs.workflow(call.world, repo, workflow), call.body, call.person)
    if not call.body.get("return_run_details"):
        return Answer(None, 204)
    url = f"{shapes.repository_url(call.world, repo)}/actions/runs/{run['id']}"
    page = shapes_actions.run_page(call.world, repo, run["id"])
    return Answer({"workflow_run_id": run["id"], "run_url": url, "html_url": page})


def list_runs(call: Call, repo: Json, workflow: str = "") -> Answer:
    """Newest first. `created` knows `>=`, `<=`, `..` and a day."""
    query = call.request.args
    wanted = {"event": query.get("event"), "head_branch": query.get("branch"), "head_sha": query.get("head_sha")}
    found = [
        run
        for run in reversed(call.world.store.all("run", repo["id"]))
        if all(value in {None, run[key]} for key, value in wanted.items())
        and query.get("status") in {None, run["status"], run["conclusion"]}
        and _was_created(run["created_at"], query.get("created", ""))
    ]
    if workflow:
        number = runs.workflow(call.world, repo, workflow)["id"]
        found = [run for run in found if run["workflow_id"] == number]
    return call.page(found, lambda run: shapes_actions.run(call.world, repo, run), "workflow_runs")


def _was_created(at: str, created: str) -> bool:
    if created.startswith((">=", "<=")):
        return at >= created[2:] if created[0] == ">" else at[: len(created) - 2] <= created[2:]
    first, between, last = created.partition("..")
    return first <= at[: len(first)] and at[: len(last)] <= last if between else at.startswith(created)


def _run(call: Call, repo: Json, run_id: int) -> Json:
    run = call.world.store.get("run", repo["id"], run_id)
    if run is None:
        raise RefusedError(404, "Not Found")
    return run


def get_run(call: Call, repo: Json, run_id: int) -> Answer:
    return Answer(shapes_actions.run(call.world, repo, _run(call, repo, run_id)))


def list_jobs(call: Call, repo: Json, run_id: int, attempt: int = 0) -> Answer:
    run = _run(call, repo, run_id)
    every = call.request.args.get("filter") == "all" and not attempt
    found = call.world.store.all("job", run_id) if every else runs.jobs(call.world, run, attempt or None)
    return call.page(found, lambda job: shapes_actions.job(call.world, repo, run, job), "jobs")


def rerun(call: Call, repo: Json, run_id: int) -> Answer:
    runs.rerun(call.world, _run(call, repo, run_id), call.person)
    return Answer({}, 201)


def cancel(call: Call, repo: Json, run_id: int) -> Answer:
    run = _run(call, repo, run_id)
    if run["status"] == "completed":
        raise RefusedError(409, "Cannot cancel a workflow run that is completed.")
    runs.finish(call.world, run, "cancelled", "", call.person)
    return Answer({}, 202)


def _job(call: Call, repo: Json, check_run: int) -> tuple[Json, Json]:
    job = call.world.store.find("job", check_run)
    if job is None:
        raise RefusedError(404, "Not Found")
    return _run(call, repo, job["run_id"]), job


def get_check_run(call: Call, repo: Json, check_run: int) -> Answer:
    return Answer(shapes_actions.check_run(call.world, repo, *_job(call, repo, check_run)))


def list_annotations(call: Call, repo: Json, check_run: int) -> Answer:
    run, job = _job(call, repo, check_run)
    return call.page(job["annotations"], lambda message: shapes_actions.annotation(call.world, repo, run, message))


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", "/actions/workflows", list_workflows),
    ("GET", "/actions/workflows/<workflow>", get_workflow),
    ("POST", "/actions/workflows/<workflow>/dispatches", dispatch),
    ("GET", "/actions/workflows/<workflow>/runs", list_runs),
    ("GET", "/actions/runs", list_runs),
    ("GET", "/actions/runs/<int:run_id>", get_run),
    ("GET", "/actions/runs/<int:run_id>/jobs", list_jobs),
    ("GET", "/actions/runs/<int:run_id>/attempts/<int:attempt>/jobs", list_jobs),
    ("POST", "/actions/runs/<int:run_id>/rerun", rerun),
    ("POST", "/actions/runs/<int:run_id>/rerun-failed-jobs", rerun),
    ("POST", "/actions/runs/<int:run_id>/cancel", cancel),
    ("GET", "/check-runs/<int:check_run>", get_check_run),
    ("GET", "/check-runs/<int:check_run>/annotations", list_annotations),
)
