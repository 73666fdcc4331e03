"""`migrate plan …`: check, draw, explain and publish plans."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.store import Data, Json, engine, told
from shared.adapters.yaml_files import YamlFile
from shared.domain.plan_rules import problems_of
from shared.errors import InvalidFileError, InvalidInputError
from shared.messages.plan_graph import mermaid
from shared.messages.plan_words import explanation
from state_schema.plan import Plan

app = typer.Typer(help="Plans: what every resource goes through.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A plan as YAML; `-` reads standard input.")]


def read_plan(file: Path) -> Plan:
    """The plan in the file; InvalidInputError lists all that is wrong with it."""
    return YamlFile.read(file).parsed(Plan, problems_of)


@app.command("validate")
def validate(file: File, as_json: Json = False) -> None:
    """Say everything that is wrong with a plan, with file, line and field. Exit code 2 where anything is.

    With --json, an object: plan, environments, phases, steps; or, where it is
    wrong, problems (a list: file, line, field, problem).

    Example: migrate plan validate airflow-3.plan.yaml
    """
    with told():
        try:
            plan = read_plan(file)
        except InvalidInputError as exc:
            if as_json:
                typer.echo(json.dumps({"problems": _documents(exc)}))
                raise typer.Exit(2) from exc
            raise
        steps = sum(len(phase.steps) for phase in plan.phases)
        found = {"plan": plan.ref, "environments": list(plan.environments), "phases": len(plan.phases), "steps": steps}
        typer.echo(json.dumps(found) if as_json else f"{plan.ref} is valid: {len(plan.phases)} phases, {steps} steps.")


def _documents(exc: InvalidInputError) -> list[dict[str, object]]:
    """What is wrong, for machines; without a line and a field where the file could not be read as a plan at all."""
    if isinstance(exc, InvalidFileError):
        return [one._asdict() for one in exc.found]
    return [{"problem": one} for one in exc.problems]


@app.command("graph")
def graph(file: File) -> None:
    """Draw a plan as a Mermaid flowchart, on standard output. A wrong plan is refused as by `validate`.

    Example: migrate plan graph airflow-3.plan.yaml
    """
    with told():
        typer.echo(mermaid(read_plan(file)), nl=False)


@app.command("explain")
def explain(file: File) -> None:
    """Tell the way of one resource in words (Markdown): who does what, and what people are asked, in order.

    Example: migrate plan explain airflow-3.plan.yaml
    """
    with told():
        typer.echo(explanation(read_plan(file)), nl=False)


@app.command("publish")
def publish(file: File, data: Data = None, as_json: Json = False) -> None:
    """Publish a plan version. It never changes after: publishing the same again is fine, another one is refused.

    Example: migrate plan publish airflow-3.plan.yaml
    """
    with told():
        plan = read_plan(file)
        new = engine(data).plans.publish(plan)
        said = f"Published {plan.ref}." if new else f"{plan.ref} is published already, exactly like this."
        typer.echo(json.dumps({"plan": plan.ref, "published": new}) if as_json else said)
