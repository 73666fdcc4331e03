import json
from typing import Any

import pytest

from shared.app.status import answer
from shared.domain.history import record
from shared.domain.view import Cause
from shared.messages.status_page import campaign_markdown, migration_markdown
from state_schema.events import MigrationCreated, Recorded
from tests.fakes.reading import FakeReading
from tests.stories import OPERATOR, Story, the_campaign

EMAIL = "/campaigns/airflow-3/migrations/email.notifications"


def history_of(story: Story) -> tuple[Recorded, ...]:
    view = story.view
    created = MigrationCreated(
        campaign=view.campaign.id,
        resource=view.state.resource,
        plan=view.state.plan,
        environments=view.state.environments,
    )
    return record([created, *story.events], 0, "", Cause(story.now, OPERATOR, "told"))


@pytest.fixture
def story() -> Story:
    return Story().until("test", "infra.apply")


@pytest.fixture
def reading(story: Story) -> FakeReading:
    return FakeReading(story.view, Story(resource=1).view, records=history_of(story))


def get(reading: FakeReading, path: str, accept: str = "*/*", method: str = "GET", **event: Any) -> dict[str, Any]:
    request = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": accept},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    return answer(
        request | event,
        campaigns=reading.campaigns,
        index=reading,
        migrations=reading.migrations,
        history=reading,
    )


def body(response: dict[str, Any], status: int = 200) -> dict[str, Any]:
    assert response["statusCode"] == status
    document: dict[str, Any] = json.loads(response["body"])
    return document


def test_all_campaigns(reading: FakeReading) -> None:
    expected = {"campaigns": [{"campaign": "airflow-3", "plan": "airflow-3@1", "resources": 2}]}
    assert body(get(reading, "/campaigns")) == expected
    assert body(get(reading, "/campaigns/")) == expected


def test_a_campaign_and_one_of_its_waves(reading: FakeReading) -> None:
    campaign = body(get(reading, "/campaigns/airflow-3"))
    assert (campaign["summary"], [row["resource"] for row in campaign["migrations"]]) == (
        "2 actionable, 0 blocked, 0 completed",
        ["email.notifications", "billing.reports"],
    )
    assert campaign["waves"] == {"1": {"after": None}, "2": {"after": None}}
    wave = body(get(reading, "/campaigns/airflow-3/waves/2"))
    assert (wave["wave"], wave["after"], [row["resource"] for row in wave["migrations"]]) == (
        2,
        None,
        ["billing.reports"],
    )


def test_a_migration_with_every_track(reading: FakeReading, story: Story) -> None:
    phases = {"infra": "pending", "deploy": "pending", "migrate": "pending", "verify": "pending"}
    blocked = {
        "status": "blocked",
        "word": "blocked",
        "phases": phases,
        "step": None,
        "waiting_for": "test",
        "blocked_by": ["test"],
        "checkpoint": None,
    }
    state = story.view.state
    button = story.button("test")
    assert body(get(reading, EMAIL)) == {
        "migration": "airflow-3/email.notifications",
        "resource": "email.notifications",
        "name": "E-mail notifications",
        "plan": "airflow-3@1",
        "status": "awaiting_human",
        "word": "infra_to_confirm",
        "version": state.version,
        "changed_at": state.changed_at.isoformat(),
        "next_action": "test: Run `pacman apply` to provision the resources",
        "command": "infra-applied email.notifications test",
        "tracks": {
            "shared": {
                "status": "completed",
                "word": "completed",
                "phases": {"code_migration": "completed"},
                "step": "code_migration.review",
                "waiting_for": None,
                "blocked_by": [],
                "checkpoint": None,
            },
            "test": {
                "status": "awaiting_human",
                "word": "infra_to_confirm",
                "phases": phases | {"infra": "awaiting_human"},
                "step": "infra.apply",
                "waiting_for": "Run `pacman apply` to provision the resources",
                "blocked_by": [],
                "checkpoint": {
                    "kind": "confirmation",
                    "reason": "step",
                    "verbs": ["infra-applied"],
                    "ask": "Run `pacman apply` to provision the resources",
                    "digest": button.digest,
                    "opened_at": state.changed_at.isoformat().replace("+00:00", "Z"),
                    "step": "infra.apply",
                    "attempt": 1,
                    "commands": ["/migrate infra-applied email.notifications test"],
                },
            },
            "prod-us": blocked,
            "prod-eu": blocked,
        },
    }


