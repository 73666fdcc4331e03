"""Which calls of our client no permission is asked for: every adapter's test looks, so that no new call goes without."""

import re
from collections.abc import Iterable

from sandbox.github.app import Recorded
from shared.domain.grants import APP_CALLS, GITHUB_PERMISSIONS

GRANTED = tuple(call for one in GITHUB_PERMISSIONS for call in one.calls)

OF_TESTS = (
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
    "POST /repos/{owner}/{repo}/git/blobs",
)
"""What tests themselves ask through the adapters' own client."""


def granted_call(call: Recorded, templates: Iterable[str] = (*GRANTED, *APP_CALLS, *OF_TESTS)) -> str | None:
    """The template that the call is one of."""
    path = re.sub(r"^/repositories/\d+", "/repos/acme/dags", call.path)
    return next((one for one in templates if _pattern(one).fullmatch(f"{call.method} {path}")), None)


def ungranted(calls: Iterable[Recorded]) -> list[str]:
    """Those of our own client, which says that it is Waymark; other tools of a test may do what they like."""
    ours = (call for call in calls if call.headers.get("User-Agent") == "waymark")
    return sorted({f"{call.method} {call.path}" for call in ours if granted_call(call) is None})


def _pattern(template: str) -> re.Pattern[str]:
    """A `{ref}` or `{basehead}` may hold slashes."""
    literal = re.sub(r"\\\{(ref|basehead)\\\}", "(.+)", re.escape(template))
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", literal))
