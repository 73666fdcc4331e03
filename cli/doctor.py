"""`migrate doctor`: looks at a deployment, and says how to mend what is wrong."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.setup_answers import read_stage
from cli.store import Json, told
from shared.app.doctor import Patient, examine
from shared.bootstrap import utc_now
from shared.domain.findings import LEVELS, Finding, Level
from shared.errors import InvalidInputError
from shared.messages.escaping import one_line
from shared.settings import Settings
from state_schema.stage import FOLDER, Stage, is_stage_name

_COLOURS: Final[Mapping[Level, str]] = {"ok": "green", "warn": "yellow", "broken": "red"}
_LONGEST: Final = 1000


def doctor(
    stage: Annotated[str, typer.Option("--stage", help=f"Which one of {FOLDER}.")] = "production",
    root: Annotated[Path, typer.Option("--root", metavar="FOLDER", help="The checkout that has it.")] = Path(),
    redeliver: Annotated[
        bool, typer.Option("--redeliver", help="Ask GitHub to send again what did not arrive in the last three days.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look whether a deployment is well: secrets, tables, queues, functions, GitHub App, Slack app, alarms, sweep, clock.

    Reads with your AWS credentials (AWS_PROFILE) and changes nothing, but for --redeliver. No secret is shown. Exit code
    1 where something is broken, and it is said how to mend it; 2 where it cannot look at all.

    With --json, one object: `findings`, a list of check, level (ok, warn, broken), said and mend; and `broken`, how many are.

    Example: migrate doctor --stage production
    """
    with told():
        if not is_stage_name(stage):
            raise InvalidInputError((f"--stage is {stage!r}, which can be no stage's name.",))
        found = examine(_patient(read_stage(root / FOLDER / f"{stage}.toml")), redeliver=redeliver)
    _show(found, as_json=as_json)
    raise typer.Exit(1 if any(one.level == "broken" for one in found) else 0)


def _patient(stage: Stage) -> Patient:
    from shared.adapters.aws_deployment import AwsDeployment
    from shared.adapters.github_registration import GithubAppRegistration
    from shared.adapters.slack_identity import SlackBotIdentity

    settings = Settings(
        engine="aws",
        github_api=stage.github.api,
        github_app_id=stage.github.app_id,
        github_installation_id=stage.github.installation_id,
    )
    aws = AwsDeployment(stage.region)
    account = aws.account()  # no credentials, or no AWS: there is nothing to look at
    if stage.account not in {None, account}:
        where = f"the stage {stage.name} is in {stage.account}"
        raise InvalidInputError((f"The credentials are of the account {account}, {where}: set AWS_PROFILE.",))
    secrets = aws.secrets(settings.secrets_prefix)
    return Patient(
        stage=stage,
        secrets=secrets,
        github=lambda: GithubAppRegistration(settings, secrets),
        slack=SlackBotIdentity(secrets, stage.slack.api),
        foundations=aws,
        watch=aws,
        running=aws,
        due_times=aws.due_times(settings.state_table),
        now=utc_now(),
    )


def _show(found: Sequence[Finding], *, as_json: bool) -> None:
    counts = Counter(one.level for one in found)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(one) for one in found], "broken": counts["broken"]}))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        said = Text(one_line(one.said, _LONGEST))
        if one.mend:
            said.append(f"\n→ {one_line(one.mend, _LONGEST)}", style="dim")
        table.add_row(Text(one.level, style=_COLOURS[one.level]), one.check, said)
    console = Console(highlight=False)
    console.print(table)
    console.print(", ".join(f"{counts[level]} {level}" for level in LEVELS if counts[level]) + ".")
