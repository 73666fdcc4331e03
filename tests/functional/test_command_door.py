"""Commands over HTTP: who API Gateway verified may say them, everybody else nothing; the answer is the Answer."""

import json
import logging
from typing import Any

import pytest

from shared.app.command_door import take_command
from shared.errors import RetryableError
from tests.deliveries import gateway_event
from tests.functional.journey import Journey
from tests.stories import APPROVER, the_campaign

ARN = "arn:aws:sts::111122223333:assumed-role/migrators/deploy-bot"
IAM = {"iam": {"userArn": ARN, "accountId": "111122223333"}}
JWT = {"jwt": {"claims": {"iss": "https://login.example.com/", "sub": "user-1"}, "scopes": None}}
PATH = "/v1/campaigns/airflow-3/commands"
PEOPLE = {"operators": [f"principal:{ARN}", "principal:https://login.example.com/#user-1"], "approvers": [APPROVER]}
LOG = logging.getLogger("test")


def journey() -> Journey:
    return Journey(the_campaign(people=PEOPLE))


def request(
    body: object, authorizer: object = IAM, path: str = PATH, method: str = "POST", **headers: str
) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    event: dict[str, Any] = gateway_event(path, headers, raw, method=method)
    event["requestContext"]["authorizer"] = authorizer
    return event


def post(world: Journey, event: dict[str, Any]) -> tuple[int, Any]:
    response = take_command(event, store=world.engine.store, outbox=world.queues, now=world.clock(), log=LOG)
    assert isinstance(response["body"], str)
    assert isinstance(response["statusCode"], int)
    return response["statusCode"], json.loads(response["body"])


@pytest.mark.parametrize("authorizer", [IAM, JWT], ids=["iam", "jwt"])
def test_a_verified_operator_starts_a_migration(authorizer: object) -> None:
    world = journey()

    assert post(world, request({"text": "start email.notifications"}, authorizer)) == (
        200,
        {
            "status": "done",
            "message": "Started email.notifications; now code_migration.rewrite of shared is at work.",
            "reason_code": "",
            "suggestions": [],
            "warnings": [],
            "next_steps": [],
            "related_resources": [],
        },
    )
    assert world.view().state.started_by in PEOPLE["operators"]


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        "arn:aws:iam::111122223333:user/x",
        {"iam": None},
        {"iam": {"userArn": ""}},
        {"iam": {"userArn": "principal:local"}},
        {"iam": {"userArn": "local"}},
        {"iam": {"userArn": f"{ARN} "}},
        {"iam": {"userArn": f"{ARN}\n"}},
        {"iam": {"userArn": ["arn"]}},
        {"iam": {"userArn": f"arn:aws:sts::111122223333:assumed-role/{'x' * 500}"}},
        {"jwt": {"claims": {"sub": ARN}}},
        {"jwt": {"claims": {"iss": "", "sub": "user-1"}}},
        {"jwt": {"claims": {"iss": "https://login.example.com/#x", "sub": "user-1"}}},
        {"jwt": {"claims": {"iss": "https://login.example.com/", "sub": "a b"}}},
        {"jwt": {"claims": {"iss": "https://" + "a" * 110, "sub": "u" * 100}}},
        {"jwt": {"claims": None}},
        {"lambda": {"principalId": ARN}},
        {"principalId": ARN},
        IAM | JWT,
    ],
)
def test_who_is_not_verified_is_nobody_and_changes_nothing(authorizer: object) -> None:
    world = journey()
    event = request({"text": "start email.notifications"}, authorizer, authorization="Bearer x")

    status, body = post(world, event)

    assert (status, set(body)) == (401, {"error"})
    assert world.kinds() == ["migration_created"]


def test_a_name_in_the_body_is_not_believed() -> None:
    status, body = post(journey(), request({"text": "start email.notifications", "actor": "slack:T0ACME/U_OPERATOR"}))

    assert (status, body) == (400, {"error": 'send JSON of this shape, and nothing else in it: {"text": "status"}'})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"status"', b"{}", b'{"text": 7}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_command_is_refused(body: bytes) -> None:
    status, answer = post(journey(), request(body))

    assert (status, set(answer)) == (400, {"error"})


