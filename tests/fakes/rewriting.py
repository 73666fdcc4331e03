"""A linter that replaces one word and finds another."""

from collections.abc import Mapping

from shared.ports.rewriting import Finding, Rewritten
from tests.fakes.crashes import Outside


class FakeLinter(Outside):
    """`old` becomes `new`; each line with `hopeless` is a finding."""

    def rewrite(self, files: Mapping[str, str]) -> Rewritten:
        self.read("rewrite")
        changed = {path: text.replace("old", "new") for path, text in files.items() if "old" in text}
        found = [
            Finding("AIR301", path, number, "`hopeless` is removed in Airflow 3.0")
            for path, text in sorted(files.items())
            for number, line in enumerate(text.splitlines(), 1)
            if "hopeless" in line
        ]
        return Rewritten(changed, tuple(found))
