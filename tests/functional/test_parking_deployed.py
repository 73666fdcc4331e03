"""Parking as it is deployed: real handlers, a real store that a later release wrote to, and the command line."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from functions.park.handler import handler as park
from sandbox import aws_events
from sandbox.runtime import Runtime
from shared import bootstrap, names
from shared.adapters.secrets import FixedSecrets
from shared.app import campaigns
from shared.domain.checkpoints import open_checkpoints
from shared.errors import RetryableError, WaymarkError
from shared.ports.queues import Message
from shared.settings import Settings
from state_schema.migration import StepState
from state_schema.parked import Parked
from state_schema.signals import Act, CheckpointRef, Command, ReplyTo
from tests.fakes.clock import FakeClock
from tests.fakes.github import FakeContents, FakePullRequests
from tests.fakes.parking import FakeParking
from tests.fakes.slack import FakeCardChannel, FakeReplies
from tests.functional.journey import EMAIL
from tests.stories import EXAMPLES, OPERATOR, the_campaign, the_plan

OLD_DAG = (EXAMPLES / "dags" / "digest.py").read_text()
SIGNALS_DEAD = names.dead_letter_queue(names.SIGNALS)
URL = "https://hooks.slack.com/actions/T0ACME/1/abc"
KNOWN, LATER = '"schema_version":1', '"schema_version":99'


@dataclass
class World:
    """All functions, as the sandbox's runtime calls them, on one data file."""

    clock: FakeClock
    composition: bootstrap.Composition
    pull_requests: FakePullRequests
    replies: FakeReplies

    @property
    def data(self) -> str:
        return self.composition.settings.data

    @property
    def parked(self) -> list[Parked]:
        return [item for name in ("airflow-3", None) for item in self.composition.engine.parked.in_campaign(name)]

    def send(self, message: Act | Command) -> None:
        group = message.migration if isinstance(message, Act) else message.id
        self.composition.engine.outbox.send(names.SIGNALS, message.model_dump_json(), group=group, key=message.id)

    def act(self, verb: str, **given: Any) -> Act:
        fields = {"id": f"slack:{verb}", "at": self.clock(), "migration": EMAIL, "actor": OPERATOR, "verb": verb}
        return Act.model_validate({**fields, "reply_to": ReplyTo(response_url=URL), **given})

    def work(self, *, sweep: bool = False) -> None:
        """Goes on until whatever fails has become a dead letter, and that was dealt with."""
        bootstrap.use(self.composition)
        runtime = Runtime(self.composition.engine.inbox, self.clock)
        for _ in range(8):
            if sweep:
                runtime.sweep()
            runtime.drain()
            self.clock.advance(30)

    def rewrite(self, before: str, after: str, table: str = "states") -> None:
        """Every document in the table reads otherwise now, as after a release, or after one was rolled back."""
        with closing(sqlite3.connect(self.data)) as connection, connection:
            changed = connection.execute(f"UPDATE {table} SET body = replace(body, ?, ?)", (before, after)).rowcount
        assert changed > 0

    def step(self) -> StepState:
        return (
            self.composition.engine.migrations.load(EMAIL).view.state.tracks["shared"].steps["code_migration.rewrite"]
        )

    def status(self) -> str:
        return self.composition.engine.migrations.load(EMAIL).view.state.status

    def migrate(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--data", self.data])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = FakeClock(datetime.now(UTC))  # Powertools asks the machine how long a claim holds
    composition = bootstrap.Composition(
        Settings(data=str(tmp_path / "waymark.db")), FixedSecrets({}), clock, lambda: 1.0
    )
    pull_requests, replies = FakePullRequests(), FakeReplies()
    vars(composition.outside).update(
        channel=FakeCardChannel(),
        replies=replies,
        pull_requests=pull_requests,
        contents=FakeContents({"dags/email.notifications/daily.py": OLD_DAG}),
    )
    engine = composition.engine
    engine.plans.publish(the_plan())
    prepared = campaigns.prepare(
        the_campaign(windows=[]), plans=engine.plans, campaigns=engine.campaigns, migrations=engine.migrations
    )
    campaigns.apply(
        prepared,
        actor="principal:local",
        at=clock(),
        campaigns=engine.campaigns,
        controls=engine.controls,
        migrations=engine.migrations,
    )
    yield World(clock, composition, pull_requests, replies)
    bootstrap.use(None)


def poisoned(world: World) -> Parked:
    """Somebody starts the migration while a release runs that cannot read it; what is parked then."""
    world.rewrite(KNOWN, LATER)
    world.send(world.act("start"))
    world.work()
    (item,) = world.parked
    return item


def test_an_act_that_cannot_be_taken_is_parked_listed_and_applied_later(world: World) -> None:
    acted_at = world.clock()
    item = poisoned(world)
    assert [text for _, text in world.replies.said] == [
        (
            "I could not take `start airflow-3/email.notifications` now. It is kept: an operator can apply it with "
            f"`migrate redrive {item.id}`. Nothing has changed so far."
        )
    ]

    listed = world.migrate("parked", "--campaign", "airflow-3")
    assert listed.exit_code == 0
    assert listed.stdout == (
        f"{item.id}  {acted_at:%Y-%m-%d %H:%M} UTC  airflow-3  {OPERATOR}  start airflow-3/email.notifications\n"
    )

    world.rewrite(LATER, KNOWN)
    redriven = world.migrate("redrive", item.id)
    assert (redriven.exit_code, redriven.stdout) == (
        0,
        (
            f"{item.id}  start airflow-3/email.notifications: "
            "Started email.notifications; now code_migration.rewrite of shared is at work.\n"
        ),
    )
    world.work()
    assert world.step().status == "completed"
    started = world.composition.engine.history.events(EMAIL)[1]
    assert (started.event.kind, started.signal, started.actor) == ("migration_started", "slack:start", OPERATOR)
    assert started.at > acted_at
    assert world.migrate("parked").stdout == "Nothing is parked.\n"
    again = world.migrate("redrive", item.id)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == f"Nothing is parked under {item.id!r}, or not any more. `migrate parked` lists what is.\n"


def test_an_act_that_still_cannot_be_taken_stays_and_holds_up_none_of_the_others(world: World) -> None:
    first = poisoned(world)
    world.send(Command(id="slack:help", at=world.clock(), actor=OPERATOR, text="help", channel="C0MIGRATE"))
    world.rewrite(KNOWN, LATER, "campaigns")
    world.work()
    world.rewrite(LATER, KNOWN, "campaigns")
    assert len(world.parked) == 2

    results = world.migrate("redrive", "--all", "--json")

    assert results.exit_code == 1
    assert [(one["id"], one["outcome"], one["removed"]) for one in json.loads(results.stdout)] == [
        (first.id, "stays_parked", False),
        (json.loads(results.stdout)[1]["id"], "answered", True),
    ]
    assert "cannot be read" in json.loads(results.stdout)[0]["message"]
    assert world.parked == [first]


def test_a_command_is_parked_while_no_campaign_can_be_read_and_runs_later(world: World) -> None:
    world.rewrite(KNOWN, LATER, "campaigns")
    world.send(
        Command(id="slack:1", at=world.clock(), actor=OPERATOR, text="start email.notifications", channel="C0MIGRATE")
    )
    world.work()
    (item,) = world.parked
    assert item.campaign is None
    world.rewrite(LATER, KNOWN, "campaigns")

    (document,) = json.loads(world.migrate("parked", "--json").stdout)
    assert (document["what"], document["campaign"]) == ("/migrate start email.notifications in C0MIGRATE", None)
    assert world.migrate("redrive", "--all").exit_code == 0

    assert world.status() == "in_progress"
    assert world.parked == []


def test_an_order_that_kills_its_skill_becomes_an_intervention_and_retry_works(world: World) -> None:
    world.pull_requests.refusals["find"] = WaymarkError("a bug, which the frame does not know")
    world.send(world.act("start"))
    world.work(sweep=True)

    failure = world.step().failure
    assert failure is not None
    assert (failure.category, failure.code) == ("blocking", "parked")
    queue = names.skill_queue("rewrite_dags")
    waiting = world.composition.engine.inbox
    assert (waiting.depth(queue), waiting.depth(names.dead_letter_queue(queue)), world.parked) == (0, 0, [])

    world.pull_requests.refusals.clear()
    (track, path, step, question) = next(iter(open_checkpoints(world.composition.engine.migrations.load(EMAIL).view)))
    ref = CheckpointRef(track=track, step=path, attempt=step.attempt, digest=question.digest)
    world.send(world.act("retry", checkpoint=ref))
    world.work()

    assert (world.step().status, world.step().attempt, world.pull_requests.acts) == ("completed", 2, ["open"])


def test_ticks_of_a_migration_that_cannot_be_read_are_dropped_and_it_heals(world: World) -> None:
    world.send(world.act("start"))
    world.work()
    world.rewrite(KNOWN, LATER)
    for _ in range(4):
        world.clock.advance(3600)
        world.work(sweep=True)
    assert world.parked == []

    world.rewrite(LATER, KNOWN)
    world.clock.advance(3600)
    world.work(sweep=True)
    inbox = world.composition.engine.inbox
    assert {queue: inbox.depth(queue) for queue in names.DEAD_LETTER_QUEUES} == dict.fromkeys(
        names.DEAD_LETTER_QUEUES, 0
    )
    assert world.status() == "awaiting_human"


def test_garbage_is_parked_shown_and_leaves_only_when_it_is_discarded(world: World) -> None:
    world.composition.engine.outbox.send(names.SIGNALS, "garbage", group=EMAIL, key="1")
    world.work()
    (item,) = world.parked
    assert (item.queue, item.raw, item.campaign) == (SIGNALS_DEAD, "garbage", None)

    what = "7 bytes of signals-dead that nobody can read: garbage"
    assert world.migrate("parked").stdout.endswith(f"UTC  -  nobody  {what}\n")
    redriven = world.migrate("redrive", item.id)
    assert redriven.exit_code == 1
    assert redriven.stdout == (
        f"{item.id}  {what}: "
        "This release cannot read it either. It stays parked; deploy the release that wrote it, or discard it.\n"
    )
    assert world.parked == [item]

    assert world.migrate("parked", "--discard", item.id).stdout.startswith(f"Discarded: {item.id}  ")
    assert world.parked == []


@pytest.mark.parametrize("words", [(), ("0123456789abcdef", "--all")])
def test_redrive_wants_one_item_or_all(world: World, words: tuple[str, ...]) -> None:
    result = world.migrate("redrive", *words)

    assert result.exit_code == 2
    assert result.stderr == "Name one parked item by its ID, or give --all: one of the two.\n"


def test_an_unknown_campaign_is_named(world: World) -> None:
    result = world.migrate("parked", "--campaign", "nobody")

    assert result.exit_code == 1
    assert result.stderr == "There is no campaign `nobody`. There is `airflow-3`.\n"


def test_the_list_does_not_tell_where_answers_go(world: World) -> None:
    poisoned(world)

    assert URL not in world.migrate("parked", "--json").stdout


# The handler


def call(world: World, queue: str, *bodies: str) -> list[str]:
    bootstrap.use(world.composition)
    messages = [Message(f"m{n}", f"r{n}", body, f"group-{n}", 1) for n, body in enumerate(bodies)]
    event = json.loads(json.dumps(aws_events.sqs_batch(queue, messages, world.clock())))
    answer = park(event, aws_events.context_of("park"))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    fields = ("levelname", "queue", "kind", "about", "outcome", "alert")
    lines = [vars(record) for record in caplog.records if record.message == "dead letter"]
    return [{name: line[name] for name in fields if name in line} for line in lines]


def test_an_alarm_can_count_what_was_parked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    assert call(world, SIGNALS_DEAD, world.act("start").model_dump_json()) == []

    (item,) = world.parked
    assert told(caplog) == [
        {
            "levelname": "ERROR",
            "queue": SIGNALS_DEAD,
            "kind": "act",
            "about": item.id,
            "outcome": "parked",
            "alert": "parked",
        }
    ]


def test_what_is_dropped_leaves_a_line_and_no_alert(world: World, caplog: pytest.LogCaptureFixture) -> None:
    tick = json.dumps({"kind": "ticked", "id": "tick", "at": world.clock().isoformat(), "migration": EMAIL})

    call(world, SIGNALS_DEAD, tick)

    line = {"levelname": "WARNING", "queue": SIGNALS_DEAD, "kind": "ticked", "about": "tick", "outcome": "dropped"}
    assert told(caplog) == [line]


@pytest.mark.parametrize("queue", names.DEAD_LETTER_QUEUES)
def test_a_letter_knows_the_queue_that_it_came_from(world: World, queue: str) -> None:
    call(world, queue, "garbage")

    assert [item.queue for item in world.parked] == [queue]


def test_a_store_that_is_busy_gives_back_exactly_what_it_could_not_park(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick = json.dumps({"kind": "ticked", "id": "tick", "at": world.clock().isoformat(), "migration": EMAIL})

    class Busy(FakeParking):
        def add(self, item: Parked) -> bool:
            raise RetryableError("the store is busy")

    object.__setattr__(world.composition.engine, "parked", Busy())

    assert call(world, SIGNALS_DEAD, tick, world.act("start").model_dump_json(), "garbage") == ["m1", "m2"]
