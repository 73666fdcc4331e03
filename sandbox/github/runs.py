"""What happens to workflow runs: dispatch, jobs, their end as told or as scripted, and another attempt."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sandbox.github import shapes_actions, workflow_files
from sandbox.github.deliveries import emit
from sandbox.github.store import Json
from sandbox.github.workflow_files import WorkflowFile
from sandbox.github.world import RefusedError, World

CONCLUSIONS: Final = frozenset(
    {"success", "failure", "cancelled", "timed_out", "neutral", "skipped", "startup_failure"}
)
_FIRST_WORKFLOW: Final = 400_001
_FIRST_RUN: Final = 9_000_000_001
"""Beyond 32 bits, as GitHub's are."""
_FIRST_JOB: Final = 20_000_000_001


def workflows(world: World, repo: Json) -> list[Json]:
    """Those of the default branch; each keeps the number that it got when it was first seen."""
    paths = [path for path in world.files_at(repo, repo["default_branch"]) if path.startswith(workflow_files.FOLDER)]
    return [_workflow(world, repo, path) for path in sorted(paths)]


def _workflow(world: World, repo: Json, path: str) -> Json:
    known = world.store.get("workflow", repo["id"], path)
    number = known["id"] if known else world.store.count("workflow", _FIRST_WORKFLOW)
    if not known:
        world.store.put("workflow", repo["id"], path, {"id": number})
    file = read(world, repo, path, repo["default_branch"])
    return {"id": number, "path": path, "name": file.name}


def read(world: World, repo: Json, path: str, ref: str) -> WorkflowFile:
    """The workflow file as it is at `ref`."""
    entry = world.files_at(repo, ref).get(path)
    if entry is None:
        raise RefusedError(404, "Not Found")
    return workflow_files.parse(path, (world.objects.blob(entry[1]) or b"").decode())


def workflow(world: World, repo: Json, name_or_id: str) -> Json:
    """By file name or number."""
    for found in workflows(world, repo):
        if name_or_id in {found["path"].rpartition("/")[2], str(found["id"])}:
            return found
    raise RefusedError(404, "Not Found")


def dispatch(world: World, repo: Json, found: Json, body: Json, person: Json) -> Json:
    """The new run, in progress already; what a script says of its end comes later."""
    ref = str(body.get("ref", ""))
    sha = world.resolve(repo, ref)
    if not ref or sha is None:
        raise RefusedError(422, f"No ref found for: {ref}")
    file = read(world, repo, found["path"], sha)
    inputs = workflow_files.checked_inputs(file, body.get("inputs") or {})
    run = {
        "id": world.store.count("run", _FIRST_RUN),
        "repository_id": repo["id"],
        "workflow_id": found["id"],
        "path": found["path"],
        "name": file.name,
        "display_title": workflow_files.display_title(file, inputs, person["login"]),
        "run_number": world.store.count(f"run of {found['id']}"),
        "event": "workflow_dispatch",
        "head_branch": ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "head_sha": sha,
        "inputs": inputs,
        "actor": person,
        "created_at": world.now(),
    }
    return _start(world, repo, run | {"run_attempt": 1}, file, person)


def _start(world: World, repo: Json, run: Json, file: WorkflowFile, person: Json) -> Json:
    run = run | {"status": "queued", "conclusion": None, "triggering_actor": person, "run_started_at": world.now()}
    run = save(world, repo, run, "requested", person)
    for name, steps in file.jobs.items():
        job = {"id": world.store.count("job", _FIRST_JOB), "run_id": run["id"], "run_attempt": run["run_attempt"]}
        job |= {"name": name, "status": "in_progress", "conclusion": None, "annotations": []}
        job |= {"started_at": world.now(), "completed_at": None, "steps": _steps(steps, "in_progress", None, None)}
        world.store.put("job", run["id"], job["id"], job)
    _take_script(world, run)
    return save(world, repo, run | {"status": "in_progress"}, "in_progress", person)


def _steps(names: tuple[str, ...], status: str, conclusion: str | None, at: str | None) -> list[Json]:
    shared = {"status": status, "conclusion": conclusion, "started_at": at, "completed_at": at}
    return [{"name": name, "number": number, **shared} for number, name in enumerate(names, 1)]


