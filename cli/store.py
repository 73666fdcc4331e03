"""Which store a command works on, and how its errors are told: exit 1 refused, 2 wrong input, 3 try again later."""

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
from shared.errors import InvalidInputError, NotFoundError, PermanentError, RetryableError
from shared.settings import Settings

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
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]


def engine(data: Path | None) -> Engine:
    """The engine that the environment's settings and `--data` ask for."""
    settings = Settings.from_environment(os.environ)
    if data is not None:
        settings = replace(settings, data=str(data))
    if settings.engine == "embedded" and not Path(settings.data).exists():
        message = (
            f"There is no data file {settings.data}. Start one with `migrate sandbox serve --data {settings.data}`."
        )
        raise NotFoundError(message)
    composition = bootstrap.from_settings(settings)
    bootstrap.use(composition)
    return composition.engine


@contextmanager
def told() -> Iterator[None]:
    """Errors as sentences on standard error, with an exit code that a script can trust."""
    try:
        yield
    except InvalidInputError as exc:
        for problem in exc.problems:
            typer.secho(problem, err=True, fg="red")
        raise typer.Exit(2) from exc
    except (NotFoundError, PermanentError) as exc:
        typer.secho(str(exc), err=True, fg="red")
        raise typer.Exit(1) from exc
    except BotoCoreError as exc:
        typer.secho(
            f"AWS cannot be reached: {exc} Set AWS_DEFAULT_REGION and credentials, and the WAYMARK_… names.",
            err=True,
            fg="red",
        )
        raise typer.Exit(2) from exc
    except RetryableError as exc:
        typer.secho(f"{exc}. Try again.", err=True, fg="yellow")
        raise typer.Exit(3) from exc
