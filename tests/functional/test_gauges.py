"""What operators watch as a level: the age of the oldest question, and what is left of GitHub's quota."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from github import Auth, Github

from functions.advance.handler import handler as advance
from functions.observe.handler import handler as observe
from functions.skills.rewrite_dags.handler import handler as rewrite_dags
from functions.sweep.handler import handler as sweep
from sandbox import aws_events
from shared import bootstrap, names
from shared.adapters.github_client import quota_left
from shared.app.gauges import Oldest, oldest_checkpoint
from shared.errors import PermanentError, RetryableError
from tests.fakes.user_groups import FakeUserGroups
from tests.functional.hearing import heard
from tests.functional.journey import BILLING
from tests.functional.test_handlers import Deployed, deployed, sighting

__all__ = ["deployed", "heard"]


def swept(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    vars(bootstrap.current().outside)["user_groups"] = FakeUserGroups({})
    sweep(aws_events.schedule(deployed.clock()), None)
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def gauge(lines: list[dict[str, Any]], name: str) -> tuple[list[float], str]:
    """Value and unit."""
    (document,) = [line for line in lines if name in line]
    (metric,) = document["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert metric["Name"] == name
    return document[name], metric["Unit"]


def asked(deployed: Deployed) -> None:
    """A migration whose first pull request waits for a review."""
    order = deployed.started()
    deployed.call(rewrite_dags, names.skill_queue("rewrite_dags"), order.model_dump_json())
    (report,) = deployed.sent(names.SIGNALS)
    deployed.call(advance, names.SIGNALS, json.dumps(report))


def test_where_nobody_is_asked_the_age_is_zero(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()

    assert gauge(swept(deployed, capsys), names.OLDEST_CHECKPOINT) == ([0.0], "Seconds")


def test_it_is_the_age_of_the_oldest_question(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    asked(deployed)
    deployed.clock.advance(seconds=90_000)

    ((age,), unit) = gauge(swept(deployed, capsys), names.OLDEST_CHECKPOINT)

    assert (round(age), unit) == (90_000, "Seconds")


def test_no_migration_is_loaded_for_it(deployed: Deployed) -> None:
    deployed.apply()
    asked(deployed)
    deployed.clock.advance(seconds=60)
    engine = deployed.engine
    with closing(sqlite3.connect(bootstrap.current().settings.data)) as file:
        file.execute("UPDATE states SET body = '{'")
        file.commit()

    found = oldest_checkpoint(campaigns=engine.campaigns, index=engine.index, now=deployed.clock())

    assert found == Oldest(60.0, ())


def test_a_list_that_cannot_be_read_is_told_and_the_sweep_goes_on(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.apply()
    with closing(sqlite3.connect(bootstrap.current().settings.data)) as file:
        file.execute("UPDATE states SET summary = '{' WHERE migration = ?", (BILLING,))
        file.commit()

    lines = swept(deployed, capsys)

    (told,) = [line for line in lines if line.get("alert") == "unreadable"]
    assert f"the summary of {BILLING} cannot be read" in told["reason"]
    assert gauge(lines, names.OLDEST_CHECKPOINT)[1] == "Seconds"


def test_a_store_that_is_busy_leaves_it_out_this_time(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.apply()

    class Busy:
        def in_campaign(self, *_: object) -> list[object]:
            raise RetryableError("the table is throttled")

    object.__setattr__(deployed.engine, "index", Busy())

    lines = swept(deployed, capsys)

    assert [line["reason"] for line in lines if line.get("level") == "WARNING"] == ["the table is throttled"]
    assert [line for line in lines if "_aws" in line] == []


def a_client(left: int) -> Github:
    client = Github(auth=Auth.Token("none"), lazy=True)
    client.requester.rate_limiting = (left, 5000)
    return client


def test_the_quota_is_that_of_githubs_last_answer_and_asks_for_nothing() -> None:
    assert quota_left(a_client(4321)) == 4321
    assert quota_left(a_client(0)) == 0
    assert quota_left(Github(auth=Auth.Token("none"), lazy=True)) is None


@pytest.mark.parametrize("left", [4321, 0])
def test_a_look_tells_what_is_left(deployed: Deployed, capsys: pytest.CaptureFixture[str], left: int) -> None:
    deployed.apply()
    vars(bootstrap.current().outside)["_github"] = a_client(left)

    deployed.call(observe, names.SIGHTINGS, sighting("pull_request:7/1"))

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert gauge(lines, names.GITHUB_QUOTA) == ([float(left)], "Count")


def test_a_skill_tells_what_is_left(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    order = deployed.started()
    vars(bootstrap.current().outside)["_github"] = a_client(17)
    capsys.readouterr()

    deployed.call(rewrite_dags, names.skill_queue("rewrite_dags"), order.model_dump_json())

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert gauge(lines, names.GITHUB_QUOTA) == ([17.0], "Count")


def test_where_github_was_not_asked_nothing_is_told(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()

    deployed.call(observe, names.SIGHTINGS, sighting("pull_request:7/1"))

    assert names.GITHUB_QUOTA not in capsys.readouterr().err


def test_a_campaign_of_a_later_release_keeps_nobody_elses_groups_from_being_read(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.apply()
    campaigns = deployed.engine.campaigns

    def load(name: str) -> Any:
        raise PermanentError("the campaign airflow-3 cannot be read", "unreadable")

    monkeypatch.setattr(campaigns, "load", load)

    lines = swept(deployed, capsys)

    assert [line["groups"] for line in lines if "groups" in line] == [
        {"airflow-3": "the campaign airflow-3 cannot be read"}
    ]
