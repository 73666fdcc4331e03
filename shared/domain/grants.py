"""What Waymark needs to be granted by GitHub and Slack, each with the reason and the calls that it is for.

Whoever calls something new of theirs, adds it here: the adapters' tests let no other call pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

_REPO: Final = "/repos/{owner}/{repo}"
Level = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Permission:
    """A repository permission of a GitHub App; `calls` are named as in GitHub's REST reference."""

    name: str
    level: Level
    why: str
    calls: Sequence[str]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event that the App receives, and the permission without which GitHub does not offer it."""

    event: str
    permission: str
    why: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A bot scope of a Slack app; `methods` of the Web API."""

    name: str
    why: str
    methods: Sequence[str]


GITHUB_PERMISSIONS: Final = (
    Permission(
        "metadata",
        "read",
        "GitHub gives it with any other one: a repository's name and numeric id.",
        (f"GET {_REPO}",),
    ),
    Permission(
        "contents",
        "write",
        "Reads the templates and DAGs that a plan names; commits to branches of its own, never to others.",
        (
            f"GET {_REPO}/commits/{{ref}}",
            f"GET {_REPO}/compare/{{basehead}}",
            f"GET {_REPO}/git/blobs/{{file_sha}}",
            f"GET {_REPO}/git/commits/{{commit_sha}}",
            f"GET {_REPO}/git/ref/{{ref}}",
            f"GET {_REPO}/git/trees/{{tree_sha}}",
            f"POST {_REPO}/git/commits",
            f"POST {_REPO}/git/refs",
            f"POST {_REPO}/git/trees",
            f"PATCH {_REPO}/git/refs/{{ref}}",
        ),
    ),
    Permission(
        "pull_requests",
        "write",
        "Opens pull requests, reads whether they are merged and approved, answers commands given in their comments.",
        (
            f"GET {_REPO}/pulls",
            f"GET {_REPO}/pulls/{{pull_number}}",
            f"GET {_REPO}/pulls/{{pull_number}}/reviews",
            f"POST {_REPO}/pulls",
            f"GET {_REPO}/issues/{{issue_number}}/comments",
            f"POST {_REPO}/issues/{{issue_number}}/comments",
        ),
    ),
    Permission(
        "actions",
        "write",
        "Starts the workflows that a plan names, and reads how their runs end.",
        (
            f"GET {_REPO}/actions/runs/{{run_id}}",
            f"GET {_REPO}/actions/runs/{{run_id}}/jobs",
            f"GET {_REPO}/actions/workflows/{{workflow_id}}/runs",
            f"POST {_REPO}/actions/workflows/{{workflow_id}}/dispatches",
        ),
    ),
    Permission(
        "checks",
        "read",
        "Reads the annotation that says why a run failed, for the card that asks what to do.",
        (f"GET {_REPO}/check-runs/{{check_run_id}}/annotations",),
    ),
    Permission(
        "issues",
        "read",
        "No call needs it: GitHub offers the event `issue_comment`, also of pull requests, to no App without it.",
        (),
    ),
)
GITHUB_EVENTS: Final = (
    Subscription("pull_request", "pull_requests", "A pull request was merged, closed, pushed to or reopened."),
    Subscription("pull_request_review", "pull_requests", "Somebody approved it, or asked for changes."),
    Subscription("workflow_run", "actions", "A run has started or ended."),
    Subscription("issue_comment", "issues", "Somebody typed `/migrate …` below a pull request."),
)
APP_CALLS: Final = (
    "GET /app",
    "GET /app/installations/{installation_id}",
    "GET /app/hook/config",
    "GET /app/hook/deliveries",
    "POST /app/hook/deliveries/{delivery_id}/attempts",
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /users/{username}",
)
"""What an App may call whatever it was granted."""

SLACK_SCOPES: Final = (
    Scope("commands", "People type `/migrate …`.", ()),
    Scope("chat:write", "Posts and updates cards, digests and threads.", ("chat.postMessage", "chat.update")),
    Scope(
        "channels:history",
        "Looks for its own card in a public channel before it posts one again after a crash.",
        ("conversations.history", "conversations.replies"),
    ),
    Scope("groups:history", "The same in a private channel.", ("conversations.history", "conversations.replies")),
    Scope("usergroups:read", "Reads who is in the user groups that a campaign names.", ("usergroups.users.list",)),
)
SLACK_FREE: Final = ("auth.test", "views.open", "views.update")
"""Methods that any bot token may call."""


def lacking_permissions(granted: Mapping[str, str]) -> list[Permission]:
    """Those that are not granted, or not as far as needed; `granted` is what GitHub says of an App or installation."""
    enough = {"read": ("read", "write", "admin"), "write": ("write", "admin")}
    return [one for one in GITHUB_PERMISSIONS if granted.get(one.name) not in enough[one.level]]


def needless_permissions(granted: Mapping[str, str]) -> list[str]:
    """What is granted and nothing of ours asks for, as `name: level`."""
    needed = {one.name: one.level for one in GITHUB_PERMISSIONS}
    levels = ("read", "write", "admin")
    return [
        f"{name}: {level}"
        for name, level in sorted(granted.items())
        if name not in needed or (level in levels and levels.index(level) > levels.index(needed[name]))
    ]


def lacking_events(subscribed: Sequence[str]) -> list[Subscription]:
    """Those that the App is not subscribed to."""
    return [one for one in GITHUB_EVENTS if one.event not in subscribed]


def lacking_scopes(granted: Sequence[str]) -> list[Scope]:
    """Those that the token lacks."""
    return [one for one in SLACK_SCOPES if one.name not in granted]
