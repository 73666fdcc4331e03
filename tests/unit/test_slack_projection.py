"""A click and a command become messages that the worker's models accept, or are refused before anything is sent."""

import json
import re
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.errors import RejectedDeliveryError
from shared.webhooks import slack, slack_buttons
from state_schema import ids
from state_schema.signals import SIGNALS, Act, CheckpointRef, Command, ReplyTo
from tests.deliveries import TEAM, click, typed

AT = "2026-11-20T10:16:00+00:00"
MOMENT = datetime(2026, 11, 20, 10, 16, tzinfo=UTC)
TRIGGER = "13345224609.738474920.8088930838d88f008e0"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def act(payload: object, team: str = TEAM) -> slack.Message | None:
    return slack.act_of(payload, team=team, at=AT)


def command(**changed: str) -> slack.Message:
    return slack.command_of(dict(parse_qsl(typed(**changed).decode(), keep_blank_values=True)), team=TEAM, at=AT)


def with_value(**changed: object) -> dict[str, Any]:
    """The captured click, with parts of the button's value changed."""
    payload = click()
    button = payload["actions"][0]
    button["value"] = json.dumps(json.loads(button["value"]) | changed)
    return payload


def with_action(**changed: object) -> dict[str, Any]:
    payload = click()
    payload["actions"][0] |= changed
    return payload


def test_the_captured_click_is_an_act_with_the_checkpoint_that_was_shown() -> None:
    assert SIGNALS.validate_json(json.dumps(act(click()))) == Act(
        id=f"slack:{TRIGGER}",
        at=MOMENT,
        migration="airflow-3/email.notifications",
        actor="slack:T_ACME/U_OPERATOR",
        verb="approve",
        checkpoint=CheckpointRef(track="prod-us", step="deploy.approval", attempt=1, digest="0123456789abcdef"),
        reply_to=ReplyTo(
            response_url="https://hooks.slack.com/actions/T_ACME/1111/abcd", channel="C_MIGRATE", user="U_OPERATOR"
        ),
    )


def test_the_captured_command_is_a_command_with_the_text_after_its_name() -> None:
    assert SIGNALS.validate_json(json.dumps(command())) == Command(
        id="slack:13345224610.738474920.19f3a0b6c5d4e3f2",
        at=MOMENT,
        actor="slack:T_ACME/U_OPERATOR",
        text="start email.notifications",
        channel="C_MIGRATE",
        reply_to=ReplyTo(
            response_url="https://hooks.slack.com/commands/T_ACME/2222/efgh", channel="C_MIGRATE", user="U_OPERATOR"
        ),
    )


def test_a_button_may_carry_choices_and_an_empty_list_is_not_none() -> None:
    assert (act(with_value(c=["a", "b"])) or {})["choices"] == ["a", "b"]
    assert (act(with_value(c=[])) or {})["choices"] == []
    assert (act(click()) or {})["choices"] is None


def test_the_same_click_has_the_same_id_and_another_click_has_another() -> None:
    assert (act(click()) or {})["id"] == (act(click()) or {})["id"]
    assert (act(click() | {"trigger_id": "1.2.3"}) or {})["id"] == "slack:1.2.3"


def test_a_click_without_a_trigger_is_known_by_when_where_and_by_whom() -> None:
    payload = click()
    del payload["trigger_id"]
    again = json.loads(json.dumps(payload))
    another = json.loads(json.dumps(payload))
    another["actions"][0]["action_ts"] = "1795170062.000000"
    first, second, third = (str((act(one) or {})["id"]) for one in (payload, again, another))
    assert first == second != third
    assert len(first) == len("slack:") + 64


def test_a_long_or_strange_trigger_is_hashed() -> None:
    for trigger in ("x" * 5000, "a b", "é"):
        assert len(str(command(trigger_id=trigger)["id"])) == len("slack:") + 64


def test_groups_keep_the_order_of_one_migration_and_of_one_channel() -> None:
    assert slack.group_of(act(click()) or {}, TEAM) == "airflow-3/email.notifications"
    assert slack.group_of(command(), TEAM) == "command:T_ACME/C_MIGRATE"
    assert slack.group_of(command(channel_id="é"), TEAM) == "command:T_ACME/-"


