"""Clicks and commands through the real handler: what is enqueued, and what the person is told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import bootstrap_doors, names
from shared.errors import RetryableError
from shared.webhooks.delivery import MAX_BODY
from tests.deliveries import COMMANDS, INTERACTIONS, NOW, click, gateway_event, interaction, slack_event, typed
from tests.functional.doors import SECRETS, Answer, World, post_slack

ACT = {
    "kind": "act",
    "id": "slack:13345224609.738474920.8088930838d88f008e0",
    "at": "2026-11-20T10:16:00+00:00",
    "migration": "airflow-3/email.notifications",
    "actor": "slack:T_ACME/U_OPERATOR",
    "verb": "approve",
    "checkpoint": {"track": "prod-us", "step": "deploy.approval", "attempt": 1, "digest": "0123456789abcdef"},
    "choices": None,
    "reply_to": {
        "response_url": "https://hooks.slack.com/actions/T_ACME/1111/abcd",
        "channel": "C_MIGRATE",
        "user": "U_OPERATOR",
    },
}
COMMAND = {
    "kind": "command",
    "id": "slack:13345224610.738474920.19f3a0b6c5d4e3f2",
    "at": "2026-11-20T10:16:00+00:00",
    "actor": "slack:T_ACME/U_OPERATOR",
    "text": "start email.notifications",
    "channel": "C_MIGRATE",
    "reply_to": {
        "response_url": "https://hooks.slack.com/commands/T_ACME/2222/efgh",
        "channel": "C_MIGRATE",
        "user": "U_OPERATOR",
    },
}
TAKEN = Answer(200)
BOTH = pytest.mark.parametrize(("path", "body"), [(INTERACTIONS, interaction(click())), (COMMANDS, typed())])


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    bootstrap_doors.use(world.doors())
    yield world
    bootstrap_doors.use(None)


class BusyOutbox:
    """Takes nothing."""

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        raise RetryableError("SQS is down")


def ephemeral(text: str) -> Answer:
    return Answer(200, {"response_type": "ephemeral", "text": text})


def test_a_click_becomes_one_act_in_the_group_of_its_migration(world: World) -> None:
    assert post_slack(slack_event(INTERACTIONS, interaction(click()))) == TAKEN
    assert world.sent() == {names.SIGNALS: [ACT]}
    assert [message.group for message in world.queues.receive(names.SIGNALS)] == ["airflow-3/email.notifications"]


def test_a_click_on_a_suggestion_becomes_the_command_that_it_says(world: World) -> None:
    payload = click()
    payload["actions"][0] |= {"action_id": "say:2", "value": "verify email.notifications test"}

    assert post_slack(slack_event(INTERACTIONS, interaction(payload))) == TAKEN

    said = {"text": "verify email.notifications test", "id": ACT["id"], "reply_to": ACT["reply_to"]}
    assert world.sent() == {names.SIGNALS: [COMMAND | said]}
    assert [message.group for message in world.queues.receive(names.SIGNALS)] == ["command:T_ACME/C_MIGRATE"]


def test_a_command_becomes_one_command_and_its_author_is_told(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, typed())) == ephemeral(
        "Got it: `/migrate start email.notifications`. The answer follows here."
    )
    assert world.sent() == {names.SIGNALS: [COMMAND]}
    assert [message.group for message in world.queues.receive(names.SIGNALS)] == ["command:T_ACME/C_MIGRATE"]


@BOTH
def test_a_delivery_sent_twice_is_one_signal(world: World, path: str, body: bytes) -> None:
    assert post_slack(slack_event(path, body)) == post_slack(slack_event(path, body))
    assert len(world.sent()[names.SIGNALS]) == 1


def test_two_people_who_click_are_two_acts(world: World) -> None:
    second = click() | {"trigger_id": "2.2.2", "user": {"id": "U_APPROVER", "team_id": "T_ACME"}}
    for payload in (click(), second):
        post_slack(slack_event(INTERACTIONS, interaction(payload)))
    assert [act["actor"] for act in world.sent()[names.SIGNALS]] == [
        "slack:T_ACME/U_OPERATOR",
        "slack:T_ACME/U_APPROVER",
    ]


def test_a_command_without_text_is_taken(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, typed(text=""))) == ephemeral(
        "Got it: `/migrate`. The answer follows here."
    )
    assert [command["text"] for command in world.sent()[names.SIGNALS]] == [""]


def test_what_is_repeated_to_a_person_pings_nobody_and_stays_short(world: World) -> None:
    hostile = post_slack(slack_event(COMMANDS, typed(text="start `<!channel>` & co")))
    assert hostile == ephemeral("Got it: `/migrate start '&lt;!channel&gt;' &amp; co`. The answer follows here.")
    long = post_slack(slack_event(COMMANDS, typed(text="x" * 3000, trigger_id="3")))
    assert len(long.body["text"]) < 400


def test_a_text_that_is_too_long_is_refused_whole_and_kindly(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, typed(text="x" * 3001))) == ephemeral(
        "That is 3,001 characters, and `/migrate` takes 3,000. Nothing was done; send less at once."
    )
    assert world.sent() == {}


def test_another_command_is_refused_kindly(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, typed(command="/deploy"))) == ephemeral(
        "I only know `/migrate`, and this was `/deploy`. Nothing was done."
    )
    assert world.sent() == {}


def test_a_link_button_is_acknowledged_and_nothing_is_enqueued(world: World) -> None:
    payload = click()
    payload["actions"][0] = {"type": "button", "action_id": "link:1", "action_ts": "1795170061.480012"}
    assert post_slack(slack_event(INTERACTIONS, interaction(payload))) == TAKEN
    assert world.sent() == {}


@pytest.mark.parametrize(
    "change",
    [{"type": "view_submission"}, {"type": "exploded"}, {"actions": [{"action_id": "exploded"}]}, {"actions": []}],
)
def test_an_unknown_interaction_is_202_and_nothing_is_enqueued(world: World, change: dict[str, object]) -> None:
    assert post_slack(slack_event(INTERACTIONS, interaction(click() | change))) == Answer(202)
    assert world.sent() == {}


def test_a_button_of_ours_that_cannot_be_read_is_400_so_that_slack_marks_the_click(world: World) -> None:
    payload = click()
    payload["actions"][0]["value"] = "approve"
    assert post_slack(slack_event(INTERACTIONS, interaction(payload))).status == 400
    assert world.sent() == {}


@BOTH
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "1795169761"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
    ],
)
def test_a_missing_or_wrong_signature_is_401(world: World, path: str, body: bytes, headers: dict[str, str]) -> None:
    assert post_slack(slack_event(path, body, headers=headers)).status == 401
    assert world.sent() == {}


@BOTH
@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_stale_or_early_signature_is_401(world: World, path: str, body: bytes, seconds: int) -> None:
    assert post_slack(slack_event(path, body, at=NOW + timedelta(seconds=seconds))) == Answer(
        401, {"error": "X-Slack-Request-Timestamp is more than five minutes away from now"}
    )
    assert world.sent() == {}


@BOTH
def test_a_second_signature_is_401(world: World, path: str, body: bytes) -> None:
    event = slack_event(path, body)
    event["headers"]["X-Slack-Signature"] = "v0=" + "0" * 64
    assert post_slack(event).status == 401


@BOTH
def test_another_workspace_is_401(world: World, path: str, body: bytes) -> None:
    bootstrap_doors.use(world.doors(team="T_OTHER"))
    assert post_slack(slack_event(path, body)) == Answer(
        401, {"error": "this workspace is not the one that WAYMARK_SLACK_TEAM names"}
    )
    assert world.sent() == {}


def test_a_guest_of_another_workspace_is_401(world: World) -> None:
    payload = click() | {"user": {"id": "U_GUEST", "team_id": "T_OTHER"}}
    assert post_slack(slack_event(INTERACTIONS, interaction(payload))).status == 401
    assert world.sent() == {}


@pytest.mark.parametrize("path", [INTERACTIONS, COMMANDS])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"type": "block_actions"}',
        b"payload",
        b"payload=%FF",
        b"payload={&command=1",
        b"payload=1&payload=2",
        b"command=1&command=2",
        b"&".join(b"a%d=1" % number for number in range(1000)),
        b"payload=" + b"[" * 100_000,
        b"payload=" + b"%7B%22a%22%3A" * 50_000,
        b"other=1",
    ],
    ids=range(12),
)
def test_what_is_no_form_of_slack_is_4xx_though_rightly_signed(world: World, path: str, body: bytes) -> None:
    status = post_slack(slack_event(path, body)).status
    assert status == (401 if (path, body) == (COMMANDS, b"payload={&command=1") else 400)
    assert world.sent() == {}


def test_a_body_that_is_no_utf8_is_401(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, b"command=\xff")).status == 401


@pytest.mark.parametrize("path", [INTERACTIONS, COMMANDS])
def test_a_huge_body_is_413_though_rightly_signed(world: World, path: str) -> None:
    assert post_slack(slack_event(path, typed(text="x" * MAX_BODY))).status == 413


def test_broken_base64_is_400(world: World) -> None:
    assert post_slack(slack_event(COMMANDS, typed()) | {"body": "%%%"}).status == 400


@BOTH
def test_a_body_as_text_is_read_like_one_in_base64(world: World, path: str, body: bytes) -> None:
    event = slack_event(path, body) | {"body": body.decode(), "isBase64Encoded": False}
    assert post_slack(event).status == 200
    assert len(world.sent()[names.SIGNALS]) == 1


@pytest.mark.parametrize("path", [INTERACTIONS, COMMANDS])
def test_slacks_check_of_the_certificate_is_answered(world: World, path: str) -> None:
    assert post_slack(slack_event(path, b"ssl_check=1&token=deprecated")) == TAKEN
    assert world.sent() == {}


def test_slacks_check_of_the_address_is_answered_where_it_is_signed(world: World) -> None:
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aB1"}'
    json_type = {"Content-Type": "application/json"}
    assert post_slack(slack_event(INTERACTIONS, body, headers=json_type)) == Answer(200, {"challenge": "3eZbrw1aB1"})
    assert post_slack(slack_event(INTERACTIONS, body, headers=json_type | {"X-Slack-Signature": ""})).status == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"type": "event_callback"}', b"[" * 100_000], ids=range(6)
)
def test_other_json_is_400(world: World, body: bytes) -> None:
    assert post_slack(slack_event(INTERACTIONS, body, headers={"Content-Type": "application/json"})).status == 400


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_another_method_is_405_and_another_path_404(world: World, method: str) -> None:
    assert post_slack(gateway_event(COMMANDS, {}, b"", method=method)) == Answer(405, {"error": "send it with POST"})
    assert post_slack(slack_event("/slack/events", b"")).status == 404


def test_a_command_sent_to_the_route_of_clicks_is_400(world: World) -> None:
    assert post_slack(slack_event(INTERACTIONS, typed())).status == 400
    assert post_slack(slack_event(COMMANDS, interaction(click()))).status == 400


@BOTH
def test_a_busy_queue_is_503_so_that_the_person_sees_an_error(world: World, path: str, body: bytes) -> None:
    bootstrap_doors.use(world.doors(outbox=BusyOutbox()))
    assert post_slack(slack_event(path, body)) == Answer(
        503, {"error": "it could not be taken right now; send it again"}
    )


@BOTH
def test_a_missing_secret_is_500(world: World, path: str, body: bytes) -> None:
    bootstrap_doors.use(world.doors(secrets={}))
    assert post_slack(slack_event(path, body)) == Answer(
        500, {"error": "this door is not set up right; its log says why"}
    )


def test_the_log_has_ids_but_neither_text_nor_secret(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    post_slack(slack_event(COMMANDS, typed(text="start something.private")))
    (line,) = capsys.readouterr().err.splitlines()
    assert {key: value for key, value in json.loads(line).items() if key != "timestamp"} == {
        "level": "INFO",
        "service": "waymark.slack",
        "message": "signal enqueued",
        "correlation": "JKJaXmPLvHcESHA=",
        "request": "JKJaXmPLvHcESHA=",
        "signal": COMMAND["id"],
        "group": "command:T_ACME/C_MIGRATE",
    }
    assert not [text for text in ("private", *SECRETS.values()) if text in line]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from([INTERACTIONS, COMMANDS]),
    st.dictionaries(
        st.sampled_from(["payload", "command", "text", "team_id", "user_id", "channel_id", "trigger_id", "ssl_check"]),
        st.text() | st.sampled_from(["T_ACME", "/migrate", "U_OPERATOR", "{}", "1"]),
    ),
)
def test_any_signed_form_gets_an_answer(world: World, path: str, form: dict[str, str]) -> None:
    body = urlencode(form, errors="replace").encode()
    assert post_slack(slack_event(path, body)).status in {200, 202, 400, 401}
