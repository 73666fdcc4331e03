"""Where an exported audit goes: standard output row by row, or a file that has its name only once it is whole."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from shared.domain.audit_findings import Unreadable
from shared.errors import InvalidInputError
from shared.messages.audit_rows import COLUMNS, Row, cells, json_line


@contextmanager
def destination(out: Path | None) -> Iterator[TextIO]:
    """What to write UTF-8 into; InvalidInputError where the file cannot be written. Until the end the file is `<name>.part`."""
    if out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        sys.stdout.flush()
        return
    if out.is_dir():
        raise InvalidInputError((f"{out} is a folder; name a file in it with --out",))
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as exc:
        raise InvalidInputError((f"{out} cannot be written: {exc.strerror}; name another file with --out",)) from exc
    finally:
        if part.is_file():
            part.unlink()


class Written(NamedTuple):
    """How many rows were written, and how many of them tell of something that cannot be read."""

    rows: int
    unreadable: int


def write(rows: Iterator[Row], form: str, file: TextIO) -> Written:
    """Writes each row as it comes, as `csv` or `jsonl`."""
    written = unreadable = 0
    table = csv.writer(file, lineterminator="\n")
    if form == "csv":
        table.writerow(COLUMNS)
    for written, row in enumerate(rows, start=1):  # noqa: B007 - it is returned
        unreadable += isinstance(row.document, Unreadable)
        if form == "csv":
            table.writerow(cells(row))
        else:
            file.write(f"{json_line(row)}\n")
    return Written(written, unreadable)
