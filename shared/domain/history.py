"""The records of what happened: numbered, with their cause, each carrying the hash of the one before."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from shared.domain.digests import CANONICAL
from shared.domain.due import CLOCK
from shared.domain.evolve import evolve
from shared.domain.view import Cause
from state_schema.applied import CampaignApplied
from state_schema.control import ControlRecorded
from state_schema.events import Event, Recorded
from state_schema.migration import Migration
from state_schema.model import unchecked

OfCampaign = TypeVar("OfCampaign", ControlRecorded, CampaignApplied)
_recorded: Final = unchecked(Recorded)
"""For events, which are models, and what came with the signal that caused them, which is one too."""


def record(
    events: Iterable[Event], version: int, tail: str, cause: Cause, due: frozenset[int] = frozenset()
) -> tuple[Recorded, ...]:
    """The events as they are stored, after the one that is number `version` and has the hash `tail`.

    The clock is the actor of those at the places `due`, as `Decision` counts them.
    """
    records: list[Recorded] = []
    began = cause.correlation if cause.correlation not in {"", cause.signal} else None
    for place, event in enumerate(events):
        bare = _recorded(
            number=version + place + 1,
            at=cause.at,
            actor=CLOCK if place in due else cause.actor,
            signal=cause.signal,
            correlation=began,
            event=event,
            previous=tail,
            hash="",
        )
        tail = hash_of(bare)
        records.append(bare.model_copy(update={"hash": tail}))
    return tuple(records)


def chained(recorded: OfCampaign, tail: str) -> OfCampaign:
    """The record as it is stored after the one whose hash is `tail`; empty: it is the first of its chain."""
    bare = recorded.model_copy(update={"previous": tail})
    return bare.model_copy(update={"hash": hash_of(bare)})


def hash_of(recorded: Recorded | ControlRecorded | CampaignApplied) -> str:
    """SHA-256 over everything in the record but its own hash, as canonical JSON without what is None.

    So a field that a later release adds has to be None where it says nothing: then the hashes of older records hold.
    """
    text = CANONICAL.encode(recorded.model_dump(mode="json", exclude={"hash"}, exclude_none=True))
    return hashlib.sha256(text.encode()).hexdigest()


def fold(records: Sequence[Recorded]) -> Migration:
    """The state that the records lead to; ValueError where there is none."""
    state: Migration | None = None
    for one in records:
        state = evolve(state, one.event, Cause(one.at, one.actor, one.signal))
    if state is None:
        message = "no events, no state"
        raise ValueError(message)
    return state
