"""Rewrites Python for Airflow 3 with ruff. Its own count of what it fixed is never trusted: it is run again and compared."""

import json
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from shared.errors import PermanentError, RetryableError
from shared.ports.rewriting import Finding, Rewritten

_CHECK: Final = (
    "check", "--isolated", "--no-cache", "--no-respect-gitignore", "--ignore-noqa", "--quiet",
    "--target-version", "py314", "--select", "AIR3", "--preview", "--unsafe-fixes", "--output-format", "json",
)  # fmt: skip
"""A `# noqa` in a DAG was meant for other rules; the newest syntax is no error of a DAG."""
_SYNTAX: Final = "syntax-error"
_ANSWERED: Final = frozenset({0, 1})
"""Exit codes; 1 means that something was found."""


class RuffLinter:
    """Linter over the installed `ruff`, in a folder of its own, without our environment. `timeout` in seconds, for all."""

    def __init__(self, timeout: float = 120) -> None:
        self._timeout = timeout

    def rewrite(self, files: Mapping[str, str]) -> Rewritten:
        # Names of ours: theirs may be hostile, or in a folder that ruff leaves out unasked (build, venv).
        python = {f"dag{number:05}.py": path for number, path in enumerate(sorted(files)) if path.endswith(".py")}
        if not python:
            return Rewritten({}, ())
        with TemporaryDirectory(prefix="waymark-") as folder:
            bench = _Bench(Path(folder), {name: files[path] for name, path in python.items()}, self._timeout)
            marks = bench.settle()
            changed = {python[name]: text for name, text in bench.changed()}
        found = [Finding(mark.rule, python[mark.file], mark.line, mark.message) for mark in marks]
        return Rewritten(changed, tuple(sorted(found, key=lambda one: (one.path, one.line, one.rule))))


@dataclass(frozen=True, slots=True)
class _Mark:
    """One diagnostic; `stuck` where ruff still offers a repair after it repaired all that it could."""

    file: str
    rule: str
    line: int
    message: str
    stuck: bool


class _Bench:
    """The files at work in one folder."""

    def __init__(self, folder: Path, originals: Mapping[str, str], timeout: float) -> None:
        self._folder = folder
        self._originals = originals
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout

    def settle(self) -> list[_Mark]:
        """Repairs, and answers what remains.

        ruff goes round in circles on some code (`models.DAG(…)`) and leaves half a repair: there it begins again from the
        original, without the rules that got stuck. Each round leaves out at least one more rule, so there is an end.
        """
        without: set[str] = set()
        marks: list[_Mark] = []
        names: Collection[str] = self._originals
        while names:
            self._place(names)
            self._run(names, without, "--fix")
            marks = self._marks(without)
            stuck = [mark for mark in marks if mark.stuck]
            names = {mark.file for mark in stuck}
            without |= {mark.rule for mark in stuck}
        return marks

    def changed(self) -> Iterator[tuple[str, str]]:
        """(name, text) of each file that is no longer what it was."""
        for name, before in self._originals.items():
            after = (self._folder / name).read_bytes().decode()
            if after != before:
                yield name, after

    def _place(self, names: Collection[str]) -> None:
        for name in names:
            (self._folder / name).write_bytes(self._originals[name].encode())

    def _marks(self, without: Collection[str]) -> list[_Mark]:
        broken: set[str] = set()
        marks = []
        for mark in map(_mark, json.loads(self._run(self._originals, without))):
            # What follows a syntax error mostly follows from it.
            if mark.rule == _SYNTAX and mark.file in broken:
                continue
            if mark.rule == _SYNTAX:
                broken.add(mark.file)
            marks.append(mark)
        return marks

    def _run(self, names: Collection[str], without: Collection[str], *more: str) -> str:
        unfixable = ("--unfixable", ",".join(sorted(without))) if without else ()
        done = self._ruff(*_CHECK, *unfixable, *more, "--", *sorted(names))
        if done.returncode not in _ANSWERED:
            said = done.stderr.strip()[-200:]
            raise PermanentError(
                f"ruff crashed on these DAGs (exit code {done.returncode}): {said}. Take out the file that it stumbles over.",
                "rewriter_crashed",
            )
        return done.stdout

    def _ruff(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(
                (find_ruff_bin(), *arguments),
                cwd=self._folder,
                env={},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=max(0.0, self._deadline - time.monotonic()),
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise RetryableError(
                f"ruff took longer than {self._timeout:g} seconds on {len(self._originals)} DAGs; make the folder smaller if "
                "this comes again."
            ) from exc
        except OSError as exc:
            raise PermanentError(f"ruff cannot be run ({exc}): install it beside Waymark.", "rewriter_missing") from exc


def _mark(found: dict[str, Any]) -> _Mark:
    fix = found["fix"]
    return _Mark(
        file=Path(found["filename"]).name,
        rule=found["code"] or _SYNTAX,
        line=found["location"]["row"],
        message=found["message"],
        stuck=fix is not None and fix["applicability"] != "display",
    )
