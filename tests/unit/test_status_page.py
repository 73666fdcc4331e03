from typing import Any

import pytest

from shared.domain import rows as rows_now
from shared.domain.display import summary_of
from shared.domain.rows import as_of
from shared.messages.standing import Standing
from shared.messages.status_page import campaign_markdown, counted, migration_markdown, waits_for
from state_schema.gate import Gate
from state_schema.migration import Status
from state_schema.signals import Pending, Succeeded
from state_schema.summary import Summary
from tests.stories import CHOICES, Story, the_campaign


def a_row(status: Status = "in_progress", **changes: Any) -> Summary:
    return summary_of(Story().view).model_copy(update={"status": status, "actionable": False, "command": "", **changes})


def test_a_campaign_is_a_table_and_a_line_that_counts() -> None:
    rows = [
        summary_of(Story().until("test", "infra.apply").view),
        a_row("completed", name="Done", last_done="prod-eu: verify.accept", next_action=""),
        a_row(
            "queued", name="In line", current_step="test: deploy.run", next_action="test: deploy.run waits for its turn"
        ),
    ]
    assert campaign_markdown("airflow-3", rows, "cluster") == (
        "# airflow-3\n"
        "\n"
        "1 actionable, 1 blocked, 1 completed\n"
        "\n"
        "| Cluster | Current step | Last done | Next action |\n"
        "| --- | --- | --- | --- |\n"
        "| E-mail notifications | test: infra.apply | test: infra.review |"
        " test: Run `pacman apply` to provision the resources (`/migrate infra-applied email.notifications test`) |\n"
        "| Done |  | prod-eu: verify.accept |  |\n"
        "| In line | test: deploy.run |  | test: deploy.run waits for its turn |\n"
    )


def test_a_campaign_without_migrations_is_an_empty_table() -> None:
    assert campaign_markdown("new", []) == (
        "# new\n\n0 actionable, 0 blocked, 0 completed\n\n"
        "| Resource | Current step | Last done | Next action |\n| --- | --- | --- | --- |\n"
    )


@pytest.mark.parametrize(
    ("status", "actionable", "counts"),
    [
        ("pending", True, "1 actionable, 0 blocked, 0 completed"),
        ("failed", True, "1 actionable, 0 blocked, 0 completed"),
        ("queued", True, "1 actionable, 0 blocked, 0 completed"),
        ("queued", False, "0 actionable, 1 blocked, 0 completed"),
        ("pending", False, "0 actionable, 1 blocked, 0 completed"),
        ("blocked", False, "0 actionable, 1 blocked, 0 completed"),
        ("in_progress", False, "0 actionable, 0 blocked, 0 completed, 1 in progress"),
        ("waiting", False, "0 actionable, 0 blocked, 0 completed, 1 in progress"),
        ("completed", False, "0 actionable, 0 blocked, 1 completed"),
        ("aborted", False, "0 actionable, 0 blocked, 0 completed, 1 aborted"),
    ],
)
def test_every_migration_is_counted_once(status: Status, actionable: bool, counts: str) -> None:
    assert counted([a_row(status, actionable=actionable)]) == counts


def test_the_numbers_add_up() -> None:
    states: list[Status] = ["pending", "failed", "queued", "waiting", "completed", "aborted", "in_progress", "blocked"]
    rows = [a_row(status, actionable=number % 2 == 0) for number, status in enumerate(states * 5)]
    assert sum(int(part.split()[0]) for part in counted(rows).split(", ")) == len(rows)


def test_a_hostile_name_stays_in_its_cell() -> None:
    row = a_row(name="a|b\n| c | <img src=x> \u202e", next_action="`x`|\r\n# title", command="")
    line = campaign_markdown("airflow-3", [row]).splitlines()[6]
    assert line == r"| a\|b \| c \| &lt;img src=x&gt; |  |  | `x`\| # title |"


def test_a_migration_shows_every_track() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",), outputs={"run_id": 5}))
    assert migration_markdown(story.view) == (
        "# E-mail notifications\n"
        "\n"
        "`airflow-3/email.notifications` is waiting.\n"
        "\n"
        "| Environment | Status | Phases | Waits for |\n"
        "| --- | --- | --- | --- |\n"
        "| shared | completed | ✓ code_migration |  |\n"
        "| test | deploy_running | ✓ infra **deploy** migrate verify | machines elsewhere |\n"
        "| prod-us | blocked | infra deploy migrate verify | test |\n"
        "| prod-eu | blocked | infra deploy migrate verify | test |\n"
    )


