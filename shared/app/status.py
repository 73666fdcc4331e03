"""The status routes: what a campaign, a wave, a migration and its history look like now. They only read.

JSON, and for `Accept: text/markdown` a Markdown table where there is one. What does not exist is answered with what does.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from shared.app.answers import answer as http_answer
from shared.app.status_documents import campaign_document, migration_document, wave_document
from shared.domain.rows import as_of
from shared.domain.view import View
from shared.errors import NotFoundError, RejectedDeliveryError, RetryableError
from shared.messages.status_page import campaign_markdown, migration_markdown
from shared.ports.campaigns import Campaigns
from shared.ports.migrations import History, MigrationIndex, Migrations
from shared.webhooks.delivery import Delivery, field, read_delivery, text
from state_schema.campaign import Campaign
from state_schema.ids import migration_id
from state_schema.summary import Summary

Page = tuple[Mapping[str, object], str | None]
"""The JSON document, and the same in Markdown where there is one."""

MOST: Final = 1000
"""Events in one answer."""
_USUAL: Final = 100
_NAMED: Final = 20
_ID: Final = re.compile(r"[a-z0-9._-]{1,60}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ROUTES: Final = (
    "/campaigns",
    "/campaigns/{campaign}",
    "/campaigns/{campaign}/waves/{n}",
    "/campaigns/{campaign}/migrations/{resource}",
    "/campaigns/{campaign}/migrations/{resource}/history",
)


class _NoSuchThingError(Exception):
    """404: `existing` says what there is instead."""

    def __init__(self, error: str, **existing: object) -> None:
        super().__init__(error)
        self.document = {"error": error, **existing}


@dataclass(frozen=True, slots=True)
class _Pages:
    campaigns: Campaigns
    index: MigrationIndex
    migrations: Migrations
    history: History

    def all_campaigns(self) -> Page:
        found = [self.campaigns.load(name)[1] for name in self.campaigns.names()]
        return {"campaigns": [{"campaign": c.id, "plan": c.plan, "resources": len(c.resources)} for c in found]}, None

    def campaign(self, name: str) -> Page:
        campaign = self._campaign(name)
        rows, unit = self._rows(campaign, list(self.index.in_campaign(campaign.id)))
        return campaign_document(campaign, rows), campaign_markdown(campaign.id, rows, unit)

    def wave(self, name: str, number: str) -> Page:
        campaign = self._campaign(name)
        wave = _number("the wave", number, least=0)
        if wave not in campaign.waves:
            raise _NoSuchThingError(f"{campaign.id} has no wave {wave}.", waves=sorted(campaign.waves))
        rows, unit = self._rows(campaign, list(self.index.in_campaign(campaign.id, wave)))
        title = f"{campaign.id}, wave {wave}"
        return wave_document(campaign, wave, rows), campaign_markdown(title, rows, unit)

    def migration(self, name: str, resource: str) -> Page:
        view = self._view(name, resource)
        return migration_document(view), migration_markdown(view)

    def events(self, name: str, resource: str, query: Mapping[str, str]) -> Page:
        state = self._view(name, resource).state
        after = _number("after", query.get("after", "0"), least=0)
        limit = _number("limit", query.get("limit", str(_USUAL)), least=1, most=MOST)
        records = self.history.events(state.id, after, limit)
        more = bool(records) and records[-1].number < state.version
        return {
            "migration": state.id,
            "version": state.version,
            "events": [one.model_dump(mode="json") for one in records],
            "next": records[-1].number if more else None,
        }, None

    def _campaign(self, name: str) -> Campaign:
        try:
            if _ID.fullmatch(name):
                return self.campaigns.load(name)[1]
        except NotFoundError:
            pass
        raise _NoSuchThingError(f"There is no campaign {name[:60]!r}.", campaigns=list(self.campaigns.names()))

    def _view(self, name: str, resource: str) -> View:
        campaign = self._campaign(name)
        try:
            if _ID.fullmatch(resource):
                return self.migrations.load(migration_id(campaign.id, resource)).view
        except NotFoundError:
            pass
        known = [one.id for one in campaign.resources]
        close = difflib.get_close_matches(resource[:60], known) or known[:_NAMED]
        raise _NoSuchThingError(f"{campaign.id} has no migration of {resource[:60]!r}.", resources=close, of=len(known))

    def _rows(self, campaign: Campaign, rows: list[Summary]) -> tuple[list[Summary], str]:
        """The rows as the waves are now, and the plan's word for its resources.

        All rows share one gate and pin the same plan name, so any one migration's view knows both.
        """
        try:
            view = self.migrations.load(rows[0].migration).view if rows else None
        except NotFoundError:
            view = None
        return (rows, "resource") if view is None else (as_of(view.gate, campaign, rows), view.plan.unit)


def answer(
    event: object, *, campaigns: Campaigns, index: MigrationIndex, migrations: Migrations, history: History
) -> dict[str, Any]:
    """The answer to an API Gateway event (payload 2.0).

    400 for a number that is none, 404 with what exists, 405 for anything but GET, 503 where the store is busy.
    """
    pages = _Pages(campaigns, index, migrations, history)
    try:
        request = read_delivery(event)
        page = _page(pages, request.path, _query(event))
        if request.method != "GET":
            return http_answer(405, {"error": "This is only to be read: send GET."}, allow="GET")
        document, markdown = page()
    except _NoSuchThingError as exc:
        return http_answer(404, exc.document)
    except RejectedDeliveryError as exc:
        return http_answer(exc.status, {"error": exc.reason})
    except RetryableError as exc:
        return http_answer(503, {"error": f"The store is busy: {exc.reason} Ask again."}, retry_after="2")
    if markdown is not None and _wants_markdown(request):
        return _markdown(markdown)
    return http_answer(200, document, cache_control="no-store", vary="accept")


def _page(pages: _Pages, path: str, query: Mapping[str, str]) -> Callable[[], Page]:
    """Parts are decoded after the path is split, so that no `%2F` makes two parts of one."""
    parts = [unquote(part) for part in path[:2000].removesuffix("/").split("/")]
    match parts:
        case ["", "campaigns"]:
            return pages.all_campaigns
        case ["", "campaigns", name]:
            return lambda: pages.campaign(name)
        case ["", "campaigns", name, "waves", number]:
            return lambda: pages.wave(name, number)
        case ["", "campaigns", name, "migrations", resource]:
            return lambda: pages.migration(name, resource)
        case ["", "campaigns", name, "migrations", resource, "history"]:
            return lambda: pages.events(name, resource, query)
        case _:
            raise _NoSuchThingError("There is nothing at this path.", routes=list(_ROUTES))


def _query(event: object) -> dict[str, str]:
    given = field(event, "queryStringParameters")
    pairs = given.items() if isinstance(given, dict) else parse_qsl(text(field(event, "rawQueryString")))
    return {str(name): text(value) for name, value in pairs}


def _number(name: str, given: str, *, least: int, most: int = 999_999_999) -> int:
    number = int(given) if _NUMBER.fullmatch(given) else -1
    if not least <= number <= most:
        raise RejectedDeliveryError(400, f"{name} is {given[:40]!r}; allowed: whole numbers from {least} to {most:,}")
    return number


def _wants_markdown(request: Delivery) -> bool:
    """Whether it is named, and not only to be refused (`q=0`)."""
    ranges = [part.replace(" ", "").lower().split(";") for part in request.headers.get("accept", "").split(",")]
    return any(kind == "text/markdown" and not {"q=0", "q=0.0"} & set(rest) for kind, *rest in ranges)


def _markdown(body: str) -> dict[str, Any]:
    headers = {"content-type": "text/markdown; charset=utf-8", "cache-control": "no-store", "vary": "accept"}
    return {"statusCode": 200, "headers": {**headers, "x-content-type-options": "nosniff"}, "body": body}
