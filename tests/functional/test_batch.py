"""A campaign's next migration is started by the clock, once for each time of the schedule, and only where that may be."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.advance.handler import handler as advance
from functions.batch.handler import handler as batch
from sandbox import aws_events
from sandbox.fresh import apply_campaign
from shared import bootstrap, names
from shared.adapters.secrets import FixedSecrets
from shared.app.batch import ACTOR, start_scheduled
from shared.errors import InvalidInputError, RetryableError
from shared.settings import Settings
from state_schema.signals import SIGNALS, Command
from tests.fakes.clock import FakeClock
from tests.functional.command_line import data, migrate  # noqa: F401 - a fixture
from tests.functional.hearing import heard  # noqa: F401 - a fixture
from tests.functional.journey import BILLING, EMAIL, Journey
from tests.stories import APPROVER, MONDAY, OPERATOR, the_campaign

DUE = {"campaign": "airflow-3", "time": "2026-11-02T09:00:00Z"}
SIGNAL = "schedule:airflow-3/2026-11-02T09:00:00+00:00"


def journey(**changes: Any) -> Journey:
    people = {"operators": [OPERATOR, ACTOR], "approvers": [APPROVER]}
    return Journey(the_campaign(**{"people": people} | changes))


def scheduled(world: Journey, event: dict[str, Any] = DUE) -> Command:
    return start_scheduled(event, outbox=world.queues, now=world.clock())


def started(world: Journey) -> list[str]:
    rows = world.engine.index.in_campaign("airflow-3")
    return [row.migration for row in rows if row.status != "pending"]


def test_a_time_of_the_schedule_starts_the_first_migration_that_may_start() -> None:
    world = journey()

    scheduled(world)
    world.drain(names.SIGNALS)

    assert (len(started(world)), world.view(started(world)[0]).state.started_by) == (1, ACTOR)


def test_it_is_what_migrate_next_starts() -> None:
    by_clock, by_hand = journey(), journey()

    scheduled(by_clock)
    by_clock.drain(names.SIGNALS)
    by_hand.type("next")

    assert started(by_clock) == started(by_hand)


def test_told_twice_at_once_it_is_one_command() -> None:
    world = journey()

    scheduled(world)
    scheduled(world)

    assert [one["id"] for one in world.sent(names.SIGNALS)] == [SIGNAL]


def test_told_again_after_the_queue_has_forgotten_it_starts_no_second_one() -> None:
    world = journey(limits={"active": 5})
    scheduled(world)
    world.drain(names.SIGNALS)
    first = started(world)

    world.clock.advance(3600)
    scheduled(world)
    world.drain(names.SIGNALS)

    assert (len(first), started(world)) == (1, first)


def test_the_next_time_starts_the_next_migration() -> None:
    world = journey(limits={"active": 5})

    for time in ("2026-11-02T09:00:00Z", "2026-11-02T09:15:00Z"):
        scheduled(world, DUE | {"time": time})
        world.drain(names.SIGNALS)

    assert sorted(started(world)) == [BILLING, EMAIL]


def test_who_does_not_list_the_schedule_among_its_operators_is_left_alone() -> None:
    world = Journey(the_campaign())

    outcome = world.take(scheduled(world))

    assert (outcome, started(world)) == ("not_permitted", [])


def test_nobody_borrows_the_schedules_memory_with_an_id_of_its_shape() -> None:
    world = journey(limits={"active": 5})
    scheduled(world)
    world.drain(names.SIGNALS)

    world.take(world.command("next", id=SIGNAL, actor=OPERATOR))

    assert len(started(world)) == 2


@pytest.mark.parametrize("campaign", ["airflow-4", "airflow-3.old"])
def test_a_campaign_that_there_is_not_is_not_replaced_by_another(campaign: str) -> None:
    world = journey()

    assert world.take(scheduled(world, DUE | {"campaign": campaign})) == "unknown_campaign"
    assert started(world) == []


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({}, "campaign"),
        ({"campaign": "airflow-3"}, "time"),
        ({"time": DUE["time"]}, "campaign"),
        (DUE | {"campaign": ""}, "campaign"),
        (DUE | {"campaign": "airflow-3 --campaign other"}, "campaign"),
        (DUE | {"campaign": "airflow-3\nstart x"}, "campaign"),
        (DUE | {"campaign": ["airflow-3"]}, "campaign"),
        (DUE | {"time": "soon"}, "time"),
        (DUE | {"time": "2026-11-02T09:00:00"}, "time"),
        (DUE | {"verb": "abort"}, "verb"),
        (aws_events.schedule(MONDAY), "campaign"),
        ([DUE], "all of it"),
    ],
)
def test_an_event_that_is_none_sends_nothing_and_says_what_is_wrong_where(event: Any, place: str) -> None:
    world = journey()

    with pytest.raises(InvalidInputError, match=f"The schedule's event: {place}: ") as caught:
        scheduled(world, event)

    assert world.all_sent() == {}
    assert "the deployed rule does" in caught.value.problems[-1]


def test_what_the_queue_refuses_is_the_functions_error_and_comes_again() -> None:
    class Down:
        def send(self, queue: str, body: str, **_: object) -> None:
            raise RetryableError("SQS is away")

    with pytest.raises(RetryableError):
        start_scheduled(DUE, outbox=Down(), now=MONDAY)


@pytest.fixture
def composition(tmp_path: Path) -> Any:
    made = bootstrap.Composition(
        Settings(data=str(tmp_path / "waymark.db")), FixedSecrets({}), FakeClock(MONDAY), lambda: 1.0
    )
    bootstrap.use(made)
    yield made
    bootstrap.use(None)


def test_the_function_sends_the_command_and_answers_with_its_id(composition: bootstrap.Composition) -> None:
    assert batch(DUE, aws_events.context_of("batch")) == {"signal": SIGNAL}

    (message,) = composition.engine.inbox.receive(names.SIGNALS)
    sent = SIGNALS.validate_json(message.body)
    assert isinstance(sent, Command)
    assert (sent.actor, sent.text, sent.reply_to) == (ACTOR, "next --campaign airflow-3", None)


def test_the_functions_log_says_what_was_wrong_with_its_event(
    composition: bootstrap.Composition, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidInputError):
        batch({"campaign": "airflow-3"}, aws_events.context_of("batch"))

    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["level"], line["service"]) == ("ERROR", "batch")
    assert "time: Field required" in line["reason"]


def test_the_log_of_advance_says_who_may_not_start(
    composition: bootstrap.Composition, capsys: pytest.CaptureFixture[str]
) -> None:
    world = Journey(the_campaign())
    apply_campaign(composition.engine, world.plan, world.campaign, MONDAY)
    batch(DUE, aws_events.context_of("batch"))

    messages = composition.engine.inbox.receive(names.SIGNALS)
    advance(aws_events.sqs_batch(names.SIGNALS, messages, MONDAY), aws_events.context_of("advance"))

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (told,) = [line for line in lines if line.get("unexpected")]
    assert (told["actor"], told["reason"], told["signal"]) == (ACTOR, "not_permitted", SIGNAL)


def test_as_a_line_of_a_crontab_nothing_ready_is_no_failure(data: Path) -> None:  # noqa: F811
    assert migrate("next", "--data", data).exit_code == 0
    rest = [migrate("next", "--data", data) for _ in range(9)]

    assert [(one.exit_code, one.stderr.startswith("Accepted") or one.stderr == "") for one in rest] == [(0, True)] * 9
    assert rest[-1].stdout.startswith(("Wave 2 opens", "No migration is left"))


def test_as_a_line_of_a_crontab_a_campaign_that_there_is_not_is_one(data: Path) -> None:  # noqa: F811
    nobody = migrate("next", "--campaign", "airflow-4", "--data", data)

    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "airflow-4" in nobody.stderr
