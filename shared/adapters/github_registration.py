"""The GitHub App as it is registered: read with the App's own key, before any installation matters."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from github import Github
from requests.utils import parse_header_links

from shared.adapters.github_client import client, connect, own_auth, translated
from shared.errors import NotFoundError
from shared.ports.deployed import AppSeen, DeliverySeen
from shared.ports.secrets import Secrets
from shared.settings import Settings

PAGES: Final = 10
"""Of a hundred deliveries each."""
_OK: Final = range(200, 400)


class GithubAppRegistration:
    """The port `GithubRegistration`. PermanentError where the key is none."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._client = client(settings, own_auth(settings, secrets))

    def app(self) -> AppSeen:
        """Four calls: App, installation, webhook, and the bot's account."""
        installation = self._settings.github_installation_id
        with translated("show the App, its webhook and its installation (are the ids of App and installation right?)"):
            app = self._get("/app")
            hook = self._get("/app/hook/config")
            installed = self._get(f"/app/installations/{installation}")
        return AppSeen(
            slug=str(app["slug"]),
            permissions=dict(app["permissions"]),
            events=list(app["events"]),
            hook_url=str(hook.get("url") or ""),
            installed_permissions=dict(installed["permissions"]),
            suspended=bool(installed.get("suspended_at")),
            bot_id=self._bot(str(app["slug"])),
        )

    def _bot(self, slug: str) -> int | None:
        """With the installation's rights: as itself, an App sees no accounts."""
        installed: Github = connect(self._settings, self._secrets)
        try:
            with translated(f"show the account of {slug}[bot]"):
                return int(installed.get_user(f"{slug}[bot]").complete().id)
        except NotFoundError:
            return None
        finally:
            installed.close()

    def deliveries(self, since: datetime) -> Sequence[DeliverySeen]:
        with translated("list the webhook's deliveries"):
            return list(self._deliveries(since))

    def _deliveries(self, since: datetime) -> Iterator[DeliverySeen]:
        """Page by page, by the cursor that GitHub gives, until they are older."""
        address: str | None = "/app/hook/deliveries?per_page=100"
        for _ in range(PAGES):
            headers, page = self._client.requester.requestJsonAndCheck("GET", address or "")
            for one in page or ():
                seen = _seen(one)
                if seen.at < since:
                    return
                yield seen
            links = parse_header_links(str(headers.get("link", "")))
            address = next((link["url"] for link in links if link.get("rel") == "next"), None)
            if address is None:
                return

    def deliver_again(self, delivery: int) -> None:
        with translated(f"deliver {delivery} again"):
            self._client.requester.requestJsonAndCheck("POST", f"/app/hook/deliveries/{delivery}/attempts")

    def _get(self, path: str) -> dict[str, Any]:
        _, found = self._client.requester.requestJsonAndCheck("GET", path)
        return dict(found)


def _seen(one: dict[str, Any]) -> DeliverySeen:
    status = int(one.get("status_code") or 0)
    return DeliverySeen(
        id=int(one["id"]),
        guid=str(one["guid"]),
        event=str(one.get("event") or ""),
        at=datetime.fromisoformat(str(one["delivered_at"])),
        ok=status in _OK,
        status=status,
    )
