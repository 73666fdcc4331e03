"""Campaigns and migrations by the names that people give; where a name is wrong, they are told what there is."""

import re
from collections.abc import Sequence
from typing import Final

from shared.domain.view import View
from shared.engines import Engine
from shared.errors import NotFoundError
from shared.messages.escaping import as_plain
from shared.messages.replies import unknown_campaign_text, unknown_resource_text
from state_schema.ids import migration_id

_ID: Final = re.compile(r"[a-z0-9._-]{1,60}")


def campaigns_named(ports: Engine, name: str | None) -> Sequence[str]:
    """The one of this name, or all of them for None; NotFoundError lists those there are."""
    known = ports.campaigns.names()
    if name is None:
        return known
    if name not in known:
        raise NotFoundError(as_plain(unknown_campaign_text(name, known)))
    return [name]


def views_of(ports: Engine, campaigns: Sequence[str], resource: str) -> list[View]:
    """The resource's migration in each campaign that has it; NotFoundError names those that were probably meant."""
    views = []
    for campaign in campaigns if _ID.fullmatch(resource) else ():
        try:
            views.append(ports.migrations.load(migration_id(campaign, resource)).view)
        except NotFoundError:
            continue
    if not views:
        known = {one.id: None for name in campaigns for one in ports.campaigns.load(name)[1].resources}
        raise NotFoundError(as_plain(unknown_resource_text(resource, list(known))))
    return views
