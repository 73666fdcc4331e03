"""The frame round every skill: the fence before the act, one act for one key, and the report after it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from shared import names
from shared.app.calling_off import called_off
from shared.domain.failures import backoff, policy_of, retries_left
from shared.domain.freezing import frozen_until
from shared.domain.holding import pause_over
from shared.domain.orders import orders_for
from shared.domain.reports import failed, failed_for_now
from shared.domain.scope import scope_of
from shared.domain.view import View
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.clock import Clock
from shared.ports.effects import ClaimHeldError, Effects, Report
from shared.ports.migrations import History, Migrations
from shared.ports.queues import Outbox
from shared.ports.skills import Skill, Work
from state_schema.events import CheckpointDecided
from state_schema.json_values import is_finite
from state_schema.orders import Order
from state_schema.secrets import secret_fields
from state_schema.signals import Failed, Pending, Reported, Succeeded
from state_schema.skills import SKILLS

Jitter = Callable[[], float]
"""A factor between 0 and 1, from outside."""
_LARGEST_OUTPUTS: Final = 1024
"""Bytes as JSON. They stay in the state, which holds 16 KB for all steps together."""
_CODE: Final = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Tools:
    """What the frame itself needs: where chosen items are read, time, chance, and further names for templates."""

    history: History
    clock: Clock
    jitter: Jitter
    further_names: Mapping[str, object] = field(default_factory=dict)


def refuse_foreign(order: Order, skill: str) -> None:
    """PermanentError where the order came to the worker of another skill, so that the queue parks it as a failed order."""
    if order.skill != skill:
        raise PermanentError(
            f"The order {order.key} is for {order.skill} and came to {skill}; nothing was done. See what sends to its queue.",
            "wrong_queue",
        )


def run_skill(
    order: Order, skill: Skill[Any], *, migrations: Migrations, effects: Effects, outbox: Outbox, tools: Tools
) -> str:
    """Does the order if it is still wanted, and reports; says what became of it: `done`, `fenced`, `held_back` or `held`.

    An order that is no longer in `orders_for`, or is another one now, is dropped; where an abort is why, and nobody is at
    it, that is reported, because its slot waits for word of it. One that another worker holds is dropped too: if that
    worker dies, its own message or the sweep brings the order back. Store and queue errors pass to the queue.
    """
    view = migrations.load(order.migration).view
    if order not in orders_for(view):
        if (nothing := called_off(order, view, effects)) is not None:
            _send(order, nothing, outbox, tools.clock())
        return "fenced"
    if _must_wait(order, view, tools.clock()):
        return "held_back"
    try:
        report = effects.once(order.key, lambda: _storable(_act(order, skill, view, tools)))
    except ClaimHeldError:
        return "held"
    _send(order, report, outbox, tools.clock())
    return "done"


def _send(order: Order, report: Report, outbox: Outbox, now: datetime) -> None:
    signal = Reported(
        id=f"report:{order.key.removeprefix(order.migration + '/')}",
        at=now,
        migration=order.migration,
        key=order.key,
        skill=order.skill,
        report=report,
    )
    outbox.send(names.SIGNALS, signal.model_dump_json(), group=order.migration, key=f"report:{order.key}")


def _must_wait(order: Order, view: View, now: datetime) -> bool:
    """Whether somebody paused or froze this place, or a window began, after the order was sent. The sweep sends it again."""
    resource = view.state.resource
    paused = pause_over(view.gate, resource.id, order.environment, resource.wave) is not None
    return paused or frozen_until(view, order.track, now) is not None


def _act(order: Order, skill: Skill[Any], view: View, tools: Tools) -> Report:
    # The wait before another try is counted from the failure: a skill can take minutes to get there.
    try:
        inputs = SKILLS[order.skill].inputs.model_validate(order.inputs)
    except ValidationError as exc:
        return failed("blocking", _first_problem(order, exc), "bad_inputs")
    scope = {**scope_of(view, order.track), **tools.further_names}
    try:
        report = skill(Work(order, inputs, view.state.resource, scope, _items(order, tools.history), tools.clock()))
    except RetryableError as exc:
        wait = _backoff(view, order, tools.jitter) if exc.delay is None else exc.delay
        return failed_for_now(exc.reason, "failed", tools.clock(), wait)
    except (PermanentError, NotFoundError) as exc:
        code = exc.code if isinstance(exc, PermanentError) else "not_found"
        return failed("blocking", str(exc), code if _CODE.fullmatch(code) else "failed")
    if isinstance(report, Failed) and report.retry_at is None and _is_retried(view, order, report.category):
        again_at = tools.clock() + timedelta(seconds=_backoff(view, order, tools.jitter))
        return failed(report.category, report.reason, report.code, again_at)
    return report


def _is_retried(view: View, order: Order, category: str) -> bool:
    policy = policy_of(view.plan.stop(order.track, order.step))
    return category == "transient" or retries_left(policy, category, order.retries)


def _storable(report: Report) -> Report:
    """What must not or cannot be stored becomes a failure that says so: the report would be refused at every try."""
    places = list(secret_fields(report.model_dump(mode="json")))
    if places:
        reason = f"The skill's report holds something like a credential in {', '.join(places)}; it was not stored."
        return failed("blocking", reason, "secret_in_report")
    size = len(json.dumps(report.outputs)) if isinstance(report, Succeeded | Pending) else 0
    if size > _LARGEST_OUTPUTS:
        reason = f"The skill's outputs have {size:,} bytes, and {_LARGEST_OUTPUTS:,} are kept: let it put out less."
        return failed("blocking", reason, "outputs_too_large")
    if isinstance(report, Succeeded | Pending) and not is_finite(report.outputs):
        reason = "The skill's outputs hold a number that is none (NaN or infinity), which cannot be stored or compared."
        return failed("blocking", reason, "outputs_not_finite")
    return report


def _items(order: Order, history: History) -> tuple[str, ...]:
    if order.items is None:
        return ()
    event = history.event(order.migration, order.items.event).event
    return event.choices or () if isinstance(event, CheckpointDecided) else ()


def _backoff(view: View, order: Order, jitter: Jitter) -> float:
    longest = backoff(policy_of(view.plan.stop(order.track, order.step)), order.retries).total_seconds()
    return longest * (0.5 + jitter() / 2)


def _first_problem(order: Order, exc: ValidationError) -> str:
    error = exc.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    return f"The inputs of {order.skill} are wrong at {place}: {error['msg']}"[:500]
