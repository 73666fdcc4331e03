"""What `rewrite_dags` needs of a linter that can also repair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person (or an agent) has to settle: `line` counts from 1, in the rewritten text."""

    rule: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text of each file that changed, and what remains to be done in all files, by path and line."""

    files: Mapping[str, str]
    remaining: tuple[Finding, ...]


class Linter(Protocol):
    """Rewrites Python files for Airflow 3 as far as a rule can."""

    def rewrite(self, files: Mapping[str, str]) -> Rewritten:
        """Path to text, in and out; files that are not Python are left alone, broken ones are findings.

        RetryableError where it takes too long; PermanentError where the tool is missing or crashes on a file.
        """
        ...
