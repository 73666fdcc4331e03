"""What `migrate audit verify` says of what it checked: to people, to machines, and to whoever watches the log."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from shared import names
from shared.domain.audit_findings import Audited
from shared.messages.escaping import one_line
from shared.observability import door_logger, tell_unexpected

Checked = tuple[str, Audited]
"""What was checked (a campaign, its ACTS, its APPLICATIONS, or a migration), and what was found."""
ACTS: Final = "#acts"
APPLICATIONS: Final = "#applications"
_LONGEST: Final = 1000


def verdict(checked: Sequence[Checked]) -> str:
    """The JSON object of `--json`."""
    return json.dumps(
        {
            "intact": not any(found.findings for _, found in checked),
            "events": sum(found.events for subject, found in checked if "/" in subject),
            "checked": [
                {
                    "subject": subject,
                    "events": found.events,
                    "tail": found.tail,
                    "chained_from": found.chained_from,
                    "findings": [
                        {"number": one.number, "problem": one.problem, "message": one.message} for one in found.findings
                    ],
                }
                for subject, found in checked
            ],
        }
    )


def sentences(checked: Sequence[Checked]) -> str:
    """A line for each finding, then what was counted."""
    told = [(subject.partition("#")[0], one.message) for subject, found in checked for one in found.findings]
    lines = [one_line(f"{subject}: {message}", _LONGEST) for subject, message in told]
    found = f"{len(lines):,} found in" if lines else "Intact:"
    return "\n".join([*lines, *_before_the_chain(checked), f"{found} {_counted(checked)}."])


def _before_the_chain(checked: Sequence[Checked]) -> Iterator[str]:
    """What is older than its chain, so that nobody takes it for proved."""
    for subject, found in checked:
        campaign, _, what = subject.partition("#")
        if what and found.unchained:
            chain = "not chained" if found.chained_from is None else f"chained from number {found.chained_from} on"
            older = _many(found.unchained, what.removesuffix("s"))
            yield f"{campaign}: its {what} are {chain}; nothing is proved of {older} from before there were hashes."


def _counted(checked: Sequence[Checked]) -> str:
    migrations = [found.events for subject, found in checked if "/" in subject]
    said = f"{_many(sum(migrations), 'event')} of {_many(len(migrations), 'migration')}"
    if len(migrations) == len(checked):
        return said
    files, acts = (
        sum(found.events for subject, found in checked if subject.endswith(end)) for end in (APPLICATIONS, ACTS)
    )
    return f"{said}, {_many(files, 'applied campaign file')}, {_many(acts, 'act')} on campaigns"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def alert(checked: Sequence[Checked]) -> None:
    """For a verification that nobody watches: a line and a count for each history that is not intact."""
    log = door_logger("audit")
    for subject, found in checked:
        if found.findings:
            told = {"subject": subject, "findings": len(found.findings), "reason": found.findings[0].message}
            tell_unexpected(log, "history is not intact", names.BROKEN_CHAIN, told)
