"""A skill's failure in words that fit: whatever the outside said, it never breaks or leaks through a report."""

import re
from datetime import datetime, timedelta
from typing import Final

from state_schema.migration import Category
from state_schema.secrets import secret_fields
from state_schema.signals import Failed

LONGEST_REASON: Final = 500
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_WITHHELD: Final = "The reason is withheld, because it holds something like a credential: look where it came from."
_LONGEST_DELAY: Final = 3600.0


def failed(category: Category, reason: str, code: str, retry_at: datetime | None = None) -> Failed:
    """`reason` on one line, cut to what a report holds; a text that looks like a credential is withheld."""
    line = _UNPRINTABLE.sub(" ", reason).strip() or "It failed, and nothing was said about why."
    if any(secret_fields(line)):
        line = _WITHHELD
    if len(line) > LONGEST_REASON:
        line = line[: LONGEST_REASON - 1] + "…"
    return Failed(category=category, reason=line, code=code, retry_at=retry_at)


def failed_for_now(reason: str, code: str, now: datetime, delay: float | None = None) -> Failed:
    """A transient failure: tried again `delay` seconds from `now`, an hour at most; without `delay`, when the frame says."""
    if delay is None:
        return failed("transient", reason, code)
    return failed("transient", reason, code, now + timedelta(seconds=max(0.0, min(delay, _LONGEST_DELAY))))
