"""Unexpected operations and counters as CloudWatch gets them: whole lines of the real handlers, and silence in the sandbox."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.advance.handler import handler as advance
from functions.commands.handler import handler as commands
from functions.park.handler import handler as park
from sandbox.quiet import quieten
from shared import bootstrap, bootstrap_doors, names
from state_schema.signals import Act, Command, Failed, Reported
from tests.deliveries import COMMANDS, INTERACTIONS, click, github_event, interaction, slack_event, typed
from tests.functional.doors import World, post_github, post_slack
from tests.functional.hearing import heard
from tests.functional.journey import BILLING, EMAIL
from tests.functional.test_command_door import ARN, request
from tests.functional.test_handlers import Deployed, deployed, tick
from tests.stories import MONDAY, OPERATOR, STRANGER

__all__ = ["deployed", "heard"]
Lines = list[dict[str, Any]]


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    bootstrap_doors.use(world.doors())
    yield world
    bootstrap_doors.use(None)


def lines(capsys: pytest.CaptureFixture[str]) -> tuple[Lines, Lines]:
    """(unexpected operations, metric documents) that were written since the last look; both are whole lines of JSON."""
    captured = capsys.readouterr()
    assert captured.out == ""
    written = [json.loads(line) for line in captured.err.splitlines()]
    return [one for one in written if "unexpected" in one], [one for one in written if "_aws" in one]


def a_document(service: str, stamp: int, **counts: int) -> dict[str, Any]:
    return {
        "_aws": {
            "Timestamp": stamp,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Waymark",
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": name, "Unit": "Count"} for name in sorted(counts)],
                }
            ],
        },
        "service": service,
        **{name: [float(count)] for name, count in counts.items()},
    }


def bare(line: dict[str, Any]) -> dict[str, Any]:
    """Without what every line has."""
    assert line["timestamp"].endswith("+00:00")
    assert line["correlation"]
    return {name: value for name, value in line.items() if name not in {"timestamp", "correlation"}}


def an_act(verb: str = "start", actor: str = OPERATOR, signal: str = "act-1", **given: Any) -> str:
    return Act(id=signal, at=MONDAY, migration=EMAIL, actor=actor, verb=verb, **given).model_dump_json()


def a_command(text: str, actor: str) -> str:
    return Command(id="command-1", at=MONDAY, actor=actor, text=text, channel="C0MIGRATE").model_dump_json()


# The workers.


def test_a_step_is_counted_in_one_document(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    deployed.call(advance, names.SIGNALS, an_act(), tick(), tick(BILLING))

    unexpected, (document,) = lines(capsys)

    assert unexpected == []
    assert document == a_document("advance", document["_aws"]["Timestamp"], signals=3, steps=1)


def test_a_stranger_who_acts_is_an_unknown_sender(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    deployed.call(advance, names.SIGNALS, an_act(actor=STRANGER))

    (line,), (document,) = lines(capsys)

    assert bare(line) == {
        "level": "WARNING", "service": "advance", "message": "unexpected operation", "unexpected": "unknown_sender",
        "reason": "not_permitted", "actor": STRANGER, "signal": "act-1", "migration": EMAIL, "verb": "start",
    }  # fmt: skip
    assert document == a_document(
        "advance", document["_aws"]["Timestamp"], steps=1, refusals=1, signals=1, unknown_senders=1
    )


def test_somebody_of_the_campaign_who_may_not_do_that_is_a_refused_act(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    approver = "slack:T0ACME/U_APPROVES_ONLY"
    deployed.apply(people={"operators": [OPERATOR], "approvers": [approver]})
    deployed.call(advance, names.SIGNALS, an_act("abort", approver))

    (line,), (document,) = lines(capsys)

    assert (line["unexpected"], line["reason"], line["actor"]) == ("refused_act", "not_permitted", approver)
    assert document == a_document(
        "advance", document["_aws"]["Timestamp"], steps=1, refusals=1, signals=1, refused_acts=1
    )


def test_a_strangers_command_is_told_without_its_text(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    deployed.call(advance, names.SIGNALS, a_command("pause campaign my password is hunter2", STRANGER))

    (line,), (document,) = lines(capsys)

    assert bare(line) == {
        "level": "WARNING", "service": "advance", "message": "unexpected operation", "unexpected": "unknown_sender",
        "reason": "not_permitted", "actor": STRANGER, "signal": "command-1",
    }  # fmt: skip
    assert document == a_document("advance", document["_aws"]["Timestamp"], refusals=1, signals=1, unknown_senders=1)


def test_a_stranger_who_comments_where_nothing_is_ours_is_not_talked_to_but_told_of(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.apply()
    command = Command(id="command-1", at=MONDAY, actor="github:666", text="status", about="pull_request:7/1")
    deployed.call(advance, names.SIGNALS, command.model_dump_json())

    (line,), (document,) = lines(capsys)

    assert (line["unexpected"], line["reason"], line["actor"]) == ("unknown_sender", "unknown_sender", "github:666")
    assert document == a_document("advance", document["_aws"]["Timestamp"], refusals=1, signals=1, unknown_senders=1)


@pytest.mark.parametrize("verb", ["start", "retry", "nonsense"])
def test_what_is_only_impossible_is_expected(deployed: Deployed, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    deployed.apply()
    deployed.call(advance, names.SIGNALS, an_act(), an_act(verb, signal="act-2"), a_command(f"{verb} nobody", STRANGER))

    unexpected, (document,) = lines(capsys)

    assert unexpected == []
    assert {"refused_acts", "unknown_senders"} & document.keys() == set()
    assert document["refusals"] == [2.0]


def test_an_automatic_retry_is_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    order = deployed.started()
    busy = Failed(category="transient", reason="busy", retry_at=deployed.clock())
    report = Reported(
        id="report-1", at=deployed.clock(), migration=EMAIL, key=order.key, skill=order.skill, report=busy
    )
    capsys.readouterr()

    deployed.call(advance, names.SIGNALS, report.model_dump_json())

    _, (document,) = lines(capsys)
    assert document == a_document("advance", document["_aws"]["Timestamp"], steps=1, retries=1, signals=1)


def test_a_report_that_comes_twice_and_a_signal_for_no_migration_are_counted(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.apply()
    order = deployed.started()
    done = Failed(category="blocking", reason="no")
    report = Reported(
        id="report-1", at=deployed.clock(), migration=EMAIL, key=order.key, skill=order.skill, report=done
    )
    nobodys = report.model_copy(update={"id": "report-2", "migration": "airflow-3/nobody"})
    capsys.readouterr()

    deployed.call(advance, names.SIGNALS, *(one.model_dump_json() for one in (report, report, nobodys)))

    unexpected, (document,) = lines(capsys)
    assert unexpected == []
    assert (sum(document["signals"]), sum(document["unheeded"])) == (3.0, 2.0)


def test_a_history_that_does_not_fit_its_state_is_a_broken_chain(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.apply()
    with closing(sqlite3.connect(bootstrap.current().settings.data)) as file:
        file.execute("INSERT INTO events SELECT migration, 2, body FROM events WHERE migration = ?", (EMAIL,))
        file.commit()

    assert deployed.call(advance, names.SIGNALS, an_act()) == ["m0"]

    (line,), (document,) = lines(capsys)
    assert bare(line) == {
        "level": "WARNING", "service": "advance", "message": "unexpected operation", "unexpected": "broken_chain",
        "reason": f"{EMAIL} is at version 1, but later events are stored: restore the state", "signal": "act-1",
    }  # fmt: skip
    assert document == a_document("advance", document["_aws"]["Timestamp"], broken_chain=1)


def test_a_parked_act_is_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    dead = names.dead_letter_queue(names.SIGNALS)
    deployed.call(park, dead, an_act(), tick())

    unexpected, (document,) = lines(capsys)

    assert unexpected == []
    assert document == a_document("park", document["_aws"]["Timestamp"], parked=1)


def test_where_nothing_happened_nothing_is_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.call(park, names.dead_letter_queue(names.SIGNALS), tick())

    assert lines(capsys) == ([], [])


def test_the_sandbox_hears_nothing(deployed: Deployed, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    quieten()
    deployed.apply()
    deployed.call(advance, names.SIGNALS, an_act(actor=STRANGER), an_act(signal="act-2"))
    assert post_github(github_event(b"{}", signature="sha256=" + "0" * 64)).status == 401

    assert lines(capsys) == ([], [])


# The doors.


def rejected(service: str, reason: str) -> dict[str, Any]:
    return {
        "level": "WARNING", "service": service, "message": "delivery rejected", "request": "JKJaXmPLvHcESHA=",
        "status": "401", "reason": reason, "unexpected": "unknown_sender",
    }  # fmt: skip


def test_a_wrong_signature_at_githubs_door_is_an_unknown_sender(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post_github(github_event(b"{}", signature="sha256=" + "0" * 64)).status == 401

    (line,), (document,) = lines(capsys)

    told = rejected("waymark.github-webhook", "X-Hub-Signature-256 is missing or wrong")
    assert bare(line) == {**told, "request": line["request"]}
    assert document == a_document("waymark.github-webhook", document["_aws"]["Timestamp"], unknown_senders=1)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (INTERACTIONS, interaction({**click(), "team": {"id": "T_STRANGE"}})),
        (COMMANDS, typed(team_id="T_STRANGE")),
    ],
)
def test_another_workspace_at_slacks_door_is_an_unknown_sender(
    world: World, capsys: pytest.CaptureFixture[str], path: str, body: bytes
) -> None:
    assert post_slack(slack_event(path, body)).status == 401

    (line,), (document,) = lines(capsys)

    told = rejected("waymark.slack", "this workspace is not the one that WAYMARK_SLACK_TEAM names")
    assert bare(line) == {**told, "request": line["request"]}
    assert document == a_document("waymark.slack", document["_aws"]["Timestamp"], unknown_senders=1)


def test_a_principal_of_no_campaign_at_the_door_for_commands_is_an_unknown_sender(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.apply()
    response = commands(request({"text": "pause campaign"}), None)
    assert response["statusCode"] == 403

    (line,), (document, refused) = lines(capsys)

    assert bare(line) == {
        "level": "WARNING", "service": "waymark.commands", "message": "command", "request": line["request"],
        "signal": line["signal"], "actor": f"principal:{ARN}", "campaign": "airflow-3", "status": "refused",
        "reason": "not_permitted", "unexpected": "unknown_sender",
    }  # fmt: skip
    assert document == a_document("waymark.commands", document["_aws"]["Timestamp"], unknown_senders=1)
    assert refused == a_document("waymark.commands", refused["_aws"]["Timestamp"], refusals=1)


def test_what_is_only_unreadable_is_expected(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert post_slack(slack_event(COMMANDS, urlencode({"text": "x"}).encode())).status == 400

    assert lines(capsys) == ([], [])
