"""`python -m tests.mutants`: plants every deliberate bug and shows what found it; 1 where one was not found."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.mutants.bug import Bug
from tests.mutants.hunt import NO_BUG, Verdict, hunt
from tests.mutants.screen import shown
from tests.mutants.table import BUGS

ROOT: Final = Path(__file__).parent.parent.parent


def main(words: Sequence[str] | None = None, *, bugs: Sequence[Bug] = BUGS, root: Path = ROOT) -> int:
    """0 where everything that had to find a bug found it, and the unchanged code passes; else 1."""
    parser = argparse.ArgumentParser(prog="mutants", description="Plants bugs, to see that they are found.")
    parser.add_argument("--only", action="append", metavar="NAME", choices=[bug.name for bug in bugs], help="this bug")
    parser.add_argument("--list", action="store_true", help="say what the bugs are, and plant none")
    parser.add_argument("--json", action="store_true", help="the verdicts as JSON")
    given = parser.parse_args(words)
    chosen = [bug for bug in bugs if given.only is None or bug.name in given.only]
    console = Console(highlight=False, stderr=given.json)
    if given.list:
        _list(chosen, as_json=given.json)
        return 0
    began = time.monotonic()
    verdicts = shown(hunt(root, chosen), chosen, console)
    good = _all_good(verdicts, chosen)
    if given.json:
        sys.stdout.write(json.dumps({"ok": good, "verdicts": [_document(one) for one in verdicts]}, indent=2) + "\n")
    _tell(verdicts, chosen, console, time.monotonic() - began)
    return 0 if good else 1


def _all_good(verdicts: Sequence[Verdict], bugs: Sequence[Bug]) -> bool:
    """Where the control run fails there is no verdict on a bug, and that is not good either."""
    judged = {one.bug for one in verdicts}
    return all(one.good for one in verdicts) and judged == {NO_BUG, *(bug.name for bug in bugs)}


def _list(bugs: Sequence[Bug], *, as_json: bool) -> None:
    if as_json:
        listed = [{**asdict(bug), "caught_by": [str(one) for one in bug.caught_by]} for bug in bugs]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    for bug in bugs:
        sys.stdout.write(f"{bug.name}  {bug.does}  ({bug.file})\n")


def _document(verdict: Verdict) -> dict[str, object]:
    return {**asdict(verdict), "catcher": str(verdict.catcher) if verdict.catcher else None}


def _tell(verdicts: Sequence[Verdict], bugs: Sequence[Bug], console: Console, seconds: float) -> None:
    for one in verdicts:
        if not one.good:
            console.print(f"\n{one.bug}: {one.outcome}. {one.said or one.catcher}", markup=False, soft_wrap=True)
    caught = [bug for bug in bugs if _all_good([one for one in verdicts if one.bug in {bug.name, NO_BUG}], [bug])]
    console.print(f"{len(caught)} of {len(bugs)} bugs were found by all that had to, in {seconds:.0f} s.", markup=False)


if __name__ == "__main__":
    sys.exit(main())
