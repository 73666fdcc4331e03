"""What goes wrong on request: calls that GitHub limits, refuses or loses. Kept in the file, like everything else."""

from collections.abc import Mapping
from typing import Literal

from sandbox.github.store import Json
from sandbox.github.world import RefusedError, World

Limit = Literal["primary", "secondary", "too_many"]
_TOO_MANY = 429


def limit(world: World, calls: int, retry_after: int, kind: Limit) -> None:
    """The next calls are over a rate limit for `retry_after` seconds from now."""
    reset = int(world.clock().timestamp()) + retry_after
    if kind == "primary":
        message = "API rate limit exceeded for installation ID 8001."
        headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    else:
        message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        headers = {"Retry-After": str(retry_after)}
    fail(world, calls, _TOO_MANY if kind == "too_many" else 403, message=message, headers=headers)


def fail(
    world: World,
    calls: int,
    status: int,
    *,
    message: str = "Server Error",
    headers: Mapping[str, str] | None = None,
    after: int = 0,
    method: str = "",
    applied: bool = False,
) -> None:
    """Lets `after` calls pass (of `method`, if given), then answers `calls` of them with `status`.

    With `applied` the call is carried out, and only its answer is lost.
    """
    fault = {"left": calls, "status": status, "message": message, "headers": dict(headers or {}), "after": after}
    world.store.put("fault", "", "call", fault | {"method": method, "applied": applied})


def take(world: World, method: str) -> Json | None:
    """The fault that this call meets."""
    with world.store.transaction():
        fault = world.store.get("fault", "", "call")
        if fault is None or fault["method"] not in {"", method}:
            return None
        if fault["after"]:
            world.store.put("fault", "", "call", fault | {"after": fault["after"] - 1})
            return None
        if fault["left"] > 1:
            world.store.put("fault", "", "call", fault | {"left": fault["left"] - 1})
        else:
            world.store.delete("fault", "", "call")
        return fault


def refusal(fault: Json) -> RefusedError:
    """What GitHub answers then."""
    return RefusedError(fault["status"], fault["message"], headers=fault["headers"])


def drop(world: World, deliveries: int) -> None:
    """The next deliveries are lost on their way."""
    world.store.put("fault", "", "drop", {"left": deliveries})
