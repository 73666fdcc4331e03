"""What every store says of a thing that is not there, or that is there and different."""

import re
from typing import Final

from shared.errors import InvalidInputError, NotFoundError
from state_schema.plan import Plan

_PLAN_REF: Final = re.compile(r"([a-z0-9._-]{1,60})@([1-9][0-9]{0,5})")


def no_migration(migration: str) -> NotFoundError:
    """Nobody created it."""
    return NotFoundError(f"There is no migration {migration}. Apply a campaign that has this resource.")


def no_campaign(campaign: str) -> NotFoundError:
    """Nobody applied it."""
    return NotFoundError(f"There is no campaign {campaign}. Apply its file: `migrate campaign apply FILE`.")


def no_plan(ref: str) -> NotFoundError:
    """Nobody published it."""
    return NotFoundError(f"There is no plan {ref}. Publish its file: `migrate plan publish FILE`.")


def no_event(migration: str, number: int) -> NotFoundError:
    """History is not that long, or the migration is not there."""
    return NotFoundError(f"{migration} has no event {number}. Its history shows which there are.")


def published_otherwise(plan: Plan) -> InvalidInputError:
    """The version is taken by another plan."""
    return InvalidInputError(
        (f"version: {plan.ref} is published already and never changes; publish this one as a higher version",)
    )


def no_parked(item: str) -> NotFoundError:
    """Nobody parked it, or somebody was faster."""
    return NotFoundError(f"Nothing is parked under {item!r}, or not any more. `migrate parked` lists what is.")


def plan_named(ref: str) -> tuple[str, int]:
    """Name and version of `<name>@<version>`; NotFoundError where it is no such thing."""
    match = _PLAN_REF.fullmatch(ref)
    if match is None:
        raise no_plan(ref)
    return match[1], int(match[2])
