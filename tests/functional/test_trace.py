"""One journey, from a signed delivery through queues, events and log lines, by the real handlers and `migrate trace`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.advance.handler import handler as advance
from functions.github_webhook import handler as github_webhook
from functions.slack import handler as slack
from sandbox.runtime import Runtime
from shared import bootstrap, bootstrap_doors, names
from shared.adapters.secrets import FixedSecrets
from state_schema.events import Recorded
from state_schema.signals import Act
from tests.deliveries import COMMANDS, TEAM, captured, github_event, slack_event, typed
from tests.fakes.github import REPOSITORY_ID
from tests.fakes.modals import FakeModals
from tests.functional.command_line import migrate
from tests.functional.doors import SECRETS
from tests.functional.hearing import heard
from tests.functional.journey import BILLING, EMAIL
from tests.functional.test_handlers import Deployed, deployed
from tests.stories import MONDAY, OPERATOR, merged

__all__ = ["deployed", "heard"]
REQUEST = "JKJaXmPLvHcESHA="
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
PLACE = f"pull_request:{REPOSITORY_ID}/1"


@dataclass
class Played:
    """A campaign in which a person started one migration in Slack, and merged its first pull request at GitHub."""

    deployed: Deployed
    lines: list[dict[str, Any]]

    def events(self, migration: str = EMAIL) -> list[Recorded]:
        return list(self.deployed.engine.history.events(migration))

    def trace(self, *words: str) -> Any:
        data = bootstrap.current().settings.data
        result = migrate("trace", *words, "--json", "--data", data)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


def signal_of(event: Recorded) -> str:
    return event.signal.partition(":")[0]


@pytest.fixture
def played(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Iterator[Played]:
    engine, clock = deployed.engine, deployed.clock
    doors = bootstrap_doors.Doors(engine.outbox, FixedSecrets(SECRETS), clock, FakeModals(), TEAM)
    bootstrap_doors.use(doors)
    operator = f"slack:{TEAM}/U_OPERATOR"
    deployed.apply(people={"operators": [operator], "approvers": [operator]})
    runtime = Runtime(engine.inbox, clock)

    command = typed(text="start email.notifications", user_id="U_OPERATOR", channel_id="C0MIGRATE")
    assert slack.handler(slack_event(COMMANDS, command, at=clock()), None)["statusCode"] == 200
    runtime.drain()
    clock.advance(seconds=60)

    deployed.github.truth[PLACE] = merged()
    body = captured("github/pull_request.closed.merged")[1]
    body["repository"]["id"], body["number"], body["pull_request"]["number"] = REPOSITORY_ID, 1, 1
    delivery = github_event(json.dumps(body).encode(), headers={"X-GitHub-Delivery": DELIVERY})
    assert github_webhook.handler(delivery, None)["statusCode"] == 202
    runtime.drain()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    yield Played(deployed, [line for line in lines if "_aws" not in line])
    bootstrap_doors.use(None)


def test_each_line_of_each_function_says_what_it_all_began_with(played: Played) -> None:
    by_journey = {
        began: {line["service"] for line in played.lines if line["correlation"] == began}
        for began in (REQUEST, DELIVERY)
    }

    assert by_journey[REQUEST] == {"waymark.slack", "advance", "skill", "cards", "observe"}
    assert by_journey[DELIVERY] == {"waymark.github-webhook", "observe", "advance", "skill", "cards"}
    assert {line["correlation"] for line in played.lines} == {REQUEST, DELIVERY}


def test_the_lines_of_doors_and_workers_begin_with_the_same_fields(played: Played) -> None:
    assert {tuple(line)[:4] for line in played.lines} == {("level", "timestamp", "service", "message")}
    assert {line["timestamp"][-6:] for line in played.lines} == {"+00:00"}


def test_each_event_keeps_what_it_all_began_with(played: Played) -> None:
    found = [(signal_of(one), one.correlation) for one in played.events() if one.signal.partition(":")[0] != "apply"]

    assert set(found) == {
        ("slack", REQUEST),
        ("report", REQUEST),
        ("observed", DELIVERY),
        ("report", DELIVERY),
    }
    assert played.events()[0].correlation is None


def test_an_order_is_the_same_whatever_it_came_from(played: Played) -> None:
    """So that one that is sent again, by a tick say, is the same piece of work."""
    sent = [line["order"] for line in played.lines if line["service"] == "skill"]

    assert len(sent) == len(set(sent)) > 1
    assert [line["outcome"] for line in played.lines if line["service"] == "skill"] == ["done"] * len(sent)


def test_a_delivery_shows_the_journey_that_began_with_it_and_no_other(played: Played) -> None:
    found = played.trace(DELIVERY)

    assert found["ids"] == [DELIVERY]
    assert {one["correlation"] for one in found["events"]} == {DELIVERY}
    assert [one["number"] for one in found["events"]] == sorted(one["number"] for one in found["events"])
    assert any(one["order"] for one in found["events"])
    assert found["searched"]["migrations"] == 2


def test_a_later_signal_shows_all_of_its_journey(played: Played) -> None:
    report = next(one for one in played.events() if one.correlation == DELIVERY and signal_of(one) == "report")

    found = played.trace(report.signal)

    assert found["ids"] == [report.signal, DELIVERY]
    assert "observed" in {one["signal"].partition(":")[0] for one in found["events"]}


def test_an_orders_key_shows_what_it_led_to_and_reads_its_migration_alone(played: Played) -> None:
    key = next(line["order"] for line in played.lines if line["service"] == "skill")

    found = played.trace(key)

    kinds = [one["event"]["kind"] for one in found["events"]]
    assert kinds[0] == "step_started"
    assert "step_completed" in kinds
    assert found["searched"]["migrations"] == 1


def test_an_order_that_a_tick_sent_again_is_still_followed_to_its_report(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first message of the order is lost, and the sweep sends it again: then the report began with the tick."""
    deployed.apply()
    deployed.call(advance, names.SIGNALS, deployed.start())
    deployed.sent(names.skill_queue("rewrite_dags"))
    deployed.clock.advance(seconds=1800)
    runtime = Runtime(deployed.engine.inbox, deployed.clock)
    runtime.sweep()
    runtime.drain()

    result = migrate("trace", f"start-{EMAIL}", "--json", "--data", bootstrap.current().settings.data)

    found = [
        (one["event"]["kind"], str(one["correlation"]).partition(":")[0]) for one in json.loads(result.stdout)["events"]
    ]
    assert ("step_started", "None") in found
    assert ("step_completed", "tick") in found


