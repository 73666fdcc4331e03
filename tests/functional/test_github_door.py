"""Webhooks through the real handler: what is enqueued, and what a sender is told where nothing is."""

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import bootstrap_doors, names
from shared.errors import PermanentError, RetryableError
from shared.webhooks.delivery import MAX_BODY
from shared.webhooks.github import ACTIONS
from shared.webhooks.signatures import github_signature
from tests.deliveries import GITHUB_PATH, GITHUB_SECRET, captured, captured_github, gateway_event, github_event
from tests.functional.doors import SECRETS, Answer, World, post_github

MERGED = "pull_request.closed.merged"
SIGHTING = {
    "address": "pull_request:710001/41",
    "event": "pull_request",
    "action": "closed",
    "delivery": "00000001-c4a1-11f1-9d3e-0242ac120002",
    "repository": "acme/infrastructure",
    "seen_at": "2026-11-20T10:16:00+00:00",
}
ACCEPTED = Answer(202, {"status": "accepted", "address": "pull_request:710001/41"})
IGNORED = Answer(202, {"status": "ignored"})
BAD_SIGNATURE = Answer(401, {"error": "X-Hub-Signature-256 is missing or wrong"})


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    bootstrap_doors.use(world.doors())
    yield world
    bootstrap_doors.use(None)


