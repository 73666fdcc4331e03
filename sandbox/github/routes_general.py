# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes outside any repository: who am I, what is left of the quota, the App's tokens and deliveries."""

from datetime import timedelta
from typing import Final

from sandbox.github import deliveries, registration, shapes
from sandbox.github.app import Answer, Call, Route
from sandbox.github.store import Json
from sandbox.github.world import INSTALLATION_ID, WAYMARK, RefusedError, github_time

QUOTA: Final = 5_000
_PROFILE: Final = {
    **dict.fromkeys(["name", "company", "location", "email", "hireable", "bio"]),
    "blog": "",
    **dict.fromkeys(["public_repos", "public_gists", "followers", "following"], 0),
    **dict.fromkeys(["created_at", "updated_at"], "2026-01-01T00:00:00Z"),
}


def get_user(call: Call) -> Answer:
    return Answer(shapes.account(call.world, call.person) | {"name": "Waymark", "company": None})


def get_person(call: Call, login: str) -> Answer:
    """The App's bot account; nobody else has a page here."""
    if login != WAYMARK.login:
        raise RefusedError(404, "Not Found")
    return Answer(shapes.account(call.world, WAYMARK.document()) | _PROFILE)


def get_app(call: Call) -> Answer:
    return Answer(registration.app(call.world))


def get_installation(call: Call, installation: int) -> Answer:
    return Answer(registration.installation(call.world, installation))


def hook_config(call: Call) -> Answer:
    return Answer(registration.hook(call.world))


def rate_limit(call: Call) -> Answer:
    """The mock counts nothing; limits are met on request (`/_sandbox/limits`)."""
    left = {"limit": QUOTA, "used": 0, "remaining": QUOTA, "reset": int(call.world.clock().timestamp()) + 3600}
    return Answer({"resources": {"core": left, "search": left | {"limit": 30, "remaining": 30}}, "rate": left})


def list_deliveries(call: Call) -> Answer:
    return call.page(call.world.store.all("delivery")[::-1], _hook_delivery)


def _hook_delivery(found: Json) -> Json:
    return {
        **{key: found[key] for key in ("id", "guid", "event", "action", "redelivery", "status_code", "repository_id")},
        "delivered_at": found["delivered_at"] or found["queued_at"],
        "duration": 0.1,
        "status": "OK" if found["status"] == "delivered" else "failed to connect to host",
        "installation_id": INSTALLATION_ID,
        "throttled_at": None,
    }


def attempt_delivery(call: Call, delivery: int) -> Answer:
    deliveries.redeliver(call.world, delivery)
    return Answer({}, 202)


def installation_token(call: Call, installation: int) -> Answer:
    """The sandbox's one token, for an hour."""
    expires = github_time(call.world.clock() + timedelta(hours=1))
    permissions = registration.installation(call.world, installation)["permissions"]
    answer = {"token": call.token, "expires_at": expires, "permissions": permissions, "repository_selection": "all"}
    return Answer(answer | {"id": installation}, 201)


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", "/user", get_user),
    ("GET", "/users/<login>", get_person),
    ("GET", "/rate_limit", rate_limit),
    ("GET", "/app", get_app),
    ("GET", "/app/hook/config", hook_config),
    ("GET", "/app/installations/<int:installation>", get_installation),
    ("GET", "/app/hook/deliveries", list_deliveries),
    ("POST", "/app/hook/deliveries/<int:delivery>/attempts", attempt_delivery),
    ("POST", "/app/installations/<int:installation>/access_tokens", installation_token),
)
