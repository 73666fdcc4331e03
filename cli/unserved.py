"""Says when what a command has put into the queues lies there because nobody works on it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import typer

from cli.store import data_file
from sandbox.keeping import is_served
from shared.ports.queues import Outbox


@dataclass
class Counted:
    """An outbox that counts what is sent through it."""

    outbox: Outbox
    sent: int = 0

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        """As the port says."""
        self.outbox.send(queue, body, group=group, key=key, delay=delay, correlation=correlation)
        self.sent += 1


def tell_if_unserved(outbox: Counted, data: Path | None) -> None:
    """One line on standard error where something was sent and no process serves the data file.

    Of a deployment nothing is said: AWS serves it.
    """
    file = data_file(data)
    if outbox.sent and file is not None and not is_served(file):
        serve = f"migrate sandbox serve --data {shlex.quote(str(file))}"
        typer.secho(
            f"Accepted and stored; nothing serves this file now: run `{serve}`, and it goes on.", err=True, fg="yellow"
        )