def test_for_people_it_is_a_table(played: Played) -> None:
    result = migrate("trace", DELIVERY, "--data", bootstrap.current().settings.data, COLUMNS="200")

    assert result.exit_code == 0
    assert "airflow-3/email.notifications" in result.stdout
    assert "observer" in result.stdout
    assert "When" in result.stdout.splitlines()[1]


def test_where_not_even_the_words_fit_beside_each_other_it_is_a_list(played: Played) -> None:
    result = migrate("trace", DELIVERY, "--data", bootstrap.current().settings.data, COLUMNS="80")

    shown = result.stdout.splitlines()
    assert "Migration: airflow-3/email.notifications" in shown
    assert "Who: observer" in shown
    assert max(map(len, shown)) <= 80


def test_log_lines_of_a_local_process_are_shown_beside_the_events(played: Played, tmp_path: Path) -> None:
    log = tmp_path / "waymark.log"
    written = [
        "not a log line",
        json.dumps({"timestamp": "never", "message": DELIVERY}),
        *map(json.dumps, played.lines),
    ]
    log.write_text("\n".join(written))

    found = played.trace(DELIVERY, "--log-file", str(log))

    assert found["logs"] == [
        {"timestamp": line["timestamp"], **{key: value for key, value in line.items() if key != "timestamp"}}
        for line in played.lines
        if line["correlation"] == DELIVERY
    ]


def test_what_is_not_there_is_said_with_what_to_do_next(played: Played) -> None:
    result = migrate("trace", "no-such-delivery", "--data", bootstrap.current().settings.data)

    assert result.exit_code == 1
    assert "Nothing of no-such-delivery is recorded, in 2 migrations that changed since 20" in result.stderr
    assert "--since" in result.stderr
    assert "redeliver" in result.stderr


def test_what_is_older_is_not_searched(played: Played) -> None:
    tomorrow = (played.deployed.clock() + timedelta(days=1)).isoformat()

    result = migrate("trace", DELIVERY, "--since", tomorrow, "--data", bootstrap.current().settings.data)

    assert result.exit_code == 1
    assert "in 0 migrations" in result.stderr


@pytest.mark.parametrize("asked", ["", "x" * 301, "a\nb", "\x1b[2J"])
def test_what_is_no_id_is_wrong_input(played: Played, asked: str) -> None:
    assert migrate("trace", asked, "--data", bootstrap.current().settings.data).exit_code == 2


@pytest.mark.parametrize("since", ["yesterday", "2026-11-01", "-1d", "9999-12-31T23:59-05:00"])
def test_a_time_that_is_none_is_wrong_input(played: Played, since: str) -> None:
    result = migrate("trace", DELIVERY, f"--since={since}", "--data", bootstrap.current().settings.data)

    assert result.exit_code == 2


def test_a_log_file_that_is_not_there_is_wrong_input(played: Played, tmp_path: Path) -> None:
    result = migrate(
        "trace", DELIVERY, "--log-file", str(tmp_path / "no.log"), "--data", bootstrap.current().settings.data
    )

    assert result.exit_code == 2
    assert "no.log cannot be read" in result.stderr


def test_a_message_of_the_release_before_begins_a_journey_of_its_own(deployed: Deployed) -> None:
    """It came without an id beside it."""
    deployed.apply()
    act = Act(id="old-act", at=MONDAY, migration=BILLING, actor=OPERATOR, verb="start")

    assert deployed.call(advance, names.SIGNALS, act.model_dump_json()) == []

    assert {one.correlation for one in deployed.engine.history.events(BILLING)} == {None}
    (order,) = deployed.engine.inbox.receive(names.skill_queue("rewrite_dags"))
    assert order.correlation == "old-act"
    assert "correlation" not in json.loads(order.body)


def test_a_parked_act_is_found(deployed: Deployed) -> None:
    from functions.park.handler import handler as park

    deployed.apply()
    deployed.call(park, names.dead_letter_queue(names.SIGNALS), deployed.start())

    result = migrate("trace", f"start-{EMAIL}", "--data", bootstrap.current().settings.data)

    assert result.exit_code == 0
    assert "migrate redrive" in result.stdout
