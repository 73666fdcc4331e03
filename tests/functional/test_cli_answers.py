"""Answers as a terminal and a script get them: the same Answer, in lines or as JSON."""

import json
from pathlib import Path

import pytest

from tests.functional.test_cli_freeze import data, migrate

__all__ = ["data"]
ONE = ("--campaign", "airflow-3")


def test_a_refusal_says_what_would_work_as_it_is_typed_here(data: Path) -> None:
    result = migrate(data, "say", "deploy", "email.notifications", "test", "--force", *ONE)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Can't deploy email.notifications in test: it has not been started. Start it?",
        "Warning: `--force` goes past no approval, no gate and no freeze: what is missing has to come.",
        "  Start: migrate say start email.notifications --campaign airflow-3",
    ]


def test_what_is_suggested_can_be_typed(data: Path) -> None:
    result = migrate(data, "say", "start", "email.notifications", "--campaign", "airflow-3")

    assert result.exit_code == 0
    assert result.stdout == "Started email.notifications; now code_migration.rewrite of shared is at work.\n"


def test_for_machines_the_answer_is_json(data: Path) -> None:
    result = migrate(data, "inbox", "--json", *ONE)

    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {
            "status": "shown",
            "message": "Nothing waits for you in airflow-3.",
            "reason_code": "",
            "suggestions": [{"label": "Status", "command": "status --campaign airflow-3"}],
            "warnings": [],
            "next_steps": [],
            "related_resources": [],
        },
    )


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "email.notifications"),
        ("logs", "email.notifications", "test"),
        ("verify", "email.notifications", "test"),
        ("verify", "email.notifications"),
    ],
)
def test_commands_that_look_are_commands_of_their_own(data: Path, words: tuple[str, ...]) -> None:
    assert migrate(data, *words, *ONE).exit_code == 0


def test_reconcile_with_nothing_under_way_says_so(data: Path) -> None:
    result = migrate(data, "reconcile", *ONE)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "Nothing is under way here, so there is nothing to look at.",
    )


def test_several_campaigns_are_named_with_what_to_type(data: Path) -> None:
    assert migrate(data, "inbox").stderr.splitlines()[1:] == [
        "  In airflow-3: migrate say inbox --campaign airflow-3",
        "  In tables-2: migrate say inbox --campaign tables-2",
    ]


def test_no_escape_sequence_reaches_the_terminal(data: Path) -> None:
    result = migrate(data, "say", "stat", "\x1b[31m\x1b]0;x\x07", *ONE)

    assert result.exit_code == 1
    assert "\x1b" not in result.stdout + result.stderr
    assert "\x07" not in result.stdout + result.stderr
