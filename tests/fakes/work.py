"""An order ready to be done, as the frame hands it to a skill."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from shared.ports.skills import Work
from state_schema.campaign import Resource
from state_schema.ids import SHARED_TRACK, migration_id, order_key
from state_schema.model import Model
from state_schema.orders import Order
from state_schema.skills import SKILLS

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Inputs = TypeVar("Inputs", bound=Model)


def a_work(
    skill: str,
    inputs: Inputs,
    *,
    environment: str | None = "test",
    step: str = "infra.pull_request",
    resource: Resource | None = None,
    items: tuple[str, ...] = (),
    scope: Mapping[str, object] | None = None,
    part: int = 0,
    **order: Any,
) -> Work[Inputs]:
    """Order fields that matter to a test (`attempt`, `cursor`, …) are named; all others have a sensible value."""
    resource = resource or Resource(id="email.notifications", name="E-mail notifications", owner="team-email")
    migration, track = migration_id("airflow-3", resource.id), environment or SHARED_TRACK
    attempt = order.pop("attempt", 1)
    names: dict[str, object] = {
        "resource.id": resource.id,
        "resource.name": resource.name or resource.id,
        "campaign.id": "airflow-3",
    }
    if environment is not None:
        names |= {"environment.name": environment, "environment.cluster_suffix": f"-{environment}"}
    return Work(
        order=Order(
            key=order_key(migration, track, step, attempt, part),
            migration=migration,
            track=track,
            step=step,
            attempt=attempt,
            skill=skill,
            action=SKILLS[skill].action,
            inputs=inputs.model_dump(mode="json"),
            environment=environment,
            digest="0" * 16,
            **order,
        ),
        inputs=inputs,
        resource=resource,
        scope=names | dict(scope or {}),
        items=items,
        now=NOW,
    )
