"""Memory and time of each function. Lambda gives processor by memory, so more is a shorter start, not a dearer one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared import names
from state_schema.stage import Stage


@dataclass(frozen=True, slots=True)
class Size:
    """`memory` in MB; `seconds` until Lambda ends it, None: as long as the stage gives a skill."""

    memory: int
    seconds: int | None


_AT_THE_DOOR: Final = Size(1024, 10)
"""GitHub waits 10 seconds, Slack 3."""
_AT_A_ROUTE: Final = Size(1024, 29)
"""API Gateway waits 30 seconds."""
SIZES: Final[Mapping[str, Size]] = {
    **dict.fromkeys(names.DOORS, _AT_THE_DOOR),
    **dict.fromkeys(names.ROUTES, _AT_A_ROUTE),
    **dict.fromkeys(names.SKILL_NAMES, Size(1024, None)),
    "rewrite_dags": Size(1769, None),  # one whole processor, for ruff
    "advance": Size(1024, 60),
    "batch": Size(512, 30),
    "observe": Size(1024, 300),  # ten looks at a GitHub that is slow
    "park": Size(512, 60),
    "post_checkpoint": Size(1024, 300),  # ten messages to a Slack that is slow
    "post_comment": Size(1024, 60),
    "sweep": Size(1024, 120),
}


def seconds_of(function: str, stage: Stage) -> int:
    """The function's time-out at this stage."""
    return SIZES[function].seconds or stage.skill_timeout
