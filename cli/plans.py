"""`migrate plan …`: check and publish plans."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.store import Data, Json, engine, told
from shared.adapters.yaml_files import YamlFile
from shared.domain.plan_rules import problems_of
from state_schema.plan import Plan

app = typer.Typer(help="Plans: what every resource goes through.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A plan as YAML.")]


def read_plan(file: Path) -> Plan:
    """The plan in the file; InvalidInputError lists all that is wrong with it."""
    return YamlFile.read(file).parsed(Plan, problems_of)


@app.command("validate")
def validate(file: File, as_json: Json = False) -> None:
    """Say everything that is wrong with a plan, with file, line and field. Exit code 2 where anything is."""
    with told():
        plan = read_plan(file)
        steps = sum(len(phase.steps) for phase in plan.phases)
        found = {"plan": plan.ref, "environments": list(plan.environments), "phases": len(plan.phases), "steps": steps}
        typer.echo(json.dumps(found) if as_json else f"{plan.ref} is valid: {len(plan.phases)} phases, {steps} steps.")


@app.command("publish")
def publish(file: File, data: Data = None, as_json: Json = False) -> None:
    """Publish a plan version. It never changes after: publishing the same again is fine, another one is refused."""
    with told():
        plan = read_plan(file)
        new = engine(data).plans.publish(plan)
        said = f"Published {plan.ref}." if new else f"{plan.ref} is published already, exactly like this."
        typer.echo(json.dumps({"plan": plan.ref, "published": new}) if as_json else said)
