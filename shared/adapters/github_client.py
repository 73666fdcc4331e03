"""How we reach GitHub: one pinned API version, no hidden retries or sleeps, and GitHub's errors told in our own."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import jwt
import requests
from github import Auth, BadAttributeException, Github, GithubException, RateLimitExceededException
from github.Repository import Repository

from shared import names
from shared.errors import NO_SECRET, NotFoundError, PermanentError, RetryableError, WaymarkError
from shared.ports.secrets import Secrets
from shared.settings import Settings

API_VERSION: Final = "2022-11-28"
"""Later ones drop `merge_commit_sha` and change the answer to a dispatch."""
TIMEOUT: Final = 15
"""Seconds to connect, and between two bytes."""
UNSAID_DELAY: Final = 60.0
"""Seconds. GitHub docs: where a limit gives no time, wait for at least one minute."""
_WORDS: Final = 300
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")

_ADVICE: Final[Mapping[int, tuple[str, str]]] = {
    401: ("github_unauthorized", "Check the token or the App's key that Waymark was given."),
    403: ("github_forbidden", "Give Waymark's App or token this permission on the repository."),
    409: ("github_conflict", "Look at the repository's present state, then retry."),
    422: ("github_refused", "Correct what is asked for, in the plan or in the repository, then retry."),
}


def connect(settings: Settings, secrets: Secrets) -> Github:
    """A client with the App's or, where no App is set, the token's rights; PermanentError where its key is unusable.

    For one thread: PyGithub keeps the request that is under way on the connection. Objects are lazy, so that only
    what is looked at is asked for.
    """
    return client(settings, app_auth(settings, secrets) if settings.github_app_id else Auth.Token(_token(secrets)))


def client(settings: Settings, auth: Auth.Auth) -> Github:
    """One with these rights, and our ways."""
    return Github(
        base_url=settings.github_api.rstrip("/"),
        auth=auth,
        timeout=TIMEOUT,
        user_agent="waymark",
        per_page=100,
        retry=None,  # PyGithub would send a POST again after a 5xx, and sleep through a rate limit
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
        api_version=API_VERSION,
    )


def quota_left(client: Github) -> int | None:
    """Calls left until the limit is reset, as GitHub's last answer to this client said; None where it said nothing yet."""
    left, _ = client.requester.rate_limiting
    return left if left >= 0 else None


def app_auth(settings: Settings, secrets: Secrets) -> Auth.AppInstallationAuth:
    """The installation's rights; its tokens of one hour are fetched when needed."""
    if not settings.github_installation_id.isdecimal():
        raise PermanentError(
            f"The setting github_installation_id is {settings.github_installation_id!r}, not a number: take it from "
            "the address of the App's installation page.",
            "github_unauthorized",
        )
    return own_auth(settings, secrets).get_installation_auth(int(settings.github_installation_id))


def own_auth(settings: Settings, secrets: Secrets) -> Auth.AppAuth:
    """The App's own rights, of its registration and webhook. The key is tried once, unsent."""
    app = Auth.AppAuth(settings.github_app_id, secrets.get(names.GITHUB_APP_KEY))
    try:
        app.create_jwt()
    except (jwt.PyJWTError, ValueError) as exc:
        raise PermanentError(
            f"The secret {names.GITHUB_APP_KEY} is not an RSA private key in PEM form: store the file that GitHub gave "
            "when the App's key was made.",
            NO_SECRET,
        ) from exc
    return app


def _token(secrets: Secrets) -> str:
    return secrets.get(names.GITHUB_TOKEN).strip()


def named_repository(client: Github, full_name: str) -> Repository:
    """The repository `owner/name`, read once: after a rename its own URLs are the ones that work for every call."""
    if not _FULL_NAME.fullmatch(full_name) or ".." in full_name:
        raise PermanentError(f"{full_name!r} is not a repository: write it as owner/name.", "github_refused")
    return client.get_repo(full_name).complete()


@contextmanager
def translated(act: str) -> Iterator[None]:
    """Turns what PyGithub raises into our errors. `act` completes "GitHub would not ...", with all names in it."""
    try:
        yield
    except GithubException as exc:
        raise _ours(exc, act) from exc
    except requests.Timeout as exc:
        raise RetryableError(f"GitHub took over {TIMEOUT} s to {act}; it may have been done: look first.") from exc
    except requests.RequestException as exc:
        raise RetryableError(f"GitHub could not be reached to {act}: {type(exc).__name__}.") from exc
    except (BadAttributeException, json.JSONDecodeError) as exc:
        raise RetryableError(f"What answered is not GitHub's API, when asked to {act}: look at github_api.") from exc


def _ours(exc: GithubException, act: str) -> WaymarkError:
    headers = {key.lower(): value for key, value in (exc.headers or {}).items()}
    said = words(exc)
    if _is_limit(exc, headers):
        return RetryableError(f"GitHub limits us; it would not {act}: {said}", _wait(headers, UNSAID_DELAY))
    if exc.status >= requests.codes.server_error or exc.status == requests.codes.request_timeout:
        return RetryableError(f"GitHub failed to {act}: {exc.status} {said}", _wait(headers, None))
    if exc.status == requests.codes.not_found:
        return NotFoundError(
            f"GitHub would not {act}: {said} Check the name, and that Waymark's App or token may see it.",
        )
    code, advice = _ADVICE.get(exc.status, ("github_refused", "Look at GitHub's words, correct it, then retry."))
    needs = headers.get("x-accepted-github-permissions")
    if exc.status == requests.codes.forbidden and needs:
        advice = f"{advice} It needs: {needs}."
    return PermanentError(f"GitHub would not {act}: {exc.status} {said} {advice}", code)


def words(exc: GithubException) -> str:
    """GitHub's own message and its list of errors as one sentence of at most some 300 characters."""
    data = exc.data if isinstance(exc.data, dict) else {}
    errors = data.get("errors") or []
    parts = [str(data.get("message") or "it gave no reason")]
    parts += [_error(error) for error in (errors if isinstance(errors, list) else [errors])]
    said = " ".join(": ".join(parts).split())[:_WORDS]
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _error(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or " ".join(str(error.get(key, "")) for key in ("resource", "field", "code")))


def _is_limit(exc: GithubException, headers: Mapping[str, str]) -> bool:
    if exc.status == requests.codes.too_many_requests or isinstance(exc, RateLimitExceededException):
        return True
    spent = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return exc.status == requests.codes.forbidden and spent


def _wait(headers: Mapping[str, str], unsaid: float | None) -> float | None:
    """Seconds; the reset is measured on GitHub's own clock, the `date` of this answer."""
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") != "0" or not reset.isdecimal():
        return unsaid
    try:
        now = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return unsaid
    return max(1.0, int(reset) - now.replace(tzinfo=now.tzinfo or UTC).timestamp())
