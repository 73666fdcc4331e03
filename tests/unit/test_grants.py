"""What we ask GitHub and Slack for fits what we understand of theirs, and each of it has a reason."""

import pytest

from shared.domain.grants import (
    GITHUB_EVENTS,
    GITHUB_PERMISSIONS,
    SLACK_FREE,
    SLACK_SCOPES,
    lacking_events,
    lacking_permissions,
    lacking_scopes,
    needless_permissions,
)
from shared.webhooks import comments, github

GRANTED = {one.name: one.level for one in GITHUB_PERMISSIONS}


def test_the_app_is_sent_exactly_the_events_that_the_door_understands() -> None:
    assert {one.event for one in GITHUB_EVENTS} == {*github.ACTIONS, comments.EVENT}


def test_each_event_comes_with_a_permission_that_is_asked_for() -> None:
    assert {one.permission for one in GITHUB_EVENTS} <= set(GRANTED)


def test_each_permission_is_for_a_call_or_an_event() -> None:
    for_events = {one.permission for one in GITHUB_EVENTS}

    assert [one.name for one in GITHUB_PERMISSIONS if not one.calls and one.name not in for_events] == []


def test_only_what_writes_is_asked_for_to_write() -> None:
    writing = {one.name for one in GITHUB_PERMISSIONS if any(not call.startswith("GET ") for call in one.calls)}

    assert {name for name, level in GRANTED.items() if level == "write"} == writing


def test_no_call_is_named_twice() -> None:
    calls = [call for one in GITHUB_PERMISSIONS for call in one.calls]

    assert len(calls) == len(set(calls))


def test_everything_has_a_reason_in_a_sentence() -> None:
    reasons = [one.why for one in (*GITHUB_PERMISSIONS, *GITHUB_EVENTS, *SLACK_SCOPES)]

    assert [why for why in reasons if not (len(why) > 20 and why.endswith("."))] == []
    assert not set(SLACK_FREE) & {method for one in SLACK_SCOPES for method in one.methods}


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        (GRANTED, []),
        (GRANTED | {"checks": "write", "contents": "admin"}, []),
        (GRANTED | {"contents": "read"}, ["contents"]),
        ({"metadata": "read"}, ["contents", "pull_requests", "actions", "checks", "issues"]),
        (GRANTED | {"actions": "everything"}, ["actions"]),
    ],
)
def test_a_permission_that_is_missing_or_too_low_is_named(granted: dict[str, str], lacking: list[str]) -> None:
    assert [one.name for one in lacking_permissions(granted)] == lacking


def test_what_nothing_asks_for_is_named_too() -> None:
    assert needless_permissions(GRANTED) == []
    assert needless_permissions(GRANTED | {"checks": "write", "administration": "read"}) == [
        "administration: read",
        "checks: write",
    ]


def test_missing_events_and_scopes_are_named() -> None:
    assert [one.event for one in lacking_events(["pull_request", "push"])] == [
        "pull_request_review",
        "workflow_run",
        "issue_comment",
    ]
    assert [one.name for one in lacking_scopes(["chat:write", "commands", "groups:history"])] == [
        "channels:history",
        "usergroups:read",
    ]
