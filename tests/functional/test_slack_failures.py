"""Slack down, slow, limiting or refusing: migrations go on, an alert says what to do, and the cards catch up by themselves."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.fresh import CAMPAIGN, PLAN, apply_campaign, fill_github
from sandbox.runtime import Runtime
from sandbox.slack.workspace import Message
from sandbox.world import World, open_world
from shared import bootstrap, names
from shared.adapters import slack
from shared.adapters.slack import SlackCards
from shared.adapters.yaml_files import YamlFile
from shared.domain.timing import REFRESH
from state_schema.campaign import Campaign
from state_schema.plan import Plan

CHANNEL = "C0MIGRATE"
EMAIL = "airflow-3/email.notifications"
CARD = f"{EMAIL}#shared"
METHODS = ("chat.postMessage", "chat.update", "conversations.history")


@dataclass
class Workers:
    """The functions, as Lambda calls them, with the real Slack client against the mock Slack."""

    world: World
    caplog: pytest.LogCaptureFixture

    def work(self, seconds: float = 0) -> None:
        """Everything that is to be done, and then what comes within so many seconds."""
        clock, runtime = self.world.clock, Runtime(self.world.engine.inbox, self.world.clock.now)
        until = clock.now() + timedelta(seconds=seconds)
        while True:
            runtime.drain()
            hidden = self.world.engine.inbox.next_visible_at()  # type: ignore[attr-defined]
            if clock.now() > until or (hidden or until) > until or not self.world.engine.inbox.depth(names.CARDS):
                return
            clock.advance_to(hidden or clock.now())

    def start(self) -> None:
        self.world.slack.command("start email.notifications", CHANNEL, "U_OPERATOR")
        self.work()

    def stop(self) -> None:
        self.world.slack.command("abort email.notifications we stop here", CHANNEL, "U_OPERATOR")
        self.work()

    @property
    def status(self) -> str:
        return self.world.engine.migrations.load(EMAIL).view.state.status

    @property
    def cards(self) -> list[Message]:
        return [one for one in self.world.slack.messages(CHANNEL) if _key(one) == CARD]

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [vars(one) for one in self.caplog.records if getattr(one, "alert", "") == "slack"]


def _key(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("card", ""))


@pytest.fixture
def workers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Workers]:
    campaign = YamlFile.read(CAMPAIGN).parsed(Campaign).model_copy(update={"windows": ()})
    with open_world(tmp_path / "world.db", VirtualClock()) as world:
        fill_github(world.github, [resource.id for resource in campaign.resources])
        apply_campaign(world.engine, YamlFile.read(PLAN).parsed(Plan), campaign, world.clock.now())
        yield Workers(world, caplog)


REFUSALS = {
    "channel_not_found": "Correct `channel` in the campaign file",
    "not_in_channel": "Invite the app to the channel",
    "is_archived": "Unarchive the channel",
    "invalid_auth": "Store the bot token",
}


@pytest.mark.parametrize(("error", "mending"), REFUSALS.items())
def test_while_slack_refuses_the_channel_migrations_go_on_and_the_card_follows_when_it_is_mended(
    workers: Workers, error: str, mending: str
) -> None:
    workers.world.slack.close_channel(CHANNEL, error)
    workers.start()

    assert workers.status == "awaiting_human"
    assert workers.cards == []
    told = workers.alerts[0]
    assert (told["levelname"], told["kind"], told["error"]) == ("ERROR", "card", error)
    assert told["message"].startswith("Slack does not take a card: Slack refused the call for C0MIGRATE: ")
    assert mending in told["message"]
    assert told["message"].endswith("Migrations go on; the card follows by itself.")

    workers.world.slack.close_channel(CHANNEL, None)
    workers.work(seconds=120)
    assert len(workers.cards) == 1
    assert "Review and merge the pull request" in workers.cards[0].text


@pytest.mark.parametrize(("error", "status"), [("internal_error", 500), ("", 503), ("service_unavailable", 200)])
def test_while_slack_is_down_migrations_go_on_and_the_card_follows(workers: Workers, error: str, status: int) -> None:
    for method in METHODS:
        workers.world.slack.fail(method, error, status=status, times=1000)
    workers.start()

    assert workers.status == "awaiting_human"
    assert workers.cards == []
    assert {one["error"] for one in workers.alerts} == {"slack_down"}
    assert "Slack is in trouble" in workers.alerts[0]["message"]
    assert "https://status.slack.com" in workers.alerts[0]["message"]

    for method in METHODS:
        workers.world.slack.fail(method, error, times=0)
    workers.work(seconds=120)
    assert len(workers.cards) == 1


def test_a_slack_that_answers_too_slowly_holds_up_no_migration(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "TIMEOUT", 0.05)
    reached = bootstrap.current().outside.channel
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nobody = SlackCards(workers.world.secrets, f"http://127.0.0.1:{silent.getsockname()[1]}/api/")
        vars(bootstrap.current().outside)["channel"] = nobody
        workers.start()

    assert workers.status == "awaiting_human"
    assert workers.cards == []
    assert "could not be reached" in workers.alerts[0]["message"]

    vars(bootstrap.current().outside)["channel"] = reached
    workers.work(seconds=120)
    assert len(workers.cards) == 1


def test_being_limited_is_obeyed_and_is_an_alert_only_where_it_goes_on(workers: Workers) -> None:
    workers.world.slack.fail("chat.postMessage", "ratelimited", status=429, retry_after=40, times=1)
    began = workers.world.clock.now()
    workers.start()
    workers.work(seconds=30)
    assert (workers.cards, workers.alerts) == ([], [])

    workers.work(seconds=60)
    (shown,) = workers.cards
    assert float(shown.ts) - began.timestamp() >= 40


def test_being_limited_again_and_again_is_an_alert(workers: Workers) -> None:
    workers.world.slack.fail("chat.postMessage", "ratelimited", status=429, retry_after=5, times=20)
    workers.start()
    workers.work(seconds=300)

    assert {one["levelname"] for one in workers.alerts} == {"WARNING"}
    assert "Slack limits our rate." in workers.alerts[0]["message"]
    assert len(workers.cards) == 1


def test_a_card_that_somebody_deleted_is_posted_again_at_its_next_change(workers: Workers) -> None:
    workers.start()
    workers.world.slack.delete(CHANNEL, workers.cards[0].ts)
    workers.stop()
    workers.work(seconds=60)

    (shown,) = workers.cards
    assert "Aborted" in shown.text
    assert workers.alerts == []


def test_a_channel_that_is_archived_meanwhile_gets_the_last_word_when_it_is_opened_again(workers: Workers) -> None:
    workers.start()
    workers.world.slack.close_channel(CHANNEL, "is_archived")
    workers.stop()
    assert workers.status == "aborted"
    assert "Aborted" not in workers.cards[0].text

    workers.world.slack.close_channel(CHANNEL, None)
    workers.work(seconds=120)
    (shown,) = workers.cards
    assert "Aborted" in shown.text


def test_a_card_whose_message_is_lost_for_good_comes_with_the_refresh(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "CARD_RECEIVES", 2)
    workers.world.slack.close_channel(CHANNEL, "not_in_channel")
    workers.start()
    workers.work(seconds=300)
    assert workers.world.engine.inbox.depth(names.CARDS) == 0
    workers.world.slack.close_channel(CHANNEL, None)

    workers.world.clock.advance_to(workers.world.clock.now() + REFRESH)
    Runtime(workers.world.engine.inbox, workers.world.clock.now).sweep()
    workers.work(seconds=60)

    assert len(workers.cards) == 1
