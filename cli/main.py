"""The command `migrate`. Each group of commands has a module of its own."""

from importlib.metadata import version
from typing import Annotated

import typer

from cli import (
    audit,
    campaigns,
    commands,
    doctor,
    history,
    init,
    looking,
    migrations,
    parked,
    plans,
    sandbox,
    serve,
    status,
    trace,
)
from cli.terminal import Replacing

_EPILOG = (
    "Exit codes: 0 done; 1 refused, not passed, or no such thing; 2 wrong input, or it cannot work; 3 busy, try again. "
    "Answers go to standard output, refusals and errors to standard error."
)
app = typer.Typer(
    name="migrate",
    epilog=_EPILOG,
    cls=Replacing,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(plans.app, name="plan")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(migrations.app, name="migration")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(audit.app, name="audit")
app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("serve")(serve.serve)
app.command("start")(commands.start)
app.command("say", context_settings={"ignore_unknown_options": True})(commands.say)
app.command("next")(commands.next_)
app.command("pause")(commands.pause)
app.command("resume")(commands.resume)
app.command("freeze")(commands.freeze)
app.command("except")(commands.except_)
app.command("open-wave")(commands.open_wave)
app.command("status")(status.status)
app.command("inbox")(looking.inbox)
app.command("explain")(looking.explain)
app.command("logs")(looking.logs)
app.command("verify")(looking.verify)
app.command("reconcile")(looking.reconcile)
app.command("deploy")(looking.deploy)
app.command("history")(history.history)
app.command("trace")(trace.trace_)
app.command("parked")(parked.parked)
app.command("redrive")(parked.redrive)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"migrate {version('waymark')}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Say which version it is, and exit."),
    ] = False,
) -> None:
    """Carry many resources through a long migration, stopping where a person must decide."""


if __name__ == "__main__":
    app()
