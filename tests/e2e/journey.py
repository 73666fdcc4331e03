"""Carries a scenario through a deployment in real time: its people act on what they see, and everything else is deployed."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML

from sandbox.people import People
from sandbox.recorder import Recorder
from sandbox.result import EVERY, found_in, migrations_of, result_of
from sandbox.scenario import Script
from sandbox.slack.people import NoSuchButtonError
from sandbox.slack.workspace import Message
from sandbox.world import World
from shared.domain.view import View
from state_schema.ids import migration_id
from tests.e2e.deployed import Deployed

OVER: Final = frozenset({"completed", "aborted"})
_POLL: Final = 0.1


@dataclass(slots=True)
class Journey:
    """One scenario on its way. Campaigns have a channel each, so that a command typed there is about theirs."""

    deployed: Deployed
    script: Script
    world: World = field(init=False)
    people: People = field(init=False)
    runs_before: frozenset[int] = field(init=False)
    """Workflow runs of earlier journeys."""
    recorder: Recorder = field(default_factory=Recorder)

    def __post_init__(self) -> None:
        self.world = self.deployed.world()
        self.runs_before = frozenset(run["id"] for run in self.world.github.runs())
        self.people = People(self.world, self.script.campaign.channel, self.script.scenario.people)

    def apply(self) -> None:
        """Publishes its plan and applies its campaign with the command line, as an operator does."""
        for name, document in (("plan", self.script.plan), ("campaign", self.script.campaign)):
            path = self.deployed.outside.folder / f"{self.script.campaign.id}.{name}.yaml"
            with path.open("w") as file:
                YAML(typ="safe").dump(document.model_dump(mode="json", by_alias=True, exclude_unset=True), file)
            done = self.deployed.migrate(name, {"plan": "publish", "campaign": "apply"}[name], str(path))
            assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Somebody types that every resource is to start."""
        for resource in self.script.campaign.resources:
            self.people.type(f"start {resource.id}")

    def go(self, until: Callable[[Sequence[View]], bool], within: float) -> None:
        """People do what they are asked until that is so. AssertionError after so many seconds.

        They act where two looks showed the same: so each card that they come to was seen, and noted.
        """
        end, before = time.monotonic() + within, None
        while True:
            views, messages = self.views(), self._messages()
            self.recorder.note(views, messages)
            if until(views):
                return
            now = ([view.state.version for view in views], messages)
            if now == before and self._acted(views):
                before = None
            else:
                before = now
                time.sleep(_POLL)
            assert time.monotonic() < end, f"it hangs:\n{json.dumps(migrations_of(views), indent=1)}"

    def finish(self, within: float = 300) -> None:
        """On until all of it is over, and its expectations came true."""
        self.go(is_over, within)
        result = result_of(self.script, self.recorder, found_in(self.world, self.views()), "", 0)
        assert result.actual == result.expected

    def views(self) -> list[View]:
        """Its migrations as they are stored."""
        load = self.world.engine.migrations.load
        campaign = self.script.campaign
        return [load(migration_id(campaign.id, resource.id)).view for resource in campaign.resources]

    def _acted(self, views: Sequence[View]) -> bool:
        try:
            return bool(self.people.act(views))
        except NoSuchButtonError:  # the card has changed since it was read: look again
            return False

    def _messages(self) -> Sequence[Message]:
        return self.world.slack.messages(self.script.campaign.channel)


def is_over(views: Sequence[View]) -> bool:
    """Whether nothing more comes."""
    return all(view.state.status in OVER for view in views)


def in_campaign(script: Script, campaign: str, channel: str, resource: str) -> Script:
    """The same with one resource in a campaign of its own, at any hour: the example's windows would wait for Monday.

    What a scenario expects of the whole mock world, which others share here, is left to the test.
    """
    resources = tuple(one.model_copy(update={"id": resource}) for one in script.campaign.resources[:1])
    changes = {"id": campaign, "channel": channel, "resources": resources, "windows": ()}
    expect = script.scenario.expect
    state = {key: value for key, value in expect.state.items() if key == "migrations"}
    items = expect.state.get("items")
    if isinstance(items, dict):
        state["items"] = {EVERY: next(iter(items.values()))}
    scenario = script.scenario.model_copy(update={"expect": expect.model_copy(update={"state": state})})
    return script.model_copy(update={"campaign": script.campaign.model_copy(update=changes), "scenario": scenario})