@pytest.mark.parametrize("text", ["x" * 3001, "start \ud800"])
def test_a_text_that_nobody_could_store_is_refused(text: str) -> None:
    assert post(journey(), request({"text": text}))[0] == 400


@pytest.mark.parametrize(
    ("text", "authorizer", "status", "code"),
    [
        ("start email.notifications", {"iam": {"userArn": ARN + "-2"}}, 403, "not_permitted"),
        ("start email.notification", IAM, 404, "unknown_resource"),
        ("strat email.notifications", IAM, 404, "unknown_command"),
        ("retry email.notifications", IAM, 409, "nothing_to_answer"),
        ("pause all", IAM, 409, "all_of_one"),
        ('start "email', IAM, 409, "unreadable"),
    ],
)
def test_a_refusal_is_the_answer_with_a_status_that_fits(text: str, authorizer: object, status: int, code: str) -> None:
    given, body = post(journey(), request({"text": text}, authorizer))

    assert (given, body["status"], body["reason_code"]) == (status, "refused", code)


def test_a_campaign_that_does_not_exist_is_not_replaced_by_another() -> None:
    status, body = post(journey(), request({"text": "status"}, path="/v1/campaigns/airflow-4/commands"))

    assert (status, body["reason_code"]) == (404, "unknown_campaign")


def test_the_path_names_the_campaign_and_the_text_no_other() -> None:
    world = journey()
    world.apply(the_campaign(campaign="tables", people=PEOPLE))

    status, body = post(world, request({"text": "start email.notifications --campaign tables"}))

    assert (status, body["reason_code"]) == (409, "two_campaigns")
    assert world.view("tables/email.notifications").state.status == "pending"


def test_the_texts_are_plain() -> None:
    _, body = post(journey(), request({"text": "start"}))

    assert body["message"] == "Which resource? Write `start <resource>`, and the environment where it matters."


def test_sent_again_with_the_same_key_it_is_done_once() -> None:
    world = journey()
    event = request({"text": "start email.notifications"}, **{"Idempotency-Key": "deploy-17"})
    assert post(world, event)[0] == 200
    before = world.kinds()

    status, body = post(world, event)

    assert (status, body["message"]) == (200, "`start` was taken before; nothing changed at email.notifications.")
    assert world.kinds() == before


def test_a_key_of_somebody_else_is_another_key() -> None:
    world = journey()
    post(world, request({"text": "start email.notifications"}, **{"Idempotency-Key": "deploy-17"}))

    _, body = post(world, request({"text": "start email.notifications"}, JWT, **{"Idempotency-Key": "deploy-17"}))

    assert body["reason_code"] == "already_started"


@pytest.mark.parametrize("key", ["a b", "\u00e9", "x" * 201])
def test_a_strange_key_is_refused(key: str) -> None:
    assert post(journey(), request({"text": "status"}, **{"Idempotency-Key": key}))[0] == 400


@pytest.mark.parametrize(
    "path", ["/v1/campaigns", "/v1/campaigns//commands", "/v1/campaigns/a/b/commands", "/v1/campaigns/airflow-3", "/"]
)
def test_another_path_is_not_there(path: str) -> None:
    assert post(journey(), request({"text": "status"}, path=path)) == (
        404,
        {"error": "there is nothing here; try /v1/campaigns/{campaign}/commands"},
    )


def test_only_post_commands() -> None:
    assert post(journey(), request({"text": "status"}, method="GET"))[0] == 405


def test_a_store_that_is_busy_asks_to_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = journey()

    def busy(*_: object) -> None:
        raise RetryableError("the store is busy")

    monkeypatch.setattr(type(world.engine.migrations), "save", busy)

    assert post(world, request({"text": "start email.notifications"}))[0] == 503
