"""`migrate serve`: the persistent service, as one long-lived process."""

import json
import logging
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.store import Data, Json, settings_of, told
from shared import bootstrap
from shared.errors import InvalidInputError

_SHORTEST: Final = 32


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    host: Annotated[
        str, typer.Option(help="The address to listen on; put a proxy that speaks TLS before it.")
    ] = "127.0.0.1",
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="Opens the status routes to whoever sends this token (32 characters or more); else they are not there.",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Serve the doors, the workers and the sweep in one process, until SIGTERM or Ctrl-C. Prints one line when ready.

    With WAYMARK_ENGINE=aws it works on the tables and queues of a deployment or of the emulator, else on the data file.
    Settings and secrets come from where the functions have them. Killed, it loses nothing: start it again. Several may
    run side by side on AWS; on a file only one.

    Example: migrate serve --port 8080 --token-file /run/secrets/waymark-token
    """
    from sandbox.service import Listening, require, serving, work_until
    from sandbox.stopping import stopped_by_signals
    from shared.adapters.sql_file import usable

    with told(), stopped_by_signals() as stop:
        listening = Listening(host, port, _token(token_file))
        settings = settings_of(data)
        if settings.engine == "embedded":
            usable(Path(settings.data), new=True)
        _log_plainly()
        composition = bootstrap.from_settings(settings)
        require(composition)
        with serving(composition, listening) as url:
            ready = {"url": url, "engine": settings.engine, "status_routes": bool(listening.token)}
            typer.echo(json.dumps(ready) if as_json else f"Waymark serves {url} on the engine {settings.engine}.")
            work_until(stop, composition)


def _token(file: Path | None) -> str:
    """What the file holds, without white space around it; InvalidInputError where it is no token or others may read it."""
    if file is None:
        return ""
    try:
        token, mode = file.read_text(encoding="ascii").strip(), file.stat().st_mode
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInputError((f"The token file {file} cannot be read: {exc}.",)) from exc
    if mode & 0o077:
        raise InvalidInputError((f"Others may read the token file {file}: chmod 600 {file}.",))
    if len(token) < _SHORTEST or not token.isprintable() or " " in token:
        problem = (
            f"The token in {file} must be one word of {_SHORTEST} characters or more: openssl rand -hex 32 > {file}."
        )
        raise InvalidInputError((problem,))
    return token


def _log_plainly() -> None:
    """Log lines go to standard error; metrics are for CloudWatch alone, and nobody reads them here."""
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
