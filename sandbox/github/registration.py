"""The registration of the one App of the mock GitHub: what it may do, what it hears of, and where its webhook leads."""

from typing import Any, Final

from sandbox.github import shapes
from sandbox.github.store import Json
from sandbox.github.world import ORGANISATION, ORGANISATION_ID, World, node_id

APP_ID: Final = 6_001
SLUG: Final = "waymark"
PERMISSIONS: Final[Json] = {
    "metadata": "read",
    "contents": "write",
    "pull_requests": "write",
    "actions": "write",
    "checks": "read",
    "issues": "read",
}
EVENTS: Final = ("pull_request", "pull_request_review", "workflow_run", "issue_comment")
_REGISTERED: Final = "2026-01-01T00:00:00Z"


def registered(world: World) -> Json:
    """What its owner has set: `permissions`, `events`, `suspended`, and `url` where the webhook was led elsewhere."""
    usual: Json = {"permissions": PERMISSIONS, "events": list(EVENTS), "suspended": False}
    return usual | (world.store.get("app", "", "registration") or {})


def register(world: World, **changes: Any) -> Json:  # noqa: ANN401 - any JSON value
    """Its owner changes something of that; all of it, afterwards."""
    changed = registered(world) | changes
    with world.store.transaction():
        world.store.put("app", "", "registration", changed)
    return changed


def app(world: World) -> Json:
    """As `GET /app` shows it."""
    found = registered(world)
    return {
        "id": APP_ID,
        "slug": SLUG,
        "node_id": node_id("A", APP_ID),
        "client_id": "Iv1.0000000000006001",
        "owner": shapes.owner(world),
        "name": "Waymark",
        "description": None,
        "external_url": f"{world.base_url}/acme",
        "html_url": f"{world.base_url}/apps/{SLUG}",
        "created_at": _REGISTERED,
        "updated_at": _REGISTERED,
        "permissions": found["permissions"],
        "events": found["events"],
        "installations_count": 1,
    }


def installation(world: World, number: int) -> Json:
    """As `GET /app/installations/{id}` shows it."""
    found = registered(world)
    return {
        "id": number,
        "account": shapes.owner(world),
        "access_tokens_url": f"{world.base_url}/app/installations/{number}/access_tokens",
        "repositories_url": f"{world.base_url}/installation/repositories",
        "html_url": f"{world.base_url}/organizations/{ORGANISATION}/settings/installations/{number}",
        "app_id": APP_ID,
        "app_slug": SLUG,
        "target_id": ORGANISATION_ID,
        "target_type": "Organization",
        "permissions": found.get("accepted", found["permissions"]),
        "events": found["events"],
        "created_at": _REGISTERED,
        "updated_at": _REGISTERED,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "repository_selection": "all",
        "suspended_by": None,
        "suspended_at": _REGISTERED if found["suspended"] else None,
    }


def hook(world: World) -> Json:
    """As `GET /app/hook/config` shows it; of the secret only that there is one."""
    url = registered(world).get("url", world.hook_url)
    return {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url}
