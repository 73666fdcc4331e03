"""`migrate sandbox …`: the same functions on this machine, with a mock GitHub, Slack and Airflow."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.store import Json, told
from shared.errors import InvalidInputError
from shared.settings import Engine

app = typer.Typer(help="Try everything on this machine: no AWS account, no GitHub, no Slack.", no_args_is_help=True)
EngineOption = Annotated[
    str, typer.Option("--engine", help="`embedded` (SQLite) or `aws` (DynamoDB and SQS on a local emulator).")
]


@app.command("run")
def run(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="By name.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Run every scenario there is.")] = False,
    as_json: Json = False,
    engine: EngineOption = "embedded",
    repository: Annotated[
        str | None,
        typer.Option(
            metavar="OWNER/NAME",
            help="Open real pull requests, titled `[SANDBOX] …`, in this test repository of yours. Takes the token from "
            "GITHUB_TOKEN. You merge them.",
        ),
    ] = None,
) -> None:
    """Carry migrations through scenarios, with mock people. Exit code 0 only if every expectation holds.

    With --json: one JSON object a line, one for each scenario.

    Example: migrate sandbox run happy_path deploy_failure
    """
    from sandbox.run import run_scenarios

    with told():
        results = run_scenarios(
            _chosen(scenarios or [], every=every),
            engine=_engine(engine),
            as_json=as_json,
            repository=repository,
            token=os.environ.get("GITHUB_TOKEN", ""),
        )
    raise typer.Exit(0 if all(result.passed for result in results) else 1)


@app.command("list")
def list_scenarios() -> None:
    """Name the scenarios there are, with what happens in each.

    Example: migrate sandbox list
    """
    from sandbox.scenario import load, names

    for name in names():
        typer.echo(f"{name}: {load(name).scenario.title}")


@app.command("serve")
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    data: Annotated[
        Path, typer.Option(metavar="FILE", help="Where everything is kept; made where it is missing.")
    ] = Path(".waymark/waymark.db"),
    as_json: Json = False,
    engine: EngineOption = "embedded",
) -> None:
    """Serve the deployed routes on 127.0.0.1 until stopped. Prints one line when ready.

    Stop it with Ctrl-C, or kill it: started again on the same file, it goes on where it was.

    Example: migrate sandbox serve --data trial.db --port 8080
    """
    from sandbox.serve import serve as serve_world
    from shared.adapters.sql_file import usable

    with told():
        usable(data, new=True)
        serve_world(port=port, data=data, as_json=as_json, engine=_engine(engine))


def _chosen(given: list[str], *, every: bool) -> list[str]:
    from sandbox.scenario import names

    known = list(names())
    if every:
        return known
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        problem = f"There is no scenario {unknown[0]!r}." if unknown else "Name a scenario, or give --all."
        raise InvalidInputError((f"{problem} Scenarios: {', '.join(known)}.",))
    return given


def _engine(name: str) -> Engine:
    match name:
        case "embedded" | "aws":
            return name
        case _:
            raise InvalidInputError((f"--engine is {name!r}; allowed: embedded, aws",))
