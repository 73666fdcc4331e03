"""Shows people what the rules could not repair, as far as it fits into a pull request."""

from collections.abc import Sequence
from typing import Final

from shared.messages.pull_requests import code
from shared.ports.rewriting import Finding

_HEAD: Final = "| rule | file | line | what |\n|---|---|---|---|\n"


def findings_table(findings: Sequence[Finding], limit: int = 50_000) -> str:
    """A Markdown table of at most `limit` characters; how many did not fit is said below it. Empty without findings."""
    if not findings:
        return ""
    rows: list[str] = []
    room = limit - len(_HEAD)
    for finding in findings:
        row = f"| {code(finding.rule)} | {code(finding.path)} | {finding.line} | {code(finding.message)} |\n"
        if len(row) > room:
            break
        room -= len(row)
        rows.append(row)
    left = len(findings) - len(rows)
    more = f"\n… and {left} more: `ruff check --select AIR3 --preview` lists them.\n" if left else ""
    return f"### {len(findings)} findings for a person to settle\n\n{_HEAD}{''.join(rows)}{more}"
