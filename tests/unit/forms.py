"""A decision with a form, for the tests of what is asked with it and what becomes of the answers."""

from typing import Any, Final

from state_schema.forms import Form
from state_schema.plan import Plan
from tests.stories import document

CAPACITY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["workers", "reason"],
    "properties": {
        "workers": {"type": "integer", "title": "Number of workers", "minimum": 1, "maximum": 64},
        "pool": {"type": "string", "title": "Pool", "enum": ["small", "large"], "default": "small"},
        "ratio": {"type": "number", "description": "Workers for each scheduler.", "minimum": 0.5},
        "keep_old": {"type": "boolean", "title": "Keep the old cluster?", "default": False},
        "reason": {"type": "string", "minLength": 3, "maxLength": 200, "pattern": "^[A-Za-z]"},
    },
}
SIZE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "string", "title": "Size", "enum": ["small", "all"]}},
}


def form(**properties: Any) -> Form:
    """These fields, none required."""
    return Form.model_validate({"type": "object", "properties": properties})


def asking(form: dict[str, Any] | None = None, **inputs: str) -> Plan:
    """Asks for the capacity before anything else is done in an environment; `inputs` are given to the deployment."""
    plan = document("airflow-3.plan.yaml")
    decision = {"ask": "How large is {environment.name}?", "form": form or CAPACITY, "as": "capacity"}
    plan["phases"].insert(1, {"name": "size", "steps": [{"id": "choose", "decision": decision}]})
    plan["phases"][3]["steps"][0]["with"]["inputs"] |= inputs
    return Plan.model_validate(plan)