@pytest.mark.parametrize(
    "payload",
    [
        with_action(action_id="link:pull_request"),
        with_action(action_id="other-app"),
        with_action(action_id=""),
        with_action(action_id=None),
        click() | {"actions": []},
        click() | {"actions": {"action_id": "act:approve"}},
        click() | {"type": "view_submission"},
        click() | {"type": "shortcut"},
    ],
)
def test_what_is_no_button_of_ours_is_no_act(payload: object) -> None:
    assert act(payload) is None


def test_only_a_link_button_is_a_link() -> None:
    assert slack.is_link(with_action(action_id="link:pull_request"))
    others: list[object] = [click(), click() | {"actions": []}, None, [], {"actions": [1]}]
    assert not any(slack.is_link(payload) for payload in others)


@pytest.mark.parametrize(
    "change",
    [
        {"m": "airflow-3"},
        {"m": "airflow-3/email.notifications\n"},
        {"m": "Airflow/X"},
        {"m": None},
        {"t": "../prod"},
        {"s": "deploy"},
        {"a": 0},
        {"a": True},
        {"a": "1"},
        {"a": 1.0},
        {"a": 10**30},
        {"d": "0123456789ABCDEF"},
        {"d": ""},
        {"c": "a"},
        {"c": [1]},
        {"c": ["x" * 201]},
        {"c": ["\ud800"]},
        {"c": ["x" * 100] * 30},
    ],
)
def test_a_button_of_ours_that_cannot_be_read_is_400(change: dict[str, object]) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        act(with_value(**change))
    assert rejected.value.status == 400


@pytest.mark.parametrize("value", [None, "", "{", "[]", "null", "[" * 1900, 7, '{"m": ' + "9" * 1990 + "}"])
def test_a_button_with_an_odd_value_is_400(value: object) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        act(with_action(value=value))
    assert rejected.value.status == 400


@pytest.mark.parametrize("action_id", ["act:", "act:Approve", "act:a b", "act:" + "a" * 300, "act:approve\n"])
def test_a_verb_that_is_none_is_400(action_id: str) -> None:
    with pytest.raises(RejectedDeliveryError, match="verb"):
        act(with_action(action_id=action_id))


@pytest.mark.parametrize(
    "payload",
    [
        click() | {"team": {"id": "T_OTHER"}},
        click() | {"user": {"id": "U_GUEST", "team_id": "T_OTHER"}},
        click() | {"team": None, "user": {"id": "U_OPERATOR"}},
        None,
        [],
        "x",
        {},
    ],
)
def test_another_workspace_is_401(payload: object) -> None:
    with pytest.raises(RejectedDeliveryError, match="WAYMARK_SLACK_TEAM") as rejected:
        act(payload)
    assert rejected.value.status == 401


def test_without_a_configured_team_everyone_is_401() -> None:
    with pytest.raises(RejectedDeliveryError, match="WAYMARK_SLACK_TEAM"):
        act(click() | {"team": {"id": ""}, "user": {"id": "U_OPERATOR", "team_id": ""}}, team="")


@pytest.mark.parametrize("team", ["T_OTHER", "", "t_acme"])
def test_a_command_of_another_workspace_is_401(team: str) -> None:
    with pytest.raises(RejectedDeliveryError, match="WAYMARK_SLACK_TEAM"):
        command(team_id=team)


@pytest.mark.parametrize("change", [{"user_id": ""}, {"user_id": "U/X"}, {"user_id": "u" * 50}, {"trigger_id": ""}])
def test_a_command_without_person_or_trigger_is_400(change: dict[str, str]) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        command(**change)
    assert rejected.value.status == 400


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://x y", "https://" + "x" * 600, "https://é"])
def test_an_odd_response_url_is_left_out_but_the_act_is_not(url: str) -> None:
    message = act(click() | {"response_url": url})
    validated = SIGNALS.validate_json(json.dumps(message))
    assert isinstance(validated, Act)
    assert validated.reply_to == ReplyTo(response_url=None, channel="C_MIGRATE", user="U_OPERATOR")