def test_a_migration_that_did_not_start(reading: FakeReading) -> None:
    tracks = body(get(reading, "/campaigns/airflow-3/migrations/billing.reports"))["tracks"]
    assert {name: (track["status"], track["blocked_by"]) for name, track in tracks.items()} == {
        "shared": ("pending", []),
        "test": ("blocked", ["shared"]),
        "prod-us": ("blocked", ["shared", "test"]),
        "prod-eu": ("blocked", ["shared", "test"]),
    }


def test_a_page_says_which_wave_a_migration_waits_for() -> None:
    campaign = the_campaign(waves={1: {}, 2: {"after": 1}})
    reading = FakeReading(*(Story(campaign=campaign, resource=number).view for number in (0, 1)))

    for path in ("/campaigns/airflow-3", "/campaigns/airflow-3/waves/2"):
        late = body(get(reading, path))["migrations"][-1]
        assert (late["resource"], late["next_action"], late["actionable"]) == (
            "billing.reports",
            "waits for wave 1",
            False,
        )
    assert body(get(reading, "/campaigns/airflow-3"))["summary"] == "1 actionable, 1 blocked, 0 completed"
    one = body(get(reading, "/campaigns/airflow-3/migrations/billing.reports"))
    assert (one["next_action"], one["command"], one["tracks"]["shared"]["waiting_for"]) == (
        "waits for wave 1",
        "",
        "wave 1",
    )


def test_history_goes_on_where_a_page_ended(reading: FakeReading, story: Story) -> None:
    path, numbers, after = f"{EMAIL}/history", [], "0"
    for _ in range(100):
        page = body(get(reading, path, queryStringParameters={"after": after, "limit": "7"}))
        numbers += [event["number"] for event in page["events"]]
        if page["next"] is None:
            break
        after = str(page["next"])
    assert numbers == list(range(1, story.view.state.version + 1))


def test_a_whole_history_fits_one_page(reading: FakeReading, story: Story) -> None:
    page = body(get(reading, f"{EMAIL}/history", rawQueryString="limit=1000"))
    assert (len(page["events"]), page["next"], page["version"]) == (
        story.view.state.version,
        None,
        story.view.state.version,
    )
    assert page["events"][0]["event"]["kind"] == "migration_created"


def test_after_the_last_event_there_is_nothing(reading: FakeReading) -> None:
    page = body(get(reading, f"{EMAIL}/history", queryStringParameters={"after": "999999999"}))
    assert (page["events"], page["next"]) == ([], None)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "-1"},
        {"limit": "x"},
        {"limit": ""},
        {"after": "-1"},
        {"after": "1e3"},
        {"after": "9" * 5000},
        {"after": "٣"},
        {"limit": None},
    ],
)
def test_a_bad_number_is_named(reading: FakeReading, query: dict[str, str]) -> None:
    name = next(iter(query))
    document = body(get(reading, f"{EMAIL}/history", queryStringParameters=query), 400)
    assert document["error"].startswith(f"{name} is ")
    assert len(document["error"]) < 200


@pytest.mark.parametrize("wave", ["x", "-1", "1.5", "%20", "9" * 100])
def test_a_wave_that_is_no_number_is_a_bad_request(reading: FakeReading, wave: str) -> None:
    assert "the wave is" in body(get(reading, f"/campaigns/airflow-3/waves/{wave}"), 400)["error"]


