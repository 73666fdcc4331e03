"""What came of a scenario: what was expected, what was found in its place, and the numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue

from sandbox.commenting import answered
from sandbox.evidence import Document, evidence
from sandbox.recorder import Recorder
from sandbox.scenario import Script
from sandbox.script import Expectations, ExpectedAnswer, ExpectedCheckpoint
from sandbox.slack.reading import read
from sandbox.slack.workspace import Message
from sandbox.world import World
from shared.domain.display import phases_of
from shared.domain.follow import track_names
from shared.domain.view import View
from shared.messages.standing import Standing

EVERY: Final = "*"


class Result(BaseModel):
    """One scenario's result. It passed where `actual` is `expected`, and nothing kept it from its end (`problem`)."""

    model_config = ConfigDict(frozen=True)

    scenario: str
    passed: bool
    expected: dict[str, JsonValue]
    actual: dict[str, JsonValue]
    migrations: dict[str, Document]
    cards: int
    pull_requests: int
    workflow_runs: int
    seconds: float


def migrations_of(views: Sequence[View]) -> Document:
    """Status, tracks and phases of each migration, and how many events it took."""
    return {view.state.id: _migration(view) for view in views}


def _migration(view: View) -> Document:
    tracks = {
        name: {"status": Standing(view, name).status, "phases": dict(phases_of(view, name))}
        for name in track_names(view)
    }
    return {"status": view.state.status, "tracks": tracks, "history": view.state.version}


def found_in(world: World, views: Sequence[View]) -> Document:
    """All that a scenario may expect of the end: the migrations, and what was done in the mock world."""
    channels = {view.campaign.channel for view in views}
    messages = [one for channel in sorted(channels) for one in world.slack.messages(channel)]
    return {
        "migrations": migrations_of(views),
        **_wall(messages),
        "pull_requests": _opened(world, views),
        "workflow_runs": len(world.github.runs()),
        "items": {view.state.resource.id: _items(world, view) for view in views},
        **evidence(world, views),
        "told": [*((message.ephemeral, read(message)) for message in messages if message.ephemeral), *answered(world)],
    }


def _wall(messages: Sequence[Message]) -> Document:
    """What is on the wall: cards of tracks, digests of waves, and which of both are there more than once."""
    keys = [
        message.metadata["event_payload"].get("card", "")
        for message in messages
        if message.metadata and not message.thread
    ]
    digests = [key for key in keys if "#wave:" in key]
    twice = sorted(key for key, count in Counter(keys).items() if count > 1)
    return {"cards": len(keys) - len(digests), "digests": len(digests), "shown_twice": twice}


def _opened(world: World, views: Sequence[View]) -> int:
    """In the mock GitHub all that there are; on GitHub itself those that the migrations know of."""
    if world.repository is None:
        return len(world.github.pull_requests())
    steps = [step for view in views for track in view.state.tracks.values() for step in track.steps.values()]
    return len({step.outputs["pull_request"] for step in steps if "pull_request" in step.outputs})


def _items(world: World, view: View) -> Document:
    """In each environment: how many items run, how many acts that took, and the acts of each."""
    resource = view.state.resource.id
    found = {}
    for environment in view.state.environments:
        acts = world.airflow.acts(resource, environment)
        running = world.airflow.running(resource, environment)
        found[environment] = {"done": len(running), "acts": sum(acts.values()), "acts_of": dict(acts)}
    return found


def result_of(script: Script, recorder: Recorder, found: Document, problem: str, seconds: float) -> Result:
    """Compares what was expected with what is there."""
    expect = script.scenario.expect
    expected = _expected(expect)
    actual = _actual(expect, recorder, found) | ({"problem": problem} if problem else {})
    return Result(
        scenario=script.name,
        passed=actual == expected,
        expected=expected,
        actual=actual,
        seconds=round(seconds, 2),
        **{name: found[name] for name in ("migrations", "cards", "pull_requests", "workflow_runs")},
    )


def _expected(expect: Expectations) -> Document:
    document: Document = {}
    if expect.final_state is not None:
        document["final_state"] = expect.final_state
    if expect.checkpoints:
        document["checkpoints"] = [_checkpoint(one) for one in expect.checkpoints]
    if expect.told:
        document["told"] = [one.model_dump(mode="json") for one in expect.told]
    return document | ({"state": expect.state} if expect.state else {})


def _checkpoint(expected: ExpectedCheckpoint) -> Document:
    return expected.model_dump(mode="json", exclude_defaults=True)


def _actual(expect: Expectations, recorder: Recorder, found: Document) -> Document:
    document: Document = {}
    if expect.final_state is not None:
        statuses = {name: one["status"] for name, one in found["migrations"].items()}
        document["final_state"] = statuses if len(set(statuses.values())) != 1 else next(iter(statuses.values()))
    if expect.checkpoints:
        document["checkpoints"] = [
            _checkpoint(one) if recorder.finds(one) else {"track": one.track, "words": recorder.words(one.track)}
            for one in expect.checkpoints
        ]
    if expect.told:
        document["told"] = [_told(one, found["told"]) for one in expect.told]
    return document | ({"state": part(expect.state, found)} if expect.state else {})


def _told(expected: ExpectedAnswer, told: Sequence[tuple[str, str]]) -> Document:
    """The expectation itself where it came true, else everything that this person was told."""
    texts = [text for user, text in told if user == expected.user]
    if any(all(part in text for part in expected.shows) for text in texts):
        return expected.model_dump(mode="json")
    return {"user": expected.user, "told": texts}


def part(expected: JsonValue, found: Any) -> Any:  # noqa: ANN401 - any JSON value
    """What stands in `found` at the places that `expected` names. `*` speaks of every key, and must be right for each."""
    if not isinstance(expected, Mapping) or not isinstance(found, Mapping):
        return found
    if set(expected) == {EVERY}:
        each = {key: part(expected[EVERY], value) for key, value in found.items()}
        return dict(expected) if each and all(value == expected[EVERY] for value in each.values()) else each
    return {key: part(value, found.get(key)) for key, value in expected.items()}
