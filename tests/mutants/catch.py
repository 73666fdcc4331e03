"""Runs inside a copy of the tree: one catcher, whose finding is the last line of its output, as JSON.

`python -m tests.mutants.catch simulation FIRST LAST`, or `... catch examples PATH...`.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


@dataclass(slots=True)
class Finding:
    """`by`: the rule or test that found something, empty where none did; `tried`: how many seeds or tests that took."""

    by: str = ""
    said: str = ""
    tried: int = 0


def main() -> None:
    """SystemExit says why nothing could be found out: that is no finding."""
    _look_where_we_are()
    kind, *given = sys.argv[1:]
    finding = _simulate(int(given[0]), int(given[1])) if kind == "simulation" else _run_tests(given)
    sys.stdout.write("\n" + json.dumps(asdict(finding)) + "\n")


def _look_where_we_are() -> None:
    """The project is installed as a link to the real tree, which must not win over the copy."""
    import shared

    if not Path(str(shared.__file__)).resolve().is_relative_to(Path.cwd().resolve()):
        sys.exit(f"shared comes from {shared.__file__} and not from the copy in {Path.cwd()}")


def _simulate(first: int, last: int) -> Finding:
    from tests.simulation.many import outcome_of

    for tried, seed in enumerate(range(first, last + 1), start=1):
        violation = outcome_of(seed).violation
        if violation is not None:
            return Finding(violation.rule, f"seed {seed}: {violation.problem}"[-500:], tried)
    return Finding(tried=last + 1 - first)


def _run_tests(paths: list[str]) -> Finding:
    import pytest

    noted = _Noted(Finding())
    code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", *paths], plugins=[noted])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        sys.exit(f"the tests could not be run: pytest ended with {code}")
    return noted.finding


@dataclass(eq=False)
class _Noted:
    """A pytest plugin that keeps the first failure."""

    finding: Finding

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        self.finding.tried += report.when == "call"
        if report.failed and not self.finding.by:
            self.finding.by = report.nodeid
            self.finding.said = report.longreprtext.strip()[-500:]


if __name__ == "__main__":
    main()