def test_what_does_not_exist_is_answered_with_what_does(reading: FakeReading) -> None:
    assert body(get(reading, "/campaigns/nope"), 404) == {
        "error": "There is no campaign 'nope'.",
        "campaigns": ["airflow-3"],
    }
    assert body(get(reading, "/campaigns/airflow-3/waves/7"), 404) == {
        "error": "airflow-3 has no wave 7.",
        "waves": [1, 2],
    }
    assert body(get(reading, "/campaigns/airflow-3/migrations/billing.report"), 404) == {
        "error": "airflow-3 has no migration of 'billing.report'.",
        "resources": ["billing.reports"],
        "of": 2,
    }
    assert "routes" in body(get(reading, "/elsewhere"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/campaign",
        "/campaigns//",
        "/campaigns/../etc",
        "/campaigns/%2e%2e/%2e%2e/etc",
        "/campaigns/a%2Fb",
        "/campaigns/airflow-3/migrations/",
        f"{EMAIL}/history/1",
        f"{EMAIL}%2Fhistory",
        "/campaigns/%00",
        "/campaigns/%ff%fe",
        "/campaigns/" + "a" * 100_000,
        "/campaigns/airflow-3/migrations/<script>",
        "/campaigns/%ED%A0%80",
        "/%63ampaign",
        "/campaigns/airflow-3/migrations/a#STATE",
        "/campaigns/AIRFLOW-3",
        "/campaigns/\ud800",
    ],
)
def test_a_hostile_path_finds_nothing_and_reaches_no_store(reading: FakeReading, path: str) -> None:
    body(get(reading, path), 404)
    assert set(reading.asked) <= {"airflow-3"}


def test_percent_encoded_parts_are_decoded(reading: FakeReading) -> None:
    assert get(reading, "/campaigns/airflow%2D3/migrations/email%2Enotifications") == get(reading, EMAIL)


def test_the_stage_is_no_part_of_the_path(reading: FakeReading) -> None:
    context = {"http": {"method": "GET"}, "stage": "prod"}
    assert body(get(reading, "/prod/campaigns", requestContext=context)) == body(get(reading, "/campaigns"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", ""])
def test_it_is_only_read(reading: FakeReading, method: str) -> None:
    response = get(reading, "/campaigns/airflow-3", method=method)
    assert (response["statusCode"], response["headers"]["allow"]) == (405, "GET")


@pytest.mark.parametrize("accept", ["text/markdown", "text/html, text/markdown;q=0.8", "TEXT/MARKDOWN ; charset=utf-8"])
def test_markdown_for_who_asks(reading: FakeReading, story: Story, accept: str) -> None:
    response = get(reading, EMAIL, accept)
    assert (response["statusCode"], response["headers"]["content-type"]) == (200, "text/markdown; charset=utf-8")
    assert response["body"] == migration_markdown(story.view)


def test_a_campaign_in_markdown_speaks_the_plans_word(reading: FakeReading) -> None:
    rows = list(reading.in_campaign("airflow-3"))
    assert get(reading, "/campaigns/airflow-3", "text/markdown")["body"] == campaign_markdown(
        "airflow-3", rows, "cluster"
    )
    assert "# airflow-3, wave 2" in get(reading, "/campaigns/airflow-3/waves/2", "text/markdown")["body"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/markdown;q=0", ""])
def test_json_for_everybody_else(reading: FakeReading, accept: str) -> None:
    assert get(reading, EMAIL, accept)["headers"]["content-type"].startswith("application/json")


def test_history_has_no_markdown(reading: FakeReading) -> None:
    response = get(reading, f"{EMAIL}/history", "text/markdown")
    assert response["headers"]["content-type"].startswith("application/json")


def test_a_busy_store_is_asked_again_later(reading: FakeReading) -> None:
    reading.busy = True
    response = get(reading, EMAIL)
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "2")


@pytest.mark.parametrize("event", [{}, None, [], "x", {"rawPath": 7, "requestContext": None, "headers": []}])
def test_an_event_of_any_shape_gets_an_answer(reading: FakeReading, event: object) -> None:
    response = answer(event, campaigns=reading.campaigns, index=reading, migrations=reading.migrations, history=reading)
    assert response["statusCode"] == 404
