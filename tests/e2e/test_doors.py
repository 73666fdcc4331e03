"""Whom the deployed API lets in."""

import json

import pytest
import requests

from sandbox.scenario import load
from sandbox.slack.payloads import signed_headers
from shared import names
from shared.webhooks.signatures import github_signature
from tests.deliveries import captured, interaction, typed
from tests.e2e.deployed import TIMEOUT, Deployed
from tests.e2e.grants import without
from tests.e2e.journey import Journey, in_campaign


def test_a_webhook_gets_in_by_its_signature_alone(deployed: Deployed) -> None:
    headers, document = captured("github/ping")
    body = json.dumps(document).encode()
    right = github_signature(deployed.outside.secrets[names.GITHUB_WEBHOOK_SECRET], body)
    unsigned = deployed.post("/github/webhooks", body, headers)
    changed = deployed.post("/github/webhooks", body + b" ", headers | {"X-Hub-Signature-256": right})
    signed = deployed.post("/github/webhooks", body, headers | {"X-Hub-Signature-256": right})
    assert (unsigned.status_code, changed.status_code, signed.status_code) == (401, 401, 200)
    assert signed.json() == {"status": "pong"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/slack/commands", typed(), id="a command"),
        pytest.param("/slack/interactions", interaction({"type": "block_actions"}), id="a click"),
    ],
)
def test_slack_gets_in_by_its_signature_alone(deployed: Deployed, path: str, body: bytes) -> None:
    forged = signed_headers(body, "another secret", 1_795_169_760)
    answers = [deployed.post(path, body, headers) for headers in ({}, forged)]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_status_and_commands_are_for_callers_whom_iam_knows(deployed: Deployed) -> None:
    journey = Journey(deployed, in_campaign(load("happy_path"), "shown", "C0SHOWN", "shown.cluster"))
    journey.apply()
    routes = (
        ("GET", "/campaigns", None),
        ("GET", "/campaigns/shown/migrations/shown.cluster", None),
        ("POST", "/v1/campaigns/shown/commands", {"text": "status shown.cluster"}),
    )
    strangers = [
        requests.request(method, deployed.api + path, json=body, timeout=TIMEOUT) for method, path, body in routes
    ]
    known = [deployed.call(*route) for route in routes]
    assert [answer.status_code for answer in strangers] == [403, 403, 403]
    assert [answer.status_code for answer in known] == [200, 200, 200], [answer.text for answer in known]
    assert "shown" in [one["campaign"] for one in known[0].json()["campaigns"]]
    assert known[1].json()["status"] == "pending"
    assert known[2].json()["status"] == "shown"


def test_what_is_no_route_of_ours_is_not_there(deployed: Deployed) -> None:
    assert deployed.call("GET", "/").status_code == 404
    assert deployed.call("GET", "/github/webhooks").status_code == 404


def test_a_door_without_its_grant_says_so_to_nobody_but_its_log(deployed: Deployed) -> None:
    """Each role is in force here: a grant that is missing in the template fails the tests of this folder."""
    headers, document = captured("github/pull_request.closed.merged")
    body = json.dumps(document).encode()
    secret = deployed.outside.secrets[names.GITHUB_WEBHOOK_SECRET]
    signed = headers | {"X-Hub-Signature-256": github_signature(secret, body)}
    with without("github_webhook", "sqs:SendMessage"):
        refused = deployed.post("/github/webhooks", body, signed)
    taken = deployed.post("/github/webhooks", body, signed)
    assert refused.status_code >= 500
    assert "sqs" not in refused.text.lower()
    assert "AccessDenied" in "\n".join(deployed.lines("github_webhook"))
    assert taken.status_code == 202
