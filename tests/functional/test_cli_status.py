"""`migrate status` and `migrate history` as people read them, and names that are wrong."""

import json
import re
from pathlib import Path

import pytest

from shared.adapters.yaml_files import YamlFile
from state_schema.campaign import Campaign
from tests.functional.command_line import CAMPAIGN, another_campaign, data, migrate, no_traceback

__all__ = ["data"]

BEFORE = """\
airflow-3: 1 actionable, 1 blocked, 0 completed

 Cluster                Current step   Last done   Next action
 ────────────────────────────────────────────────────────────────
 E-mail notifications                              Start it
 Billing reports                                   waits for wave 1

For the next action, type:
  migrate start email.notifications
"""


def lines(text: str) -> list[str]:
    """Without the spaces that a table pads its lines with."""
    return [line.rstrip() for line in text.splitlines()]


def test_a_resource_of_a_wave_that_is_not_open_waits_for_it(data: Path) -> None:
    shown = lines(migrate("status", "--data", data).stdout)

    expected = lines(BEFORE)
    expected[3] = shown[3]
    assert set(shown[3].strip()) == {"─"}
    assert shown == [*expected, "", f"Commands find {data} with `--data {data}`, or after: export WAYMARK_DATA={data}"]


def test_a_wave_that_opens_later_is_seen_at_once(data: Path) -> None:
    before = json.loads(migrate("status", "--data", data, "--json").stdout)[0]
    migrate("open-wave", "2", "--data", data)
    after = json.loads(migrate("status", "--data", data, "--json").stdout)[0]

    facts = [
        [(row["next_action"], row["command"], row["actionable"]) for row in found["migrations"]]
        for found in (before, after)
    ]
    start = ("Start it", "start email.notifications", True)
    assert facts == [
        [start, ("waits for wave 1", "", False)],
        [start, ("Start it", "start billing.reports", True)],
    ]
    assert (before["summary"], after["summary"]) == (
        "1 actionable, 1 blocked, 0 completed",
        "2 actionable, 0 blocked, 0 completed",
    )


@pytest.mark.parametrize("verb", ["abort", "retry", "skip", "rollback", "block"])
def test_what_is_only_said_to_a_migration_is_told_as_that(data: Path, verb: str) -> None:
    result = migrate(verb, "email.notifications", "--data", data)

    assert result.exit_code == 2
    assert f"`migrate say {verb} RESOURCE ...`" in " ".join(result.stderr.replace("│", " ").split())
    assert "Did you mean" not in result.stderr


def test_one_migration_says_which_wave_it_waits_for(data: Path) -> None:
    shown = lines(migrate("status", "billing.reports", "--data", data).stdout)

    assert " ".join(shown[4].split()) == "shared pending code_migration wave 1"
    assert "Next action: waits for wave 1" in shown


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_command_line_never_cuts_what_is_long(data: Path, columns: int) -> None:
    words = [f"word{number:02d}" for number in range(20)] + ["x" * 45 + "end"]
    text = CAMPAIGN.read_text(encoding="utf-8").replace("E-mail notifications", " ".join(words))
    file = data.with_name("long.yaml")
    file.write_text(text.replace("campaign: airflow-3", "campaign: long"), encoding="utf-8")
    assert migrate("campaign", "apply", file, "--data", data).exit_code == 0

    result = migrate("status", "--campaign", "long", "--data", data, COLUMNS=str(columns))

    table = result.stdout.split("For the next action")[0].splitlines()
    named = "".join(line.strip().split("  ")[0] for line in table)
    assert "…" not in result.stdout
    assert all(word in named for word in words)
    assert max(map(len, table[1:])) <= columns


def test_a_command_is_one_line_however_narrow_the_terminal_is(data: Path) -> None:
    result = migrate("status", "--data", data, COLUMNS="20")

    assert "  migrate start email.notifications" in result.stdout.splitlines()


def test_a_question_is_answered_with_say_and_the_campaign_where_there_are_several(data: Path) -> None:
    another_campaign(data, "airflow-3-late")

    shown = lines(migrate("status", "--data", data).stdout)

    assert "  migrate start email.notifications --campaign airflow-3" in shown
    assert "  migrate start email.notifications --campaign airflow-3-late" in shown


def test_what_is_shown_as_the_next_action_can_be_typed(data: Path) -> None:
    shown = lines(migrate("status", "--data", data).stdout)
    (command,) = [line.strip() for line in shown if line.startswith("  migrate ")]

    result = migrate(*command.split()[1:], "--data", data)

    assert (result.exit_code, result.stdout.split(";")[0]) == (0, "Started email.notifications")


def test_where_nothing_was_applied_status_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()

    result = migrate("status", "--data", tmp_path / "new.db")

    assert (result.exit_code, result.stdout) == (
        0,
        "There is no campaign yet. Apply one: `migrate campaign apply FILE`.\n",
    )


def test_help_names_every_field_of_the_json(data: Path) -> None:
    migrate("pause", "--data", data)
    help_text = migrate("status", "--help", COLUMNS="200").stdout
    (campaign,) = json.loads(migrate("status", "--data", data, "--json").stdout)
    (migration,) = json.loads(migrate("status", "email.notifications", "--data", data, "--json").stdout)

    fields = [
        *campaign,
        *campaign["migrations"][0],
        *campaign["pauses"]["campaign"],
        *migration,
        *migration["tracks"]["test"],
    ]
    assert [field for field in fields if not re.search(rf"\b{field}\b", help_text)] == []


