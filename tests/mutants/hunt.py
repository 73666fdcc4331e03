"""Plants each bug in a copy of the tree of its own, and lets its catchers loose there."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from tests.mutants.bug import Bug, Catcher, Examples, Simulation, StaleBugError, planted

NO_BUG: Final = "no-bug"
"""The name of the control run: every catcher must let the unchanged copy pass."""
_LEFT_OUT: Final = (".*", "cdk.out", "build", "node_modules", "*.egg-info")
_LOCAL_AWS: Final = ".venv-ministack"
"""What tests on DynamoDB start; it is of no tree, so the copies share it."""
_LONGEST: Final = 240
"""Seconds for one catcher, on a machine that has other work too."""
Outcome = Literal["caught", "survived", "stale", "no answer", "passes", "fails"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one catcher made of one bug: `by` the rule or test, after `tried` seeds or tests. No catcher: it is stale."""

    bug: str
    catcher: Catcher | None
    outcome: Outcome
    by: str = ""
    said: str = ""
    tried: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return self.outcome in {"caught", "passes"}


def hunt(root: Path, bugs: Sequence[Bug], at_once: int = 2) -> Iterator[Verdict]:
    """First the control run, and nothing more where it fails; then the verdicts on all bugs, in the order they are ready."""
    with TemporaryDirectory(prefix="waymark-mutants-") as folder, ThreadPoolExecutor(at_once) as pool:
        clean = Path(folder, NO_BUG)
        # One copy of the tree for all, so that nobody who edits it meanwhile is taken for a bug.
        shutil.copytree(root, clean, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        (clean / _LOCAL_AWS).symlink_to(root / _LOCAL_AWS)
        controls = [pool.submit(_let_loose, clean, None, catcher) for catcher in _all_catchers(bugs)]
        yield from (done.result() for done in as_completed(controls))
        if all(done.result().good for done in controls):
            for judged in as_completed([pool.submit(_on_copy, clean, bug) for bug in bugs]):
                yield from judged.result()


def _all_catchers(bugs: Sequence[Bug]) -> list[Catcher]:
    """As few runs as cover every seed and every test of these bugs."""
    catchers = [catcher for bug in bugs for catcher in bug.caught_by]
    seeds = [catcher for catcher in catchers if isinstance(catcher, Simulation)]
    paths = sorted({path for catcher in catchers if isinstance(catcher, Examples) for path in catcher.paths})
    found: list[Catcher] = []
    if seeds:
        found.append(Simulation(min(one.first for one in seeds), max(one.last for one in seeds)))
    return [*found, Examples(tuple(paths))] if paths else found


def _on_copy(clean: Path, bug: Bug) -> list[Verdict]:
    copy = clean.with_name(bug.name)
    shutil.copytree(clean, copy, symlinks=True)
    try:
        _plant(copy, bug)
    except (StaleBugError, FileNotFoundError) as exc:
        return [Verdict(bug.name, None, "stale", said=str(exc))]
    else:
        return [_let_loose(copy, bug, catcher) for catcher in bug.caught_by]
    finally:
        shutil.rmtree(copy)


def _plant(copy: Path, bug: Bug) -> None:
    file = copy / bug.file
    file.write_text(planted(bug, file.read_text(encoding="utf-8")), encoding="utf-8")
    # Bytecode is told from its source by size and second alone, and both may be the same.
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def _let_loose(copy: Path, bug: Bug | None, catcher: Catcher) -> Verdict:
    name, began = bug.name if bug else NO_BUG, time.monotonic()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.mutants.catch", *_words(catcher)],
            cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True, text=True, timeout=_LONGEST, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Verdict(name, catcher, "no answer", said=f"no end in {_LONGEST} seconds")
    seconds = round(time.monotonic() - began, 1)
    if ran.returncode:
        return Verdict(name, catcher, "no answer", said=(ran.stdout + ran.stderr).strip()[-2000:], seconds=seconds)
    finding = json.loads(ran.stdout.splitlines()[-1])
    outcome: Outcome = ("caught" if finding["by"] else "survived") if bug else ("fails" if finding["by"] else "passes")
    return Verdict(name, catcher, outcome, **finding, seconds=seconds)


def _words(catcher: Catcher) -> list[str]:
    match catcher:
        case Simulation(first=first, last=last):
            return ["simulation", str(first), str(last)]
        case Examples(paths=paths):
            return ["examples", *paths]