@given(
    st.sampled_from(["type", "user", "team", "channel", "container", "trigger_id", "response_url", "actions"]),
    json_values,
)
def test_arbitrary_json_is_an_act_that_validates_or_nothing_or_rejected(key: str, value: object) -> None:
    try:
        message = act(click() | {key: value})
    except RejectedDeliveryError:
        return
    if message is not None:
        SIGNALS.validate_json(json.dumps(message))


@given(st.sampled_from(["m", "t", "s", "a", "d", "c"]), json_values)
def test_arbitrary_json_in_a_button_is_an_act_that_validates_or_rejected(key: str, value: object) -> None:
    try:
        message = act(with_value(**{key: value}))
    except RejectedDeliveryError:
        return
    SIGNALS.validate_json(json.dumps(message))


@pytest.mark.parametrize(
    ("shape", "model"),
    [
        (slack_buttons.MIGRATION, ids.MigrationId),
        (slack_buttons.TRACK, ids.TrackName),
        (slack_buttons.STEP, ids.StepPath),
        (slack_buttons.VERB, ids.Verb),
        (slack_buttons.DIGEST, ids.Digest),
    ],
)
def test_the_shapes_are_those_of_the_state(shape: re.Pattern[str], model: object) -> None:
    (constraints,) = get_args(model)[1:]
    assert constraints.pattern == f"^{shape.pattern}$"


def test_a_text_as_long_as_is_allowed_fits_the_model() -> None:
    longest = TypeAdapter(Command).validate_python(command(text="x" * slack.MAX_TEXT))
    assert len(longest.text) == slack.MAX_TEXT
    with pytest.raises(ValidationError):
        TypeAdapter(Command).validate_python(command(text="x" * (slack.MAX_TEXT + 1)))


def suggestion(value: object = "start email.notifications", **changed: object) -> dict[str, Any]:
    """A click on a suggestion below an answer."""
    payload = click()
    payload["actions"][0] |= {"action_id": "say:1", "value": value}
    return payload | changed


def said(payload: object) -> slack.Message | None:
    return slack.said_of(payload, team=TEAM, at=AT)


def test_a_click_on_a_suggestion_is_the_command_of_whoever_clicked() -> None:
    assert SIGNALS.validate_json(json.dumps(said(suggestion()))) == Command(
        id=f"slack:{TRIGGER}",
        at=MOMENT,
        actor="slack:T_ACME/U_OPERATOR",
        text="start email.notifications",
        channel="C_MIGRATE",
        reply_to=ReplyTo(
            response_url="https://hooks.slack.com/actions/T_ACME/1111/abcd", channel="C_MIGRATE", user="U_OPERATOR"
        ),
    )


def test_commands_by_button_and_by_hand_have_one_group() -> None:
    assert slack.group_of(said(suggestion()) or {}, TEAM) == slack.group_of(command(), TEAM)


def test_an_act_is_no_suggestion_and_a_suggestion_no_act() -> None:
    assert said(click()) is None
    assert act(suggestion()) is None


@pytest.mark.parametrize("value", ["", "   ", None, 7, ["start"], "x" * 2001, "start \ud800"])
def test_a_suggestion_that_cannot_be_read_is_refused(value: object) -> None:
    with pytest.raises(RejectedDeliveryError, match="the suggestion cannot be read; type the command") as refused:
        said(suggestion(value))
    assert refused.value.status == 400


def test_a_suggestion_clicked_by_another_team_is_refused() -> None:
    with pytest.raises(RejectedDeliveryError) as refused:
        said(suggestion(user={"id": "U_OPERATOR", "team_id": "T_OTHER"}))
    assert refused.value.status == 401


@given(json_values)
def test_whatever_is_clicked_without_a_workspace_is_refused(payload: object) -> None:
    with pytest.raises(RejectedDeliveryError):
        said(payload)


@given(json_values)
def test_whatever_stands_in_a_suggestion_is_a_command_or_refused(value: object) -> None:
    try:
        found = said(suggestion(value))
    except RejectedDeliveryError:
        return
    assert SIGNALS.validate_json(json.dumps(found)) is not None
