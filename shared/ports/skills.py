"""What a skill is given, and what it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from shared.ports.effects import Report
from state_schema.campaign import Resource
from state_schema.model import Model
from state_schema.orders import Order

Inputs = TypeVar("Inputs", bound=Model)


@dataclass(frozen=True, slots=True)
class Work(Generic[Inputs]):
    """One order, ready to be done: inputs validated, chosen items loaded, names for templates resolved.

    `scope` maps dotted names (`resource.id`, `environment.cluster_suffix`) to values.
    """

    order: Order
    inputs: Inputs
    resource: Resource
    scope: Mapping[str, object]
    items: tuple[str, ...]
    now: datetime


Skill = Callable[[Work[Inputs]], Report]
