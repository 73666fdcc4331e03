"""The command `migrate`. Each group of commands has a module of its own."""

import typer

from cli import campaigns, commands, parked, plans, sandbox, status

app = typer.Typer(
    name="migrate",
    help="Carry many resources through a long migration, stopping where a person must decide.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(plans.app, name="plan")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(sandbox.app, name="sandbox")
app.command("start")(commands.start)
app.command("say")(commands.say)
app.command("next")(commands.next_)
app.command("pause")(commands.pause)
app.command("resume")(commands.resume)
app.command("open-wave")(commands.open_wave)
app.command("status")(status.status)
app.command("parked")(parked.parked)
app.command("redrive")(parked.redrive)

if __name__ == "__main__":
    app()
