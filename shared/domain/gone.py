"""A run that GitHub shows no more: when that is news, and when it may only not be shown yet."""

from datetime import timedelta
from typing import Final

from state_schema.migration import GONE, RunSeen, StepState
from state_schema.signals import Observed

APPEARS: Final = timedelta(minutes=15)
"""After so long a run that is not shown is gone: GitHub shows one some time after it took the dispatch."""


def is_no_news(step: StepState, signal: Observed) -> bool:
    """Whether a run is not shown and may still appear, or nobody waits for it any more: its end is known already."""
    if not isinstance(signal.seen, RunSeen) or signal.seen.conclusion != GONE:
        return False
    return step.status != "waiting" or signal.at - step.since < APPEARS