UNKNOWN_CAMPAIGN = [
    ("status",),
    ("start", "email.notifications"),
    ("say", "status"),
    ("next",),
    ("pause",),
    ("history", "email.notifications"),
    ("parked",),
    ("redrive", "--all"),
    ("migration", "move", "--all", "--to", "airflow-3@2"),
]


@pytest.mark.parametrize("words", UNKNOWN_CAMPAIGN)
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("airflow-4", "Did you mean `airflow-3`?"),
        ("AIRFLOW-3", "Did you mean `airflow-3`?"),
        ("nope", "There is `airflow-3`."),
    ],
)
def test_a_campaign_that_does_not_exist_gets_those_that_do(
    data: Path, words: tuple[str, ...], name: str, hint: str
) -> None:
    result = migrate(*words, "--campaign", name, "--data", data)

    refused, *ways = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, refused) == (1, "", f"There is no campaign `{name}`. {hint}")
    assert all("migrate say " in way and "--campaign airflow-3" in way for way in ways)


@pytest.mark.parametrize(
    "words", [("status",), ("start",), ("say", "retry"), ("say", "status"), ("history",), ("pause", "migration")]
)
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("email.notification", "Did you mean `email.notifications`?"),
        ("zzz", "It has `email.notifications`, `billing.reports`."),
    ],
)
def test_a_resource_that_does_not_exist_gets_those_that_do(
    data: Path, words: tuple[str, ...], name: str, hint: str
) -> None:
    result = migrate(*words, name, "--data", data)

    refused, *ways = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, refused) == (1, "", f"The campaign has no `{name}`. {hint}")
    assert all("migrate say " in way and way.endswith("email.notifications") for way in ways)


@pytest.mark.parametrize("words", [("status",), ("history",), ("start",), ("say", "history")])
def test_a_hostile_name_is_refused_in_words(data: Path, words: tuple[str, ...]) -> None:
    for name in ("", "a/b", "../x", "x" * 5000, "a#STATE", "\x1b[31m", "\udcff", "<!channel>", "'"):
        result = migrate(*words, name, "--data", data)

        assert result.exit_code in {1, 2}
        assert no_traceback(result)
        assert "\x1b" not in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("words", [("status",), ("status", "email.notifications"), ("say", "status")])
def test_what_a_terminal_cannot_show_is_replaced(data: Path, words: tuple[str, ...], encoding: str) -> None:
    text = CAMPAIGN.read_text(encoding="utf-8").replace("E-mail notifications", "Übermorgen ✓ 明日 🎉")
    file = data.with_name("named.yaml")
    file.write_text(text.replace("campaign: airflow-3", "campaign: named"), encoding="utf-8")
    migrate("campaign", "apply", file, "--data", data)

    result = migrate(*words, "--campaign", "named", "--data", data, charset=encoding)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "named" in result.stdout


def test_history_tells_what_happened_the_newest_last(data: Path) -> None:
    migrate("start", "email.notifications", "--data", data)

    shown = lines(migrate("history", "email.notifications", "--data", data).stdout)

    assert shown[0] == "airflow-3/email.notifications: 4 events"
    assert [re.sub(r"^\S+ \S+ UTC  ", "", line) for line in shown[1:]] == [
        "principal:local  Created in wave 1, with the plan airflow-3@1.",
        "principal:local  Started.",
        "principal:local  shared began.",
        "principal:local  shared: `code_migration.rewrite` started.",
    ]


def test_history_can_be_limited_to_the_last_events(data: Path) -> None:
    migrate("start", "email.notifications", "--data", data)

    shown = lines(migrate("history", "email.notifications", "--limit", "1", "--data", data).stdout)

    assert shown[0] == "airflow-3/email.notifications: 4 events, the last 1"
    assert [line.split("  ")[-1] for line in shown[1:]] == ["shared: `code_migration.rewrite` started."]


def test_history_for_machines_has_the_events_as_they_are_stored(data: Path) -> None:
    another_campaign(data, "airflow-3-late")
    found = json.loads(migrate("history", "billing.reports", "--json", "--data", data).stdout)

    assert [(one["migration"], one["version"]) for one in found] == [
        ("airflow-3/billing.reports", 1),
        ("airflow-3-late/billing.reports", 1),
    ]
    (event,) = found[0]["events"]
    assert (event["number"], event["event"]["kind"], event["actor"]) == (1, "migration_created", "principal:local")
    for field in (*found[0], *(field for field in event if field not in {"schema_version", "previous", "hash"})):
        assert field in migrate("history", "--help").stdout


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1e3"])
def test_a_limit_that_is_none_is_wrong_input(data: Path, limit: str) -> None:
    assert migrate("history", "email.notifications", "--limit", limit, "--data", data).exit_code == 2


def test_the_example_has_the_waves_that_these_tests_speak_of() -> None:
    campaign = YamlFile.read(CAMPAIGN).parsed(Campaign)

    assert [(resource.id, resource.wave) for resource in campaign.resources] == [
        ("email.notifications", 1),
        ("billing.reports", 2),
    ]
    assert campaign.waves[2].after == 1
