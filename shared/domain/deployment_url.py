"""The address of the deployment that a skill works on: what the plan says, else what the settings derive."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from shared.errors import PermanentError
from state_schema.grammar import render

_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f\\]")


def deployment_url(given: str | None, template: str, scope: Mapping[str, object]) -> str:
    """`given`, else `template`, rendered with `scope`: an http(s) address without a slash at its end.

    PermanentError where there is none, a name has no value, or the result is no address of a deployment.
    """
    wanted = given or template
    if not wanted:
        raise PermanentError(
            "There is no address for this deployment: give the step a `url` in the plan, or set WAYMARK_DEPLOYMENT_URL.",
            "deployment_url_missing",
        )
    try:
        url = render(wanted, scope).rstrip("/")
    except KeyError as exc:
        raise PermanentError(
            f"The deployment's address {wanted[:200]!r} asks for {{{exc.args[0]}}}, which this step does not have: "
            "correct the plan's `url` or WAYMARK_DEPLOYMENT_URL.",
            "deployment_url_unknown_name",
        ) from exc
    if not _is_address(url):
        raise PermanentError(
            f"{url[:200]!r} is no address of a deployment: it must be http:// or https:// with a host, and without user, "
            "query or fragment.",
            "deployment_url_invalid",
        )
    return url


def _is_address(url: str) -> bool:
    if _UNPRINTABLE.search(url):
        return False
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain and port_is_valid