def test_what_a_track_waits_for() -> None:
    story = Story()
    assert waits_for(Standing(story.view, "shared")) == "its start"
    assert waits_for(Standing(story.act("start").view, "shared")) == "code_migration.rewrite"
    assert waits_for(Standing(story.view, "prod-us")) == "shared, test"
    asked = story.until("test", "infra.apply")
    assert waits_for(Standing(asked.view, "test")) == "Run `pacman apply` to provision the resources"
    assert waits_for(Standing(asked.view, "shared")) is None


IN_ORDER = the_campaign(waves={1: {}, 2: {"after": 1}})


def told(row: Summary) -> tuple[str, str, bool]:
    return row.next_action, row.command, row.actionable


def test_a_row_says_what_the_waves_are_now_whenever_it_was_written() -> None:
    closed = Gate(campaign="airflow-3")
    first, second = (summary_of(Story(campaign=IN_ORDER, resource=number).view) for number in (0, 1))
    start = [("Start it", f"start {row.resource}", True) for row in (first, second)]
    waits = ("waits for wave 1", "", False)

    rows = as_of(closed, IN_ORDER, [first, second])
    assert list(map(told, rows)) == [start[0], waits]
    for opened in (Gate(campaign="airflow-3", opened=(2,)), Gate(campaign="airflow-3", finished={1: 1})):
        assert list(map(told, as_of(opened, IN_ORDER, rows))) == start
    assert list(map(told, as_of(closed, IN_ORDER, as_of(closed, the_campaign(), rows)))) == [start[0], waits]


def test_a_row_of_one_that_has_started_is_left_as_it_is() -> None:
    asked = summary_of(Story(resource=1).until("test", "infra.apply").view)

    assert as_of(Gate(campaign="airflow-3"), IN_ORDER, [asked]) == [asked]


@pytest.mark.parametrize("status", ["pending", "in_progress", "completed"])
def test_a_row_of_what_the_file_names_no_more_says_so_and_asks_nothing(status: Status) -> None:
    left = a_row(status, resource="left.out", actionable=True, command="start left.out", next_action="Start it")

    (row,) = as_of(Gate(campaign="airflow-3"), IN_ORDER, [left])

    assert told(row) == ("no longer in the campaign", "", False)


def test_a_row_that_waits_for_a_time_names_it() -> None:
    frozen = the_campaign(windows=[{"deny": "Mon 08:00 - Mon 17:00", "zone": "UTC"}])
    row = summary_of(Story(campaign=frozen).act("start").view)

    assert row.next_action == "shared: code_migration.rewrite may start at 2026-03-02 17:00 UTC"


def test_two_thousand_rows_ask_for_each_wave_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(rows_now, "may_start_in", lambda *given: asked.append(given[2]))
    rows = [a_row("pending", wave=wave) for wave in (1, 2)] * 1000

    rows_now.as_of(Gate(campaign="airflow-3"), IN_ORDER, rows)

    assert sorted(asked) == [1, 2]


def test_a_track_waits_for_its_wave() -> None:
    view = Story(campaign=IN_ORDER, resource=1).view

    assert waits_for(Standing(view, "shared")) == "wave 1"


@pytest.mark.parametrize(
    ("track", "path", "command"),
    [
        ("shared", "code_migration.review", "pr-merged email.notifications shared"),
        ("test", "infra.apply", "infra-applied email.notifications test"),
    ],
)
def test_the_command_is_what_answers_the_question(track: str, path: str, command: str) -> None:
    assert summary_of(Story().until(track, path).view).command == command


def test_a_decision_is_typed_with_what_is_chosen() -> None:
    story = Story().until("test", "migrate.choose").report(Succeeded(choices=CHOICES))

    assert summary_of(story.view).command == "decide email.notifications test all"


def test_nobody_is_told_to_type_anything_while_machines_work() -> None:
    assert summary_of(Story().act("start").view).command == ""


def test_no_command_is_cut_off_however_long_the_question_is() -> None:
    row = a_row("awaiting_human", next_action="&" * 1000, command="pr-merged " + "x" * 60 + " shared")

    assert f"(`/migrate {row.command}`)" in campaign_markdown("airflow-3", [row])
