"""The doors as their real handlers see them: queues and secrets in memory, and a clock that stands still."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from functions.github_webhook import handler as github_webhook
from functions.slack import handler as slack
from shared import names
from shared.adapters.secrets import FixedSecrets
from shared.bootstrap_doors import Doors
from shared.ports.queues import Outbox
from tests.deliveries import GITHUB_SECRET, NOW, SLACK_SECRET, TEAM
from tests.fakes.clock import FakeClock
from tests.fakes.modals import FakeModals
from tests.fakes.queues import FakeQueues

BOT = 9100
SECRETS: Mapping[str, str] = {
    names.GITHUB_WEBHOOK_SECRET: GITHUB_SECRET,
    names.SLACK_SIGNING_SECRET: SLACK_SECRET,
}


@dataclass(frozen=True)
class World:
    """What stands behind the doors, and what came through."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    modals: FakeModals = field(default_factory=FakeModals)
    queues: FakeQueues = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "queues", FakeQueues(self.clock))

    def doors(self, *, secrets: Mapping[str, str] = SECRETS, outbox: Outbox | None = None, team: str = TEAM) -> Doors:
        return Doors(outbox or self.queues, FixedSecrets(secrets), self.clock, self.modals, team, BOT)

    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """What each queue holds that holds anything."""
        held = {queue: [json.loads(body) for body in self.queues.bodies(queue)] for queue in names.QUEUES}
        return {queue: bodies for queue, bodies in held.items() if bodies}


@dataclass(frozen=True)
class Answer:
    """A door's answer; `body` is the JSON in it, or None where it is empty."""

    status: int
    body: Any = None


def post_github(event: object) -> Answer:
    return _read(github_webhook.handler(event, None))


def post_slack(event: object) -> Answer:
    return _read(slack.handler(event, None))


def _read(response: dict[str, object]) -> Answer:
    assert set(response) == {"statusCode", "headers", "body"}
    body = cast("str", response["body"])
    return Answer(cast("int", response["statusCode"]), json.loads(body) if body else None)
