"""Reads workflow files as GitHub does: their name, their inputs, their jobs, and the name that a run gets."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.github.store import Json
from sandbox.github.world import RefusedError

FOLDER: Final = ".github/workflows/"
MAX_INPUTS: Final = 25
_EXPRESSION: Final = re.compile(r"\$\{\{\s*(?P<name>[\w.-]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """One workflow. `inputs` is None where it cannot be dispatched; `jobs` maps names to step names."""

    name: str
    run_name: str
    inputs: Mapping[str, Json] | None
    jobs: Mapping[str, tuple[str, ...]]


def parse(path: str, text: str) -> WorkflowFile:
    """RefusedError 422 where it is no workflow."""
    try:
        document = YAML(typ="safe").load(text)
    except YAMLError as exc:
        raise RefusedError(422, f"Invalid workflow file: {path}: {exc}") from exc
    if not isinstance(document, dict) or not isinstance(document.get("jobs"), dict):
        raise RefusedError(422, f"Invalid workflow file: {path}: no jobs")
    jobs = {str(job.get("name", key)): _steps(job) for key, job in document["jobs"].items()}
    name = str(document.get("name", path))
    return WorkflowFile(name, str(document.get("run-name", name)), _inputs(document.get("on")), jobs)


def _inputs(triggers: Any) -> Mapping[str, Json] | None:  # noqa: ANN401 - a string, a list or a mapping
    if isinstance(triggers, dict) and "workflow_dispatch" in triggers:
        return {
            name: given or {} for name, given in ((triggers["workflow_dispatch"] or {}).get("inputs") or {}).items()
        }
    listed = triggers == "workflow_dispatch" or (isinstance(triggers, list) and "workflow_dispatch" in triggers)
    return {} if listed else None


def _steps(job: Json) -> tuple[str, ...]:
    steps = job.get("steps") or []
    return tuple(
        str(step.get("name") or step.get("uses") or f"Run {step.get('run', '')}".split("\n")[0]) for step in steps
    )


def checked_inputs(file: WorkflowFile, given: Mapping[str, object]) -> dict[str, str]:
    """What the run gets, defaults included; RefusedError 422 as GitHub answers it."""
    if file.inputs is None:
        raise RefusedError(422, "Workflow does not have 'workflow_dispatch' trigger")
    if len(given) > MAX_INPUTS:
        raise RefusedError(
            422, f"Invalid request.\n\nNo more than {MAX_INPUTS} properties are allowed; {len(given)} were supplied."
        )
    unexpected = [name for name in given if name not in file.inputs]
    if unexpected:
        raise RefusedError(422, f"Unexpected inputs provided: {json.dumps(unexpected)}")
    return {name: _checked(name, declared, given) for name, declared in file.inputs.items()}


def _checked(name: str, declared: Json, given: Mapping[str, object]) -> str:
    value = str(given.get(name, declared.get("default", "")))
    if declared.get("required") and not value:
        raise RefusedError(422, f"Required input '{name}' not provided")
    options = [str(option) for option in declared.get("options", [])]
    if options and value not in options:
        raise RefusedError(422, f"Provided value '{value}' for input '{name}' not in the list of allowed values")
    return value


def display_title(file: WorkflowFile, inputs: Mapping[str, str], actor: str) -> str:
    """The `run-name` with its expressions replaced; those that are neither inputs nor the actor become empty."""
    values = {
        f"{prefix}{name}": value for name, value in inputs.items() for prefix in ("inputs.", "github.event.inputs.")
    }
    values["github.actor"] = actor
    return _EXPRESSION.sub(lambda found: values.get(found["name"], ""), file.run_name).strip() or file.name
