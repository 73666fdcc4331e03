"""When people are reminded of what they are asked, and who hears of it where nobody answers. Never an answer."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from state_schema.grammar import Duration
from state_schema.model import Model

TOPIC: Final = "topic"
"""The deployment's topic for alerts: e-mail, a pager."""
EscalationTarget = Annotated[
    str,
    StringConstraints(
        pattern=r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|slack-group:[A-Z0-9_]{1,40}/S[A-Z0-9_]{0,39}|topic)$"
    ),
]
"""`slack:<team>/<user>`, `slack-group:<team>/<S…>`, or `topic`."""
WorkingHours = Annotated[
    str,
    StringConstraints(
        pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? [0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d$"
    ),
]
"""`Mon-Fri 09:00-17:00`: the days, and the hours of each of them."""


class Reminders(Model):
    """Of each question that is open: first `after`, then `every`; once `escalate_after` to those of `escalate_to` too.

    Nothing is sent outside `hours` in `zone`. A plan step's own `remind` takes the place of `after` and `every`.
    """

    after: Duration = "4h"
    every: Duration = "24h"
    hours: WorkingHours = "Mon-Fri 09:00-17:00"
    zone: Annotated[str, Field(max_length=60)] = "UTC"
    escalate_after: Duration | None = None
    escalate_to: tuple[EscalationTarget, ...] = Field(default=(), max_length=10)
