"""An Airflow deployment through its own REST API (v2): its health, its DAGs, and letting a DAG run there."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import LocationParseError

from shared.errors import PermanentError, RetryableError
from shared.names import DEPLOYMENT_TOKEN
from shared.ports.deployment import Health
from shared.ports.secrets import Secrets

TIMEOUT: Final = (5.0, 30.0)
"""Seconds to connect, and for each read."""
PAGE: Final = 100
"""Airflow's own upper bound (`api.maximum_page_limit`)."""
MOST_PAGES: Final = 1000
SAID: Final = 500
"""Characters of an error's own words that are passed on."""


class AirflowDeployment:
    """Implements Deployment. With `secrets`, each call carries the bearer token kept as `deployment-token`."""

    def __init__(self, secrets: Secrets | None = None) -> None:
        self._secrets = secrets

    def health(self, url: str) -> Health:
        """Components that Airflow reports without a status are not deployed, and left out."""
        answer = self._call("GET", url, "monitor/health")
        said = {name: each.get("status") for name, each in answer.items() if isinstance(each, dict)}
        return Health(tuple((name, str(status)) for name, status in sorted(said.items()) if status is not None))

    def items(self, url: str) -> Sequence[str]:
        """Ordered by id, so that a DAG which appears between two pages shifts none out of sight twice."""
        found: list[str] = []
        for _ in range(MOST_PAGES):
            query = {"limit": PAGE, "offset": len(found), "order_by": "dag_id"}
            answer = self._call("GET", url, "dags", params=query)
            page = [_field(dag, "dag_id", str, url) for dag in _field(answer, "dags", list, url)]
            found += page
            if not page or len(found) >= _field(answer, "total_entries", int, url):
                return sorted(set(found))
        raise PermanentError(
            f"The deployment {url} lists its DAGs without an end. Look at {url}/api/v2/dags.", "endless"
        )

    def is_migrated(self, url: str, item: str) -> bool:
        """PermanentError (`404`) where the deployment has no such DAG."""
        return not _field(self._call("GET", url, _dag(item)), "is_paused", bool, url)

    def migrate(self, url: str, item: str) -> None:
        """Unpausing a DAG that runs already changes nothing, so doing it twice is doing it once."""
        self._call("PATCH", url, _dag(item), json={"is_paused": False})

    def _call(self, method: str, url: str, path: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - to requests
        address = f"{_checked(url)}/api/v2/{path}"
        # As `auth` and not as a header, which requests replaces by what a .netrc holds for the host.
        auth = None if self._secrets is None else _Bearer(self._secrets.get(DEPLOYMENT_TOKEN).strip())
        try:
            # A redirect is a login page or a moved host: it must not carry the token along.
            response = requests.request(method, address, auth=auth, timeout=TIMEOUT, allow_redirects=False, **content)
            return _answer(response, address)
        # requests lets this error of urllib3 through, where a label of the host name is empty.
        except (requests.exceptions.InvalidURL, LocationParseError) as exc:
            raise _wrong_address(url) from exc
        except requests.RequestException as exc:
            raise RetryableError(f"The deployment could not be reached at {address}: {exc}") from exc


class _Bearer(AuthBase):
    """Signs a request with a token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _answer(response: requests.Response, address: str) -> dict[str, Any]:
    status = response.status_code
    if status == requests.codes.too_many_requests or status >= requests.codes.internal_server_error:
        wait = response.headers.get("Retry-After", "")
        raise RetryableError(
            f"{address} answered {status}: {_said(response)}", float(wait) if wait.isdecimal() else None
        )
    if status != requests.codes.ok:
        raise PermanentError(f"{address} answered {status}: {_said(response)}", str(status))
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError as exc:
        raise _no_airflow(address) from exc
    if not isinstance(body, dict):
        raise _no_airflow(address)
    return body


def _said(response: requests.Response) -> str:
    """The API's own words: its `detail`, as text, or else the beginning of what came."""
    if response.is_redirect:
        return f"go to {response.headers['Location'][:SAID]}; set deployment_url to where the API itself is"
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return response.text[:SAID] or response.reason
    detail = body.get("detail") if isinstance(body, dict) else None
    return str(detail or body)[:SAID]


def _field(body: Any, name: str, kind: type, address: str) -> Any:  # noqa: ANN401 - a field of a JSON value
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, kind):
        raise _no_airflow(f"{address} ({name} is missing)")
    return value


def _dag(item: str) -> str:
    # `.` and `..` would be taken for steps in the path, which no quoting prevents.
    if item in {"", ".", ".."}:
        raise PermanentError(f"{item!r} is no id of a DAG. Choose the items again.", "no_such_item")
    return f"dags/{quote(item, safe='')}"


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise _wrong_address(url) from exc
    strange = "@" in parts.netloc or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or strange:
        raise _wrong_address(url)
    return url.rstrip("/")


def _wrong_address(url: str) -> PermanentError:
    shown = url.rpartition("@")[2]
    return PermanentError(
        f"The deployment's address {shown!r} is none: it must be http(s)://host/…, without user, query or fragment."
        " Correct the setting deployment_url, or the plan's attributes that it names.",
        "wrong_address",
    )


def _no_airflow(address: str) -> PermanentError:
    return PermanentError(
        f"What answers at {address} is no Airflow REST API v2. Correct deployment_url.", "not_airflow"
    )