class BrokenOutbox:
    """Takes nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        raise self.error


def body_of(name: str) -> bytes:
    return json.dumps(captured(f"github/{name}")[1]).encode()


def test_a_merge_becomes_one_sighting_in_the_group_of_its_address(world: World) -> None:
    assert post_github(captured_github(MERGED)) == ACCEPTED
    assert world.sent() == {names.SIGHTINGS: [SIGHTING]}
    assert [message.group for message in world.queues.receive(names.SIGHTINGS)] == ["pull_request:710001/41"]


def test_a_finished_run_becomes_a_sighting_though_our_own_app_started_it(world: World) -> None:
    address = "workflow_run:710001/9876543999"
    assert post_github(captured_github("workflow_run.completed.failure")) == Answer(
        202, {"status": "accepted", "address": address}
    )
    assert [sighting["address"] for sighting in world.sent()[names.SIGHTINGS]] == [address]


def test_a_ping_is_answered(world: World) -> None:
    assert post_github(captured_github("ping")) == Answer(200, {"status": "pong"})
    assert world.sent() == {}


def test_a_delivery_sent_twice_is_one_sighting(world: World) -> None:
    assert [post_github(captured_github(MERGED)), post_github(captured_github(MERGED))] == [ACCEPTED, ACCEPTED]
    assert world.sent() == {names.SIGHTINGS: [SIGHTING]}


def test_a_redelivery_minutes_later_is_looked_at_again_because_it_may_be_a_repair(world: World) -> None:
    post_github(captured_github(MERGED))
    world.clock.advance(301)
    post_github(captured_github(MERGED))
    assert len(world.sent()[names.SIGHTINGS]) == 2


def test_another_fact_under_the_same_delivery_id_is_not_lost(world: World) -> None:
    guid = {"X-GitHub-Delivery": "00000001-c4a1-11f1-9d3e-0242ac120002"}
    post_github(github_event(body_of(MERGED), headers=guid))
    post_github(github_event(body_of("pull_request.closed.unmerged"), headers=guid))
    assert len(world.sent()[names.SIGHTINGS]) == 2


def test_the_same_fact_from_two_hooks_is_two_hints(world: World) -> None:
    for guid in ("00000001-c4a1-11f1-9d3e-0242ac120002", "0000000a-c4a1-11f1-9d3e-0242ac120002"):
        post_github(github_event(body_of(MERGED), headers={"X-GitHub-Delivery": guid}))
    assert len(world.sent()[names.SIGHTINGS]) == 2


@pytest.mark.parametrize(
    ("event", "action"),
    [("pull_request", "labeled"), ("pull_request", "exploded"), ("check_run", "completed"), ("new_event", "closed")],
)
def test_an_unknown_event_or_action_is_202_and_nothing_is_enqueued(world: World, event: str, action: str) -> None:
    body = json.dumps(captured(f"github/{MERGED}")[1] | {"action": action}).encode()
    assert post_github(github_event(body, headers={"X-GitHub-Event": event})) == IGNORED
    assert world.sent() == {}


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "sha256=é", "sha256=\ud800", github_signature("another secret", b"{}")],
)
def test_a_missing_or_wrong_signature_is_401(world: World, signature: str) -> None:
    assert post_github(github_event(body_of(MERGED), signature=signature)) == BAD_SIGNATURE
    assert world.sent() == {}


def test_a_changed_body_is_401(world: World) -> None:
    event = captured_github(MERGED)
    event["body"] += " "
    assert post_github(event) == BAD_SIGNATURE


def test_the_signature_is_of_the_raw_bytes_not_of_what_they_mean(world: World) -> None:
    body = json.dumps(captured(f"github/{MERGED}")[1], indent=7, sort_keys=True, ensure_ascii=False).encode()
    assert post_github(github_event(body)) == ACCEPTED


@pytest.mark.parametrize("name", ["X-HUB-SIGNATURE-256", "x-hub-signature-256", "X-Hub-Signature-256"])
def test_header_names_may_have_any_case(world: World, name: str) -> None:
    body = body_of(MERGED)
    event = github_event(body, signature="")
    event["headers"][name] = github_signature(GITHUB_SECRET, body)
    assert post_github(event) == ACCEPTED


def test_a_second_signature_is_401_whichever_of_them_is_right(world: World) -> None:
    event = captured_github(MERGED)
    event["headers"]["X-Hub-Signature-256"] = "sha256=" + "0" * 64
    assert post_github(event) == BAD_SIGNATURE
    event["headers"] = dict(reversed(event["headers"].items()))
    assert post_github(event) == BAD_SIGNATURE


def test_a_body_in_base64_is_verified_after_decoding(world: World) -> None:
    body = body_of(MERGED)
    headers = {"X-GitHub-Event": "pull_request", "X-Hub-Signature-256": github_signature(GITHUB_SECRET, body)}
    assert post_github(gateway_event(GITHUB_PATH, headers, body, encoded=True)) == ACCEPTED


@pytest.mark.parametrize("body", ["%%%", "YWJj\n", "YWJ", "é"])
def test_broken_base64_is_400(world: World, body: str) -> None:
    event = captured_github(MERGED) | {"body": body, "isBase64Encoded": True}
    assert post_github(event) == Answer(400, {"error": "the body cannot be decoded"})


@pytest.mark.parametrize("body", [7, [], {}, True])
def test_a_body_that_is_no_text_is_400(world: World, body: object) -> None:
    assert post_github(captured_github(MERGED) | {"body": body}).status == 400


def test_half_a_surrogate_pair_is_400(world: World) -> None:
    assert post_github(captured_github(MERGED) | {"body": "\ud800"}).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"payload=%7B%7D",
        b"\xff\xfe{}",
        b'{"action": "closed\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"number": ' + b"9" * 5000 + b"}",
        b"[]",
        b"null",
        b'"closed"',
        b"1",
    ],
    ids=range(12),
)
def test_what_is_no_json_object_is_400_though_rightly_signed(world: World, body: bytes) -> None:
    headers = {"X-GitHub-Event": "pull_request", "X-Hub-Signature-256": github_signature(GITHUB_SECRET, body)}
    assert post_github(gateway_event(GITHUB_PATH, headers, body)).status == 400
    assert world.sent() == {}


def test_json_as_deep_as_can_be_read_is_just_ignored(world: World) -> None:
    body = b'{"action": "closed", "pull_request": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert post_github(github_event(body)) == IGNORED


def test_a_delivery_without_its_event_name_is_400(world: World) -> None:
    assert post_github(github_event(b"{}", headers={"X-GitHub-Event": ""})) == Answer(
        400, {"error": "X-GitHub-Event is missing"}
    )


@pytest.mark.parametrize("encoded", [True, False])
def test_a_huge_body_is_413_though_rightly_signed(world: World, encoded: bool) -> None:
    body = b'{"a": "' + b"x" * MAX_BODY + b'"}'
    headers = {"X-GitHub-Event": "pull_request", "X-Hub-Signature-256": github_signature(GITHUB_SECRET, body)}
    assert post_github(gateway_event(GITHUB_PATH, headers, body, encoded=encoded)).status == 413
    assert world.sent() == {}


def test_a_huge_body_of_few_characters_is_413(world: World) -> None:
    assert post_github(captured_github(MERGED) | {"body": "é" * (MAX_BODY // 2 + 1)}).status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", ""])
def test_another_method_is_405(world: World, method: str) -> None:
    event = gateway_event(GITHUB_PATH, {}, b"", method=method)
    assert post_github(event) == Answer(405, {"error": "send it with POST"})


@pytest.mark.parametrize("path", ["/", "", "/github/webhooks/", "/github", "/slack/commands", "/GITHUB/WEBHOOKS"])
def test_another_path_is_404(world: World, path: str) -> None:
    assert post_github(captured_github(MERGED) | {"rawPath": path}).status == 404


def test_the_stage_in_front_of_the_path_is_not_part_of_it(world: World) -> None:
    event = captured_github(MERGED) | {"rawPath": "/live/github/webhooks"}
    event["requestContext"]["stage"] = "live"
    assert post_github(event) == ACCEPTED


@pytest.mark.parametrize(
    "event", [None, [], {}, "x", {"requestContext": []}, {"headers": 1, "requestContext": {"http": 1}}]
)
def test_an_event_of_another_shape_is_404(world: World, event: object) -> None:
    assert post_github(event).status == 404


def test_a_missing_secret_is_500_and_says_so_in_the_log_only(world: World, caplog: pytest.LogCaptureFixture) -> None:
    bootstrap_doors.use(world.doors(secrets={}))
    logger = logging.getLogger("waymark.github-webhook")
    logger.addHandler(caplog.handler)
    answer = post_github(captured_github(MERGED))
    logger.removeHandler(caplog.handler)
    assert answer == Answer(500, {"error": "this door is not set up right; its log says why"})
    assert [(record.levelname, vars(record)["reason"]) for record in caplog.records] == [
        ("ERROR", "The secret github-webhook-secret is absent or has no text. Store one under this name.")
    ]
    assert world.sent() == {}


def test_a_busy_queue_is_503_so_that_github_shows_a_failed_delivery(world: World) -> None:
    bootstrap_doors.use(world.doors(outbox=BrokenOutbox(RetryableError("SQS is down"))))
    assert post_github(captured_github(MERGED)) == Answer(
        503, {"error": "it could not be taken right now; send it again"}
    )


def test_a_queue_that_is_gone_is_500(world: World) -> None:
    bootstrap_doors.use(world.doors(outbox=BrokenOutbox(PermanentError("there is no such queue"))))
    assert post_github(captured_github(MERGED)).status == 500


def test_a_bug_is_not_hidden(world: World) -> None:
    bootstrap_doors.use(world.doors(outbox=BrokenOutbox(KeyError("a bug"))))
    with pytest.raises(KeyError):
        post_github(captured_github(MERGED))


def test_the_log_is_json_lines_without_body_or_secret(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    post_github(captured_github(MERGED))
    post_github(github_event(b'{"private": "text"}', signature="sha256=wrong"))
    captured_text = capsys.readouterr()
    lines = [json.loads(line) for line in captured_text.err.splitlines()]
    assert [{key: value for key, value in line.items() if key != "timestamp"} for line in lines] == [
        {
            "level": "INFO",
            "service": "waymark.github-webhook",
            "message": "sighting enqueued",
            "correlation": "00000001-c4a1-11f1-9d3e-0242ac120002",
            "request": "JKJaXmPLvHcESHA=",
            "delivery": "00000001-c4a1-11f1-9d3e-0242ac120002",
            "github_event": "pull_request",
            "action": "closed",
            "address": "pull_request:710001/41",
        },
        {
            "level": "WARNING",
            "service": "waymark.github-webhook",
            "message": "delivery rejected",
            "correlation": "JKJaXmPLvHcESHA=",
            "request": "JKJaXmPLvHcESHA=",
            "status": "401",
            "reason": "X-Hub-Signature-256 is missing or wrong",
            "unexpected": "unknown_sender",
        },
        {
            "_aws": {
                "Timestamp": lines[-1]["_aws"]["Timestamp"],
                "CloudWatchMetrics": [
                    {
                        "Namespace": "Waymark",
                        "Dimensions": [["service"]],
                        "Metrics": [{"Name": "unknown_senders", "Unit": "Count"}],
                    }
                ],
            },
            "service": "waymark.github-webhook",
            "unknown_senders": [1.0],
        },
    ]
    assert captured_text.out == ""
    assert not [secret for secret in SECRETS.values() if secret in captured_text.err]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from([*ACTIONS, "ping", "push", "issue_comment"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["action", "repository", "pull_request", "workflow_run", "id", "number", "sender"])
                | st.text(),
                inner,
                max_size=5,
            )
        ),
        max_leaves=15,
    ),
)
def test_arbitrary_signed_json_gets_a_2xx_or_400(world: World, event: str, payload: object) -> None:
    answer = post_github(github_event(json.dumps(payload).encode(), headers={"X-GitHub-Event": event}))
    assert answer.status in ({200, 202} if isinstance(payload, dict) else {400})


def test_a_command_in_a_comment_is_one_signal_in_the_group_of_its_pull_request(world: World) -> None:
    answers = [post_github(captured_github("issue_comment.created.command")) for _ in range(2)]

    assert answers == [ACCEPTED, ACCEPTED]
    assert world.sent() == {
        names.SIGNALS: [
            {
                "kind": "command",
                "id": "github:comment:550041",
                "at": "2026-11-20T10:16:00+00:00",
                "actor": "github:1002",
                "text": "retry test the image is there now",
                "cut_off": 0,
                "about": "pull_request:710001/41",
                "written_at": "2026-11-20T10:15:40+00:00",
                "reply_to": {"comment": {"repository_id": 710001, "number": 41, "comment_id": 550041}},
            }
        ]
    }
    assert [message.group for message in world.queues.receive(names.SIGNALS)] == ["command:pull_request:710001/41"]


def test_talk_in_a_comment_is_ignored(world: World) -> None:
    assert post_github(captured_github("issue_comment.created.talk")) == IGNORED
    assert world.sent() == {}


def test_a_command_of_our_own_app_is_ignored(world: World) -> None:
    headers, body = captured("github/issue_comment.created.command")
    event = github_event(json.dumps(body | {"sender": {"id": 9100, "type": "Bot"}}).encode(), headers=headers)

    assert post_github(event) == IGNORED
    assert world.sent() == {}


def test_a_comment_with_a_wrong_signature_is_401(world: World) -> None:
    headers, body = captured("github/issue_comment.created.command")

    assert post_github(github_event(json.dumps(body).encode(), headers=headers, signature="sha256=0")) == BAD_SIGNATURE
    assert world.sent() == {}
