"""The verdicts of `migrate doctor`: facts in, findings out, and a part that cannot be read hides none of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from shared import names
from shared.adapters.secrets import FixedSecrets
from shared.app.doctor import Patient, examine
from shared.app.doctor_aws import (
    check_alarms,
    check_clock,
    check_functions,
    check_queues,
    check_sweep,
    check_tables,
    function_name,
    required_alarms,
)
from shared.app.doctor_github import check_app, check_deliveries, undelivered
from shared.app.doctor_secrets import SHAPES, check_secrets
from shared.app.doctor_slack import check_slack
from shared.domain.findings import Finding
from shared.domain.grants import GITHUB_EVENTS, GITHUB_PERMISSIONS, SLACK_SCOPES
from shared.errors import PermanentError, RetryableError
from shared.ports.deployed import AlarmSeen, AppSeen, DeliverySeen, FunctionSeen, SlackSeen, TableSeen, TopicSeen
from state_schema.stage import Stage
from tests.stories import MONDAY

T = TypeVar("T")
URL = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:waymark-alerts"
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * 300 + "\n-----END RSA PRIVATE KEY-----\n"
SECRETS = {
    names.GITHUB_APP_KEY: KEY,
    names.GITHUB_WEBHOOK_SECRET: "0123456789abcdef",
    names.SLACK_SIGNING_SECRET: "0123456789abcdef" * 2,
    names.SLACK_BOT_TOKEN: "xoxb-1234567890-abc",
    names.DEPLOYMENT_TOKEN: "of-an-airflow",
}
GRANTED = {one.name: one.level for one in GITHUB_PERMISSIONS}
APP = AppSeen(
    slug="waymark",
    permissions=GRANTED,
    events=[one.event for one in GITHUB_EVENTS],
    hook_url=f"{URL}/github/webhooks",
    installed_permissions=GRANTED,
    suspended=False,
    bot_id=3,
)
STAGE = Stage.model_validate(
    {
        "name": "trial",
        "region": "eu-central-1",
        "github": {"app_id": "1", "installation_id": "2", "bot_id": "3"},
        "slack": {"team": "T0ACME"},
    }
)
FUNCTION = FunctionSeen(True, "python3.13", "arm64", "2026-11-28T10:00:00.000+0000", {"WAYMARK_SLACK_TEAM": "T0ACME"})
ALARM = AlarmSeen([TOPIC], "OK", "Somebody has to look.")


def levels(found: Sequence[Finding]) -> list[str]:
    return [one.level for one in found if one.level != "ok"]


def said(found: Sequence[Finding]) -> str:
    return " ".join(f"{one.said} {one.mend}" for one in found if one.level != "ok")


# Secrets.


def test_secrets_that_look_like_what_they_are_are_well() -> None:
    assert levels(check_secrets(FixedSecrets(SECRETS), deploys=True)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (names.GITHUB_APP_KEY, "SHA256:abcdef"),
        (
            names.GITHUB_APP_KEY,
            "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "A" * 300 + "\n-----END OPENSSH PRIVATE KEY-----",
        ),
        (names.GITHUB_APP_KEY, KEY[:200]),
        (names.GITHUB_WEBHOOK_SECRET, "hunter2"),
        (names.GITHUB_WEBHOOK_SECRET, f"{SECRETS[names.GITHUB_WEBHOOK_SECRET]}\n"),
        (names.SLACK_SIGNING_SECRET, "xoxb-1234567890-abc"),
        (names.SLACK_SIGNING_SECRET, "0123456789ABCDEF" * 2),
        (names.SLACK_BOT_TOKEN, "xoxp-1234567890-abc"),
        (names.SLACK_BOT_TOKEN, "xapp-1234567890-abc"),
        (names.SLACK_BOT_TOKEN, " xoxb-1234567890-abc"),
        (names.DEPLOYMENT_TOKEN, "a token\n"),
        (names.SLACK_BOT_TOKEN, '{"token": "xoxb-1234567890-abc"}'),
    ],
)
def test_a_secret_of_another_shape_is_broken_and_not_a_letter_of_it_is_said(name: str, text: str) -> None:
    found = check_secrets(FixedSecrets(SECRETS | {name: text}), deploys=True)

    assert levels(found) == ["broken"]
    assert name in said(found)
    assert text.strip() not in said(found)
    assert all(one.mend for one in found if one.level == "broken")


@pytest.mark.parametrize("name", SHAPES)
def test_a_secret_that_is_absent_is_named_with_the_command_that_stores_it(name: str) -> None:
    found = check_secrets(FixedSecrets({**SECRETS, name: ""}), deploys=True)

    assert levels(found) == ["broken"]
    assert f"--secret-id waymark/{name}" in said(found)


def test_the_token_of_deployments_may_be_absent_where_nothing_is_deployed() -> None:
    assert levels(check_secrets(FixedSecrets({**SECRETS, names.DEPLOYMENT_TOKEN: ""}), deploys=False)) == []


# GitHub.


def check(app: AppSeen = APP, bot_id: str = "3", api_url: str | None = URL) -> list[Finding]:
    return check_app(app, bot_id=bot_id, api_url=api_url)


def test_an_app_as_the_manifest_made_it_is_well() -> None:
    assert levels(check()) == []


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (replace(APP, permissions=GRANTED | {"contents": "read"}), "The App lacks permissions: contents: write."),
        (replace(APP, installed_permissions={"metadata": "read"}), "The installation has not been granted: contents"),
        (replace(APP, events=["push"]), "The App does not hear of: pull_request, "),
        (replace(APP, suspended=True), "The installation is suspended."),
        (replace(APP, hook_url=""), "The webhook leads to nowhere"),
        (replace(APP, hook_url="https://not-deployed-yet.invalid/github/webhooks"), "not-deployed-yet.invalid"),
        (replace(APP, hook_url=f"{URL}/github/webhooks/"), "not to"),
        (replace(APP, bot_id=4), "Set github.bot_id to 4"),
    ],
)
def test_what_is_wrong_with_the_app_is_broken(app: AppSeen, expected: str) -> None:
    found = check(app)

    assert levels(found) == ["broken"]
    assert expected in said(found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (check(replace(APP, permissions=GRANTED | {"administration": "write"})), "administration: write"),
        (check(replace(APP, bot_id=None)), "waymark[bot]"),
        (check(api_url=None), "Deploy first."),
    ],
)
def test_what_works_all_the_same_is_a_warning(found: list[Finding], expected: str) -> None:
    assert levels(found) == ["warn"]
    assert expected in said(found)


def delivery(
    number: int, guid: str, *, ok: bool = False, ago: timedelta = timedelta(hours=1), status: int = 500
) -> DeliverySeen:
    return DeliverySeen(number, guid, "pull_request", MONDAY - ago, ok, 202 if ok else status)


def test_a_delivery_that_arrived_at_the_second_attempt_has_arrived() -> None:
    attempts = [delivery(2, "a", ok=True), delivery(1, "a", ago=timedelta(hours=2))]

    assert levels(check_deliveries(attempts, MONDAY)) == []


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "The webhook secret in the App is not the stored one."), (404, "address is wrong"), (0, "did not answer")],
)
def test_one_that_did_not_arrive_says_what_the_door_answered(status: int, advice: str) -> None:
    found = check_deliveries([delivery(1, "a", status=status)], MONDAY)

    assert levels(found) == ["broken"]
    assert advice in said(found)
    assert "--redeliver" in said(found)


def test_the_last_attempt_of_each_is_asked_for_again_and_none_that_github_has_forgotten() -> None:
    attempts = [
        delivery(9, "a", ago=timedelta(hours=1)),
        delivery(4, "a", ago=timedelta(hours=3)),
        delivery(5, "b", ok=True),
        delivery(3, "b", ago=timedelta(hours=4)),
        delivery(8, "c", ago=timedelta(hours=2)),
        delivery(1, "old", ago=timedelta(days=3)),
    ]

    assert [one.id for one in undelivered(attempts, MONDAY)] == [9, 8]


def test_no_webhook_at_all_is_worth_a_look() -> None:
    assert levels(check_deliveries([], MONDAY)) == ["warn"]


# Slack.


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (SlackSeen("T0ACME", [one.name for one in SLACK_SCOPES]), []),
        (SlackSeen("T0OTHER", [one.name for one in SLACK_SCOPES]), ["broken"]),
        (SlackSeen("T0ACME", ["chat:write"]), ["broken"]),
        (SlackSeen("T0ACME", [*(one.name for one in SLACK_SCOPES), "admin"]), ["warn"]),
        (SlackSeen("", []), ["broken", "broken"]),
    ],
)
def test_the_bot_token_is_of_our_workspace_and_has_the_scopes(seen: SlackSeen, expected: list[str]) -> None:
    assert levels(check_slack(seen, team="T0ACME")) == expected


# AWS.


@pytest.mark.parametrize(
    ("table", "level"),
    [
        (TableSeen(True, True), []),
        (TableSeen(True, False), ["broken"]),
        (TableSeen(False, True), ["warn"]),
        (None, ["broken"]),
    ],
)
def test_a_table_is_there_and_recoverable(table: TableSeen | None, level: list[str]) -> None:
    assert levels(check_tables({"waymark-state": table})) == level


def test_messages_may_wait_but_no_dead_letters() -> None:
    dead = names.dead_letter_queue(names.CARDS)

    assert levels(check_queues({names.CARDS: 70, dead: 0})) == []
    assert "3 dead letters wait in cards-dead" in said(check_queues({names.CARDS: 0, dead: 3}))
    assert "There is no queue cards." in said(check_queues({names.CARDS: None, dead: 0}))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (FUNCTION, ""),
        (None, "There is no function advance."),
        (replace(FUNCTION, active=False), "Not able to run: advance."),
        (replace(FUNCTION, environment={"WAYMARK_SLACK_TEAM": "T0OTHER"}), "other settings"),
        (replace(FUNCTION, environment={"WAYMARK_GITHUB_APP_ID": "9"}), "other settings"),
        (replace(FUNCTION, architecture="x86_64"), "other settings"),
        (replace(FUNCTION, runtime="python3.12"), "other settings"),
    ],
)
def test_a_function_runs_as_the_stage_says(function: FunctionSeen | None, expected: str) -> None:
    found = check_functions({"advance": function}, STAGE)

    assert expected in said(found)
    assert levels(found) == (["broken"] if expected else [])


def alarms(**changes: AlarmSeen) -> dict[str, AlarmSeen]:
    return dict.fromkeys(required_alarms(), ALARM) | changes


def test_alarms_that_tell_the_topic_and_a_topic_that_tells_somebody_are_well() -> None:
    assert levels(check_alarms(alarms(), TopicSeen(TOPIC, 1, 2))) == []


@pytest.mark.parametrize(
    ("seen", "topic", "expected"),
    [
        (alarms(more=replace(ALARM, actions=[])), TopicSeen(TOPIC, 1, 0), ["Alarms that tell nobody: more."]),
        (
            alarms(more=replace(ALARM, actions=[f"{TOPIC}-2"])),
            TopicSeen(TOPIC, 1, 0),
            ["Alarms that tell nobody: more."],
        ),
        ({}, TopicSeen(TOPIC, 1, 0), ["There is no alarm waymark-sightings-dead,"]),
        (alarms(), TopicSeen(TOPIC, 0, 1), ["reaches nobody. 1 have not confirmed"]),
        (alarms(), TopicSeen(TOPIC, 0, 0), ["reaches nobody."]),
        (alarms(), None, ["There is no topic for alarms.", "Alarms that tell nobody"]),
    ],
)
def test_an_alarm_that_nobody_hears_is_broken(
    seen: Mapping[str, AlarmSeen], topic: TopicSeen | None, expected: list[str]
) -> None:
    found = check_alarms(seen, topic)

    assert set(levels(found)) == {"broken"}
    assert [one for one in expected if one not in said(found)] == []


def test_one_that_rings_says_what_it_is_about() -> None:
    found = check_alarms(alarms(more=replace(ALARM, state="ALARM")), TopicSeen(TOPIC, 1, 0))

    assert levels(found) == ["warn"]
    assert "more rings now. Somebody has to look." in said(found)


@pytest.mark.parametrize(
    ("last", "overdue", "level"),
    [
        (MONDAY - timedelta(minutes=4), [], "ok"),
        (MONDAY - timedelta(minutes=6), [], "broken"),
        (None, [], "broken"),
        (MONDAY, ["airflow-3/email.notifications"], "broken"),
    ],
)
def test_the_sweep_ran_lately_and_passes_over_nothing(last: datetime | None, overdue: list[str], level: str) -> None:
    assert check_sweep(last, overdue, MONDAY).level == level


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "ok"), (59, "ok"), (60, "warn"), (-300, "broken"), (90_000, "broken")]
)
def test_the_clock_agrees_with_awss(seconds: int, level: str) -> None:
    assert check_clock(MONDAY + timedelta(seconds=seconds), MONDAY).level == level


# All of it.


@dataclass
class Everything:
    """Every port at once, of a deployment that is well; what is named in `fails` cannot be read."""

    fails: set[str] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def _or_fail(self, name: str, found: T) -> T:
        if name in self.fails:
            raise RetryableError(f"{name} is away.")
        return found

    def app(self) -> AppSeen:
        return self._or_fail("app", APP)

    def deliveries(self, since: datetime) -> list[DeliverySeen]:
        assert since == MONDAY - timedelta(days=3)
        return self._or_fail("deliveries", [delivery(2, "b"), delivery(1, "a", ago=timedelta(hours=9))])

    def deliver_again(self, delivery: int) -> None:
        self.asked.append(delivery)

    def seen(self) -> SlackSeen:
        return self._or_fail("seen", SlackSeen("T0ACME", [one.name for one in SLACK_SCOPES]))

    def table(self, name: str) -> TableSeen:
        return self._or_fail("table", TableSeen(active=True, recoverable=True))

    def waiting(self, queue: str) -> int:
        assert queue.startswith("waymark-")
        return self._or_fail("waiting", 0)

    def alarms(self, prefix: str) -> dict[str, AlarmSeen]:
        return self._or_fail("alarms", alarms())

    def topic(self, name: str) -> TopicSeen:
        return TopicSeen(TOPIC, 1, 0)

    def function(self, name: str) -> FunctionSeen:
        return self._or_fail("function", FUNCTION)

    def last_log(self, group: str) -> datetime:
        return self._or_fail("last_log", MONDAY)

    def api_url(self, name: str) -> str:
        return URL

    def clock(self) -> datetime:
        return self._or_fail("clock", MONDAY)

    def due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        return []

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        raise AssertionError("a doctor changes nothing")

    def next_due(self) -> datetime | None:
        return None


def patient(all_of_it: Everything, stage: Stage = STAGE, secrets: Mapping[str, str] = SECRETS) -> Patient:
    return Patient(
        stage=stage,
        secrets=FixedSecrets(secrets),
        github=lambda: all_of_it,
        slack=all_of_it,
        foundations=all_of_it,
        watch=all_of_it,
        running=all_of_it,
        due_times=all_of_it,
        now=MONDAY,
    )


PARTS = {
    "table": "tables",
    "waiting": "queues",
    "function": "functions",
    "app": "github",
    "deliveries": "github",
    "seen": "slack",
    "alarms": "alarms",
    "last_log": "sweep",
    "clock": "clock",
}


@pytest.mark.parametrize(("fails", "check"), PARTS.items())
def test_a_part_that_cannot_be_read_is_broken_and_the_others_are_looked_at(fails: str, check: str) -> None:
    found = examine(patient(Everything({fails})))

    assert {one.check for one in found} == {"secrets", *PARTS.values()}
    assert f"It could not be looked at. {fails} is away." in [one.said for one in found if one.check == check]


def test_without_the_apps_key_github_is_not_looked_at_and_slack_is() -> None:
    def keyless() -> Everything:
        raise PermanentError("The secret github-app-key is absent.", "no_secret")

    found = examine(replace(patient(Everything()), github=keyless))

    assert [one.said for one in found if one.check == "github"] == [
        "It could not be looked at. The secret github-app-key is absent."
    ]
    assert levels([one for one in found if one.check == "slack"]) == []


def test_an_app_that_was_not_made_yet_is_told_as_that() -> None:
    stage = STAGE.model_copy(update={"github": STAGE.github.model_copy(update={"app_id": "0"})})

    found = examine(patient(Everything({"app"}), stage))

    (github,) = [one for one in found if one.check == "github"]
    assert (github.level, "setup/trial/README.md" in github.mend) == ("broken", True)


def test_nothing_is_delivered_again_unless_asked_and_then_the_oldest_first() -> None:
    looked, asked = Everything(), Everything()

    examine(patient(looked))
    examine(patient(asked), redeliver=True)

    assert (looked.asked, asked.asked) == ([], [1, 2])


def test_the_alarms_that_are_required_are_of_functions_and_queues_that_there_are() -> None:
    assert len(required_alarms()) == len(set(required_alarms())) == len(names.FUNCTIONS) + len(names.QUEUES) + 3
    assert function_name("github_webhook") == "waymark-github-webhook"
