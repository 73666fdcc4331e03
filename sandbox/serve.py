"""Serves one world until it is stopped: real time, functions at work, webhooks on their way, and nobody else acting."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sandbox.clock import RealClock
from sandbox.fresh import CAMPAIGN, PLAN, apply_campaign, fill_github
from sandbox.quiet import quieten
from sandbox.runtime import Runtime
from sandbox.stopping import stopped_by_signals
from sandbox.world import OPERATOR, TEAM, World, alerts_beside, open_world
from shared import names
from shared.adapters.yaml_files import YamlFile
from shared.engines import Engine as Ports
from shared.errors import InvalidInputError
from shared.settings import Engine
from state_schema.campaign import Campaign
from state_schema.plan import Plan

SWEEP_EVERY: Final = 5.0
"""Seconds. Deployed, it is a minute."""
DELIVER_EVERY: Final = 0.1


def serve(
    port: int = 0, data: Path = Path(".waymark/waymark.db"), *, as_json: bool = False, engine: Engine = "embedded"
) -> None:
    """Serves the world of `data` on 127.0.0.1 until SIGTERM or SIGINT; prints one line when it is ready.

    A fresh world gets the example plan and campaign. Killed, it goes on where it was when it is started again. With the
    engine `aws` it is a fresh world each time, whatever `data` is: the emulator forgets everything when it stops.
    PermanentError where another process has the file; InvalidInputError where `port` is taken.
    """
    quieten()
    with ExitStack() as stack:
        stop = stack.enter_context(stopped_by_signals())
        aws = None
        if engine == "aws":
            from sandbox.emulated import emulated_aws

            folder = Path(stack.enter_context(TemporaryDirectory(prefix="waymark-")))
            aws, data = stack.enter_context(emulated_aws(folder)), folder / "world.db"
        try:
            world = stack.enter_context(open_world(data, RealClock(), port=port, deliver_every=DELIVER_EVERY, aws=aws))
        except OSError as exc:
            what = (
                f"port {port} of 127.0.0.1 cannot be served on"
                if exc.filename is None
                else f"{exc.filename} cannot be used"
            )
            raise InvalidInputError((f"{what}: {exc.strerror}",)) from exc
        campaign = _prepared(world)
        _print_ready(world, campaign, as_json=as_json)
        Runtime(world.engine.inbox, world.clock.now).work_until(stop, SWEEP_EVERY)


def _prepared(world: World) -> str:
    """The campaign's name; what a fresh world lacks is added, which after a crash may be a part of it.

    The example comes without its windows: on the real clock, whoever tries it on a Sunday would wait until Monday.
    """
    example = YamlFile.read(CAMPAIGN).parsed(Campaign).model_copy(update={"windows": ()})
    applied = list(world.engine.campaigns.names())
    fill_github(world.github, [resource.id for resource in example.resources])
    if not applied or (applied == [example.id] and not _is_whole(world.engine, example)):
        apply_campaign(world.engine, YamlFile.read(PLAN).parsed(Plan), example, world.clock.now())
        return example.id
    return example.id if example.id in applied else applied[0]


def _is_whole(ports: Ports, example: Campaign) -> bool:
    """Whether the example was applied to its end: whoever changed it since does not get it back."""
    _, stored = ports.campaigns.load(example.id)
    return stored != example or len(list(ports.index.in_campaign(example.id))) == len(example.resources)


def _print_ready(world: World, campaign: str, *, as_json: bool) -> None:
    ready: dict[str, Any] = {
        "url": world.url,
        "github_webhook_secret": world.secrets.get(names.GITHUB_WEBHOOK_SECRET),
        "slack_signing_secret": world.secrets.get(names.SLACK_SIGNING_SECRET),
        "github_api": world.settings.github_api,
        "slack_api": world.settings.slack_api,
        "team_id": TEAM,
        "operator": OPERATOR,
        "campaign": campaign,
        "alerts": str(alerts_beside(world.data)),
    }
    beside = f"GitHub {ready['github_api']}, Slack {ready['slack_api']}, data {world.data}, alerts {ready['alerts']}"
    text = f"Waymark serves {world.url} ({beside})"
    print(json.dumps(ready) if as_json else text, flush=True)


if __name__ == "__main__":
    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=False))
    serve(int(arguments.get("--port", "0")), Path(arguments["--data"]), as_json=True)
