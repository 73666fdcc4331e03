"""Which store a command works on, and how its errors are told: exit 1 refused, 2 wrong input or unusable, 3 busy."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from botocore.exceptions import BotoCoreError

from shared import bootstrap
from shared.engines import Engine
from shared.errors import InvalidInputError, NotFoundError, PermanentError, RetryableError, StaleStateError
from shared.settings import PREFIX, Settings

ACTOR: Final = "principal:local"
"""Who acts from this machine. The campaign's people must list it."""
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="The file of `migrate sandbox serve --data FILE`. Default: WAYMARK_DATA, or .waymark/waymark.db.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def engine(data: Path | None) -> Engine:
    """The engine that the environment's settings and `--data` ask for.

    InvalidInputError where the data file is missing or cannot be ours, where both engines are asked for, or where the
    queues' address is not given.
    """
    settings = settings_of(data)
    if settings.engine == "embedded":
        _require_data(Path(settings.data))
    composition = bootstrap.from_settings(settings)
    bootstrap.use(composition)
    return composition.engine


def data_file(data: Path | None) -> Path | None:
    """The file that `engine` works on; None where that is no file."""
    settings = settings_of(data)
    return Path(settings.data) if settings.engine == "embedded" else None


def settings_of(data: Path | None) -> Settings:
    """The environment's, with `--data` in its place; InvalidInputError where both engines are asked for, or one is wrong."""
    if data is not None and os.environ.get(f"{PREFIX}ENGINE") == "aws":
        problem = "--data names a file, and WAYMARK_ENGINE=aws a deployment: leave out --data, or unset WAYMARK_ENGINE."
        raise InvalidInputError((problem,))
    settings = Settings.from_environment(os.environ)
    return settings if data is None else replace(settings, data=str(data))


def _require_data(file: Path) -> None:
    from shared.adapters.sql_file import usable

    usable(file, new=True)
    if not file.exists():
        serve = f"`migrate sandbox serve --data {file}`"
        problem = f"There is no data file {file}. Start one with {serve}, and wait until it is ready."
        raise InvalidInputError((problem,))


@contextmanager
def told() -> Iterator[None]:
    """Errors as sentences on standard error, with an exit code that a script can trust."""
    try:
        yield
    except InvalidInputError as exc:
        raise _ended(2, *exc.problems) from exc
    except NotFoundError as exc:
        raise _ended(1, str(exc)) from exc
    except PermanentError as exc:
        raise _ended(2, str(exc)) from exc
    except BotoCoreError as exc:
        text = f"AWS cannot be reached: {exc} Set AWS_DEFAULT_REGION and credentials, and the WAYMARK_… names."
        raise _ended(2, text) from exc
    except StaleStateError as exc:
        raise _ended(3, "Somebody else changed the same thing at this moment. Try again.", color="yellow") from exc
    except RetryableError as exc:
        text = str(exc).removesuffix(".").removesuffix("Try again").rstrip(". ")
        raise _ended(3, f"{text}. Try again.", color="yellow") from exc


def _ended(code: int, *sentences: str, color: str = "red") -> typer.Exit:
    for sentence in sentences:
        typer.secho(sentence, err=True, fg=color)
    return typer.Exit(code)
