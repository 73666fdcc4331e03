"""A payload says where to look, whatever else is in it, and says nothing where it is odd."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.github import ACTIONS, sighting_of
from shared.webhooks.sighting import Sighting
from tests.deliveries import captured

AT = "2026-11-20T10:16:00+00:00"
GUID = "00000001-c4a1-11f1-9d3e-0242ac120002"
BOT = 9100

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
payloads = st.fixed_dictionaries(
    {},
    optional={
        "action": st.sampled_from(sorted(set().union(*ACTIONS.values()))) | json_values,
        "repository": st.fixed_dictionaries({}, optional={"id": json_values, "full_name": json_values}) | json_values,
        "pull_request": st.fixed_dictionaries({}, optional={"number": json_values}) | json_values,
        "workflow_run": st.fixed_dictionaries({}, optional={"id": json_values}) | json_values,
        "sender": st.fixed_dictionaries({}, optional={"id": json_values}) | json_values,
    },
)


def look(event: str, payload: object, own_app: int | None = None) -> Sighting | None:
    return sighting_of(event, GUID, payload, seen_at=AT, own_app=own_app)


def body_of(name: str) -> dict[str, Any]:
    return captured(f"github/{name}")[1]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("pull_request.closed.merged", "pull_request:710001/41"),
        ("pull_request.closed.unmerged", "pull_request:710001/41"),
        ("pull_request.synchronize", "pull_request:710001/41"),
        ("pull_request_review.submitted.changes_requested", "pull_request:710001/41"),
        ("workflow_run.completed.success", "workflow_run:710001/9876543210"),
        ("workflow_run.completed.failure", "workflow_run:710001/9876543999"),
    ],
)
def test_each_captured_delivery_says_where_to_look(name: str, address: str) -> None:
    headers, body = captured(f"github/{name}")
    event, delivery = headers["X-GitHub-Event"], headers["X-GitHub-Delivery"]
    assert sighting_of(event, delivery, body, seen_at=AT) == Sighting(
        address=address,
        event=event,
        action=body["action"],
        delivery=delivery,
        repository="acme/infrastructure",
        seen_at=AT,
    )


def test_merged_and_unmerged_close_are_the_same_hint() -> None:
    merged = look("pull_request", body_of("pull_request.closed.merged"))
    assert merged == look("pull_request", body_of("pull_request.closed.unmerged"))


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("pull_request", "labeled"),
        ("pull_request", "exploded"),
        ("pull_request", "completed"),
        ("pull_request_review", "closed"),
        ("workflow_run", "exploded"),
        ("workflow_job", "completed"),
        ("issues", "closed"),
        ("installation", "created"),
        ("", "closed"),
    ],
)
def test_unknown_event_or_action_is_ignored(event: str, action: str) -> None:
    payload = body_of("pull_request.closed.merged") | body_of("workflow_run.completed.success") | {"action": action}
    assert look(event, payload) is None


@pytest.mark.parametrize("odd", [None, True, -1, 0, 41.0, "41", [41], {"id": 41}, 2**63, 10**4000, float("nan")])
def test_an_odd_number_is_ignored(odd: object) -> None:
    pull_request = body_of("pull_request.closed.merged")
    run = body_of("workflow_run.completed.success")
    assert look("pull_request", {**pull_request, "pull_request": {"number": odd}}) is None
    assert look("pull_request", {**pull_request, "repository": {"id": odd}}) is None
    assert look("workflow_run", {**run, "workflow_run": {"id": odd}}) is None


@pytest.mark.parametrize(
    "payload", [None, [], "closed", 1, {}, {"action": ["closed"]}, {"action": "closed", "repository": []}]
)
def test_an_odd_payload_is_ignored(payload: object) -> None:
    assert [look(event, payload) for event in ACTIONS] == [None, None, None]


@pytest.mark.parametrize("name", [None, 7, "acme", "acme/infra<!channel>", "a/" + "b" * 5000, "\ud800/x"])
def test_an_odd_repository_name_is_left_out_but_the_look_is_not(name: object) -> None:
    payload = body_of("pull_request.closed.merged") | {"repository": {"id": 710001, "full_name": name}}
    sighting = look("pull_request", payload)
    assert sighting is not None
    assert (sighting.address, sighting.repository) == ("pull_request:710001/41", "")


@pytest.mark.parametrize("guid", ["", "é", "x" * 101, "a b", "<script>"])
def test_an_odd_delivery_id_is_left_out_but_the_look_is_not(guid: str) -> None:
    sighting = sighting_of("pull_request", guid, body_of("pull_request.closed.merged"), seen_at=AT)
    assert sighting is not None
    assert sighting.delivery == ""


def test_what_our_own_app_did_to_a_pull_request_is_ignored() -> None:
    payload = body_of("pull_request.synchronize") | {"sender": {"id": BOT}}
    assert look("pull_request", payload, own_app=BOT) is None
    assert look("pull_request", payload, own_app=BOT + 1) is not None
    assert look("pull_request", payload) is not None


def test_a_merge_by_our_own_app_is_looked_at() -> None:
    payload = body_of("pull_request.closed.merged") | {"sender": {"id": BOT}}
    assert look("pull_request", payload, own_app=BOT) is not None


def test_a_run_that_our_own_app_dispatched_is_looked_at() -> None:
    payload = body_of("workflow_run.completed.failure")
    assert payload["sender"]["id"] == BOT
    assert look("workflow_run", payload, own_app=BOT) is not None


@given(st.sampled_from(sorted(ACTIONS)), json_values | payloads, st.text(max_size=200))
def test_arbitrary_json_never_raises_and_what_comes_of_it_can_be_sent(event: str, payload: object, guid: str) -> None:
    sighting = sighting_of(event, guid, payload, seen_at=AT, own_app=BOT)
    if sighting is not None:
        assert Sighting.from_json(sighting.to_json()) == sighting
