"""How documents are written and read, the same in every store: JSON text, upcast as it is read, never repaired in silence."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar

from pydantic import ValidationError

from shared.domain.history import chained
from shared.errors import UNREADABLE, PermanentError
from shared.ports.campaigns import CampaignCommit
from shared.ports.migrations import Commit
from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.model import Model
from state_schema.upcast import Kind, upcast

STATE_LIMIT: Final = 16 * 1024
"""Bytes of a migration's state as JSON: what each step reads and writes again, so it may not grow with its past."""
LAST_EVENT: Final = 99_999_999
"""As many events as a migration can have."""
LAST_WAVE: Final = 999

_UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading hostile text raises."""

M = TypeVar("M", bound=Model)


def written(model: Model) -> str:
    """The model as JSON text, with the names that files use."""
    return model.model_dump_json(by_alias=True)


def read(model: type[M], text: str, item: str, kind: Kind | None = None) -> M:
    """The model that was written as `text`, brought up to the present schema first where it is of a versioned kind.

    PermanentError names `item` where it cannot be read or a later release wrote it; the stored item stays as it is.
    """
    try:
        document = json.loads(text)
        return model.model_validate(upcast(kind, document) if kind else document)
    except ValidationError as exc:
        raise _unreadable(item, _first(exc)) from exc
    except _UNREADABLE as exc:
        raise _unreadable(item, str(exc)) from exc


@lru_cache(maxsize=8)
def read_campaign(text: str, campaign: str) -> Campaign:
    """The campaign that was written as `text`; PermanentError as for `read`.

    Every step reads it consistently, and mostly the very text of the last time: with many resources and the search for
    secrets, checking it takes longer than all the rest of a step. So a text that was read is not checked again.
    """
    return read(Campaign, text, f"the campaign {campaign}", "campaign")


def read_applied(beside: Mapping[str, object], text: str, campaign: str) -> CampaignApplied:
    """The record of an application: `text` is all of it, or the campaign's document alone, with the rest stored `beside` it.

    PermanentError as for `read`.
    """
    item = f"application {beside['number']} of {campaign}"
    try:
        document = json.loads(text)
        whole = document if "number" in document else {**beside, "campaign": document}
        return CampaignApplied.model_validate(upcast("application", whole))
    except ValidationError as exc:
        raise _unreadable(item, _first(exc)) from exc
    except _UNREADABLE as exc:
        raise _unreadable(item, str(exc)) from exc


def applied(commit: CampaignCommit, tail: str) -> CampaignApplied:
    """What is recorded of the commit, chained to the record whose hash is `tail`."""
    document = json.loads(written(commit.campaign))
    bare = CampaignApplied(number=commit.before + 1, at=commit.at, actor=commit.actor, campaign=document)
    return chained(bare, tail)


def checked_state(commit: Commit) -> str:
    """The commit's state as JSON text; PermanentError where it has grown beyond STATE_LIMIT.

    ValueError, a mistake of the caller's, where its records are not those between `before` and its version.
    """
    state = commit.state
    numbers = [record.number for record in commit.records]
    if not numbers or numbers != list(range(commit.before + 1, state.version + 1)):
        raise ValueError(f"{state.id}: events {numbers} do not lead from version {commit.before} to {state.version}")
    text = written(state)
    size = len(text.encode())
    if size > STATE_LIMIT:
        raise PermanentError(
            f"state of {state.id} has grown to {size} bytes, allowed are {STATE_LIMIT}: shorten its outputs or metadata",
            code="state_too_large",
        )
    return text


def stamp(moment: datetime) -> str:
    """The moment in UTC, always as wide, so that stamps sort like moments. ValueError where it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone; give one")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def campaign_of(migration: str) -> str:
    """The campaign's id: the part before the slash of the migration's."""
    return migration.partition("/")[0]


def _first(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _unreadable(item: str, why: str) -> PermanentError:
    return PermanentError(
        f"{item} cannot be read: {why}. It is left as it is; deploy the release that wrote it, or restore it",
        code=UNREADABLE,
    )