def save(world: World, repo: Json, run: Json, action: str, person: Json) -> Json:
    """Stores the run and sends the webhook `workflow_run`."""
    saved = run | {"updated_at": world.now()}
    world.store.put("run", repo["id"], run["id"], saved)
    shown = shapes_actions.run(world, repo, saved)
    found = {"id": run["workflow_id"], "path": run["path"], "name": run["name"]}
    told = shapes_actions.workflow(world, repo, found)
    emit(world, repo, "workflow_run", action, person, workflow_run=shown, workflow=told)
    return saved


def find(world: World, run_id: int) -> Json:
    """By its number, in whatever repository."""
    run = world.store.find("run", run_id)
    if run is None:
        raise RefusedError(404, "Not Found")
    return run


def jobs(world: World, run: Json, attempt: int | None = None) -> list[Json]:
    """Of one attempt; the latest where none is given."""
    wanted = attempt or run["run_attempt"]
    return [job for job in world.store.all("job", run["id"]) if job["run_attempt"] == wanted]


def finish(world: World, run: Json, conclusion: str, reason: str, person: Json) -> Json:
    """A failure is that of the last job's last step; `reason` becomes its annotation."""
    if conclusion not in CONCLUSIONS:
        raise RefusedError(422, f"No conclusion: {conclusion!r}. Allowed: {', '.join(sorted(CONCLUSIONS))}.")
    if run["status"] == "completed":
        raise RefusedError(409, f"Run {run['id']} is completed already ({run['conclusion']}). Rerun it first.")
    present = jobs(world, run)
    for job in present:
        _finish_job(world, job, conclusion if job is present[-1] or conclusion == "cancelled" else "success", reason)
    repo = world.repository(run["repository_id"])
    return save(world, repo, run | {"status": "completed", "conclusion": conclusion}, "completed", person)


def _finish_job(world: World, job: Json, conclusion: str, reason: str) -> None:
    at = world.now()
    steps = _steps(tuple(step["name"] for step in job["steps"]), "completed", "success", at)
    if steps:
        steps[-1]["conclusion"] = conclusion
    notes = [reason] * bool(reason) + ["Process completed with exit code 1."] if conclusion == "failure" else []
    done = {"status": "completed", "conclusion": conclusion, "completed_at": at, "steps": steps, "annotations": notes}
    world.store.put("job", job["run_id"], job["id"], job | done)


def rerun(world: World, run: Json, person: Json) -> Json:
    """The next attempt of a completed run, under the same id."""
    if run["status"] != "completed":
        raise RefusedError(403, "This workflow is already running")
    repo = world.repository(run["repository_id"])
    file = read(world, repo, run["path"], run["head_sha"])
    return _start(world, repo, run | {"run_attempt": run["run_attempt"] + 1}, file, person)


def script(
    world: World, workflow_file: str, inputs: Mapping[str, str], conclusion: str, *, reason: str, after: float
) -> Json:
    """The next run of that workflow (and with these inputs, at least) will end so, `after` seconds from its start."""
    if conclusion not in CONCLUSIONS:
        raise RefusedError(422, f"No conclusion: {conclusion!r}. Allowed: {', '.join(sorted(CONCLUSIONS))}.")
    number = world.store.count("script")
    found = {"id": number, "workflow": workflow_file, "inputs": dict(inputs), "after": after}
    found |= {"conclusion": conclusion, "reason": reason}
    world.store.put("script", "", number, found)
    return found


def _take_script(world: World, run: Json) -> None:
    for found in world.store.all("script", ""):
        fits = all(run["inputs"].get(name) == value for name, value in found["inputs"].items())
        if fits and run["path"].rpartition("/")[2] == found["workflow"]:
            due = (world.clock() + timedelta(seconds=found["after"])).isoformat()
            attempt = {"run_id": run["id"], "run_attempt": run["run_attempt"], "due": due}
            world.store.put("due", "", run["id"], found | attempt)
            world.store.delete("script", "", found["id"])
            return


def next_due(world: World) -> datetime | None:
    """When the next scripted end comes; None where none is."""
    return min((datetime.fromisoformat(found["due"]) for found in world.store.all("due", "")), default=None)


def finish_due(world: World) -> int:
    """Ends the runs whose scripted time has come; how many."""
    now = world.clock()
    ready = [found for found in world.store.all("due", "") if datetime.fromisoformat(found["due"]) <= now]
    for found in ready:
        world.store.delete("due", "", found["run_id"])
        run = find(world, found["run_id"])
        if run["status"] != "completed" and run["run_attempt"] == found["run_attempt"]:
            finish(world, run, found["conclusion"], found["reason"], run["actor"])
    return len(ready)
