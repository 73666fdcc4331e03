"""`migrate migration …`: what is done to migrations as such, whatever step they are at."""

import json
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli.naming import campaigns_named
from cli.store import ACTOR, Data, Json, engine, told
from cli.unserved import Counted, tell_if_unserved
from shared.app.move import Asked, Moves, Prepared, Problem, carry_out, prepare
from shared.app.typed_moves import move_of
from shared.bootstrap import utc_now
from shared.engines import Engine
from shared.errors import InvalidInputError
from shared.messages.escaping import as_plain
from shared.messages.moves import moved_text, problem_text
from state_schema.campaign import Campaign
from state_schema.moves import Move

app = typer.Typer(help="Migrations: one resource in one campaign.", no_args_is_help=True)
Resources = Annotated[list[str] | None, typer.Argument(metavar="[RESOURCE]...", help="Ids; or --all, or --wave N.")]
To = Annotated[str, typer.Option("--to", metavar="PLAN@VERSION", help="The published version, as in airflow-3@2.")]
Renames = Annotated[
    list[str] | None,
    typer.Option("--rename", metavar="OLD=NEW", help="A step (PHASE.STEP) and where it is in that version."),
]
LeftOut = Annotated[
    list[str] | None,
    typer.Option(
        "--leave-out", metavar="PHASE.STEP", help="A new step that is missed, because the resource is past it."
    ),
]


@app.command("move")
def move(
    to: To,
    resources: Resources = None,
    *,
    rename: Renames = None,
    leave_out: LeftOut = None,
    every: Annotated[bool, typer.Option("--all", help="All that are neither over nor there already.")] = False,
    wave: Annotated[int | None, typer.Option("--wave", metavar="N", help="The same, of one wave.")] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", help="Which one, where there are several.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and write nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Move migrations to another version of their plan. All are checked first; where one cannot be moved, none is.

    What is asked is asked anew, and approvals are wanted again. Exit code 1 where something was not moved.

    Example: migrate migration move --all --to airflow-3@2 --preview
    """
    with told():
        if sum((bool(resources), every, wave is not None)) != 1:
            raise InvalidInputError(("Name resources, or give --all, or --wave N: one of the three.",))
        asked_for = move_of(to, rename or [], leave_out or [])
        if not isinstance(asked_for, Move):
            raise InvalidInputError(tuple(map(as_plain, asked_for)))
        ports = engine(data)
        outbox = Counted(ports.outbox)
        its = _campaign(campaign, ports)
        if wave is not None and wave not in its.waves:
            raise InvalidInputError((f"{its.id} has no wave {wave}; it has {', '.join(map(str, its.waves))}.",))
        asked = Asked(
            campaign=its,
            move=asked_for,
            actor=ACTOR,
            at=utc_now(),
            id=f"cli:{uuid.uuid4()}",
            resources=tuple(resources or ()),
            wave=wave,
        )
        moves = prepare(asked, ports.store)
        done, problems = ((), moves.problems) if preview else carry_out(moves, store=ports.store, outbox=outbox)
        shown = moves.prepared if preview and not problems else done
        if as_json:
            typer.echo(json.dumps(_document(asked, moves, shown, problems, preview=preview)))
        else:
            _tell(asked, moves, shown, problems, preview=preview)
        tell_if_unserved(outbox, data)
    raise typer.Exit(1 if problems else 0)


def _campaign(name: str | None, ports: Engine) -> Campaign:
    known = campaigns_named(ports, name)
    if len(known) > 1:
        raise InvalidInputError((f"There are several campaigns: {', '.join(known)}. Name one with --campaign.",))
    return ports.campaigns.load(next(iter(known), "of any name"))[1]


def _document(
    asked: Asked, moves: Moves, shown: Sequence[Prepared], problems: Sequence[Problem], *, preview: bool
) -> dict[str, Any]:
    return {
        "campaign": asked.campaign.id,
        "to": asked.move.to,
        "preview": preview,
        "moved": [
            {"resource": one.resource, "then": one.then, **one.event.model_dump(mode="json", exclude={"kind", "shown"})}
            for one in shown
        ],
        "left": list(moves.left),
        "problems": [
            {
                "resource": resource or None,
                "reason_code": refusal.reason_code,
                "message": refusal.message,
                "next_step": refusal.next_step,
            }
            for resource, refusal in problems
        ],
    }


def _tell(asked: Asked, moves: Moves, shown: Sequence[Prepared], problems: Sequence[Problem], *, preview: bool) -> None:
    did = "Would move" if preview else "Moved"
    for one in shown:
        typer.echo(f"{did} {one.resource}: {moved_text(one.event)}." + (f" Then: {one.then}" if one.then else ""))
    if moves.left:
        typer.echo(f"Left as they are, because they are over or there already: {', '.join(moves.left)}.")
    for resource, refusal in problems:
        typer.secho(problem_text(resource, refusal), err=True, fg="red")
    if problems and not shown:
        typer.secho("Nothing was moved.", err=True, fg="red")
    elif not shown:
        typer.echo(f"There is nothing to move to {asked.move.to}.")
