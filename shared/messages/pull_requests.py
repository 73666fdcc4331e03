"""What people read on a pull request of ours: what it changes, why it is there, who asked, and what happens next."""

import re
from typing import Final, TypeVar

from shared.ports.skills import Work
from state_schema.ids import SHARED_TRACK
from state_schema.model import Model

Inputs = TypeVar("Inputs", bound=Model)

_LONGEST_TITLE: Final = 256
"""Characters; GitHub refuses more."""
_LONGEST_BODY: Final = 65_000
"""Characters; GitHub takes 65,536."""
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


def code(text: str, limit: int = 200) -> str:
    """Text from outside as a code span on one line: nothing in it formats, links or mentions anybody."""
    line = _UNPRINTABLE.sub(" ", text).replace("`", "'").replace("|", "\N{BROKEN BAR}").strip() or "?"
    return f"`{line if len(line) <= limit else line[: limit - 1] + '…'}`"


def title(work: Work[Inputs]) -> str:
    """`[airflow-3] email.notifications · test: infra`, behind the campaign's prefix where it has one."""
    campaign, resource = work.order.migration.split("/")
    phase = work.order.step.split(".")[0]
    prefix = work.scope.get("campaign.title_prefix", "")
    return f"{prefix}[{campaign}] {resource} · {_place(work)}: {phase}"[:_LONGEST_TITLE]


def body(work: Work[Inputs], what: str, details: str = "") -> str:
    """The description: `what` is one sentence, `details` is Markdown that follows. The marker at its end is hidden."""
    campaign = work.order.migration.split("/")[0]
    text = (
        f"**What.** {what}\n\n"
        f"**Why.** {code(work.resource.name or work.resource.id)} goes through the campaign {code(campaign)}; this is its "
        f"step {code(work.order.step)} ({_place(work)}).\n\n"
        f"**Who asked.** {_who_asked(work)}\n\n"
        "Waymark watches this pull request and goes on once it is merged. It never merges by itself: please review it, "
        "push what is missing, and merge it.\n"
    )
    marker = f"\n<!-- waymark: order {work.order.key} -->\n"
    more = f"\n{details}\n" if details else ""
    return text + more[: _LONGEST_BODY - len(text) - len(marker)] + marker


def _who_asked(work: Work[Inputs]) -> str:
    owner = code(work.resource.owner) if work.resource.owner else "nobody in particular"
    starter = work.scope.get("migration.started_by")
    started = f", started by {code(str(starter))}" if starter else ""
    return f"The campaign{started}; the resource belongs to {owner}."


def _place(work: Work[Inputs]) -> str:
    return work.order.environment or SHARED_TRACK
