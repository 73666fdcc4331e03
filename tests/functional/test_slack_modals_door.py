"""Modals through the real handler: a click opens one at once, and what is sent with it becomes one act, or is put right."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared import bootstrap_doors, names
from shared.errors import PermanentError, RetryableError
from shared.webhooks import modal_values, slack_modals
from state_schema import signals
from state_schema.orders import CARDS, ModalMessage, ReplyMessage
from state_schema.signals import SIGNALS
from tests.deliveries import INTERACTIONS, NOW, interaction, opening, slack_event, submission
from tests.functional.doors import Answer, World, post_slack

CLEARED = Answer(200, {"response_action": "clear"})
ACT = {
    "kind": "act",
    "id": "slack:V_SKIP0001",
    "at": "2026-11-20T10:16:00+00:00",
    "migration": "airflow-3/email.notifications",
    "actor": "slack:T_ACME/U_OPERATOR",
    "verb": "skip",
    "checkpoint": {"track": "test", "step": "deploy.run", "attempt": 1, "digest": "0123456789abcdef"},
    "reply_to": {
        "response_url": "https://hooks.slack.com/actions/T_ACME/1111/abcd",
        "channel": "C_MIGRATE",
        "user": "U_OPERATOR",
    },
    "note": "The image is gone for good; the new one is deployed by hand.",
}
METADATA = json.dumps(
    {
        "m": "airflow-3/email.notifications", "t": "prod-us", "s": "deploy.approval", "a": 1, "d": "0123456789abcdef",
        "c": "C_MIGRATE", "r": "https://hooks.slack.com/actions/T_ACME/1111/abcd", "o": int(NOW.timestamp()),
    },
    separators=(",", ":"),
)  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    bootstrap_doors.use(world.doors())
    yield world
    bootstrap_doors.use(None)


def post(payload: object) -> Answer:
    return post_slack(slack_event(INTERACTIONS, interaction(payload)))


def written(text: object) -> dict[str, Any]:
    return {"reason": {"given": {"type": "plain_text_input", "value": text}}}


def chosen(*items: object) -> dict[str, Any]:
    return {
        "choices": {"given": {"type": "multi_static_select", "selected_options": [{"value": one} for one in items]}}
    }


def deciding(values: object) -> dict[str, Any]:
    return submission(values, callback_id="open:decide")


def errors(**said: str) -> Answer:
    return Answer(200, {"response_action": "errors", "errors": said})


# A click that opens a modal


def test_a_click_opens_a_modal_at_once_and_has_it_filled_in_a_group_of_its_own(world: World) -> None:
    assert post(opening()) == Answer(200)
    assert world.modals.triggers == [opening()["trigger_id"]]
    (message,) = world.sent()[names.CARDS]
    assert message == {
        "kind": "modal",
        "id": f"slack:{opening()['trigger_id']}",
        "at": "2026-11-20T10:16:00+00:00",
        "migration": "airflow-3/email.notifications",
        "actor": "slack:T_ACME/U_OPERATOR",
        "verb": "skip",
        "checkpoint": {"track": "prod-us", "step": "deploy.approval", "attempt": 1, "digest": "0123456789abcdef"},
        "reply_to": ACT["reply_to"],
        "metadata": METADATA,
        "view_id": "V1",
        "hash": "h1",
    }
    assert isinstance(CARDS.validate_python(message), ModalMessage)
    assert [one.group for one in world.queues.receive(names.CARDS)] == ["modal:V1"]


def test_until_it_is_filled_the_modal_says_what_to_type_where_nothing_follows(world: World) -> None:
    post(opening())
    assert world.modals.shown["V1"] == {
        "type": "modal",
        "callback_id": "open:skip",
        "private_metadata": METADATA,
        "title": {"type": "plain_text", "text": "One moment", "emoji": True},
        "close": {"type": "plain_text", "text": "Cancel", "emoji": True},
        "blocks": [
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "⏳ Reading what is asked…\nIf nothing follows, close this and write in the channel: "
                    "`/migrate skip email.notifications prod-us &lt;reason&gt;`.",
                    "verbatim": True,
                },
            }
        ],
    }


@pytest.mark.parametrize(
    "refusal",
    [
        RetryableError("Slack did not answer views.open within 1.5 seconds."),
        PermanentError("Slack refused the call: expired_trigger_id.", "expired_trigger_id"),
        PermanentError("Slack refused the call: invalid_auth.", "invalid_auth"),
    ],
    ids=str,
)
def test_where_slack_opens_no_modal_the_person_is_told_what_to_type(world: World, refusal: Any) -> None:
    world.modals.refusals["open"] = refusal
    assert post(opening("decide")) == Answer(200)
    (message,) = world.sent()[names.CARDS]
    told = CARDS.validate_python(message)
    assert isinstance(told, ReplyMessage)
    assert told.reply_to.response_url == "https://hooks.slack.com/actions/T_ACME/1111/abcd"
    assert told.answer.message == (
        "Slack did not open the form just now. Press again, or write in the channel: "
        "`/migrate decide email.notifications prod-us &lt;choice&gt; …`."
    )


def test_a_token_that_slack_refuses_raises_an_alert(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.modals.refusals["open"] = PermanentError("Slack refused the call: invalid_auth.", "invalid_auth")
    post(opening())
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["level"], line["message"], line["code"], line["alert"]) == (
        "ERROR", "modal not opened", "invalid_auth", "slack",
    )  # fmt: skip


def test_the_same_click_delivered_twice_opens_one_modal_and_says_nothing_more(world: World) -> None:
    post(opening())
    world.modals.refusals["open"] = PermanentError("Slack refused the call.", "exchanged_trigger_id")
    assert post(opening()) == Answer(200)
    assert [message["kind"] for message in world.sent()[names.CARDS]] == ["modal"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"trigger_id": ""}, 400),
        ({"team": {"id": "T_OTHER"}}, 401),
        ({"user": {"id": "U_GUEST", "team_id": "T_OTHER"}}, 401),
        ({"user": {"id": "", "team_id": "T_ACME"}}, 400),
        ({"actions": [{"action_id": "open:Skip", "value": "{}"}]}, 400),
        ({"actions": [{"action_id": "open:skip", "value": "skip"}]}, 400),
        ({"actions": [{"action_id": "open:skip", "value": "[" * 2000}]}, 400),
    ],
)
def test_a_click_that_is_not_ours_or_cannot_be_read_opens_nothing(world: World, change: Any, status: int) -> None:
    assert post(opening() | change).status == status
    assert (world.modals.triggers, world.sent()) == ([], {})


# What is sent with a modal


def test_a_modal_that_is_sent_becomes_one_act_bound_to_what_was_shown(world: World) -> None:
    assert post(submission()) == CLEARED
    assert world.sent() == {names.SIGNALS: [ACT]}
    assert [message.group for message in world.queues.receive(names.SIGNALS)] == ["airflow-3/email.notifications"]


def test_a_modal_sent_twice_is_one_act(world: World) -> None:
    assert [post(submission()), post(submission(written("again")) | {"trigger_id": "2.2.2"})] == [CLEARED, CLEARED]
    assert world.sent() == {names.SIGNALS: [ACT]}


@pytest.mark.parametrize("empty", [None, "", "  \n ", 7, ["x"]])
def test_a_reason_that_is_missing_or_blank_is_asked_for_below_the_field(world: World, empty: object) -> None:
    assert post(submission(written(empty))) == errors(
        reason="Say why in a few words; those who read the history will ask."
    )
    assert world.sent() == {}


@pytest.mark.parametrize(
    "values", [{}, {"reason": {}}, {"reason": None}, {"other": {"given": {"value": "x"}}}, [], "x", 5]
)
def test_a_modal_without_its_reason_is_never_taken(world: World, values: object) -> None:
    assert post(submission(values)) == errors(reason="Say why in a few words; those who read the history will ask.")


def test_a_reason_may_have_three_thousand_characters_and_no_more(world: World) -> None:
    assert post(submission(written("x" * 3001))) == errors(reason="At most 3,000 characters, please; link to the rest.")
    assert post(submission(written("x" * 3000))) == CLEARED


def test_half_a_character_in_a_reason_is_replaced_not_stuck_in_the_queue(world: World) -> None:
    assert post(submission(written("because \ud83d of it"))) == CLEARED
    (act,) = world.sent()[names.SIGNALS]
    assert act["note"] == "because ? of it"


def test_the_chosen_items_are_the_choices_of_the_act(world: World) -> None:
    assert post(deciding(chosen("dag_01", "dag_03"))) == CLEARED
    (act,) = world.sent()[names.SIGNALS]
    assert (act["verb"], act["choices"], act.get("answers")) == ("decide", ["dag_01", "dag_03"], None)


def test_one_choice_of_a_menu_or_of_radio_buttons_is_a_list_of_one(world: World) -> None:
    assert post(deciding({"choices": {"given": {"selected_option": {"value": "fast"}}}})) == CLEARED
    (act,) = world.sent()[names.SIGNALS]
    assert act["choices"] == ["fast"]


@pytest.mark.parametrize("values", [chosen(), {"choices": {}}, {"choices": {"given": {"selected_option": None}}}])
def test_nothing_chosen_never_means_everything(world: World, values: object) -> None:
    assert post(deciding(values)) == errors(choices="Choose at least one.")
    assert world.sent() == {}


def test_no_input_at_all_is_a_form_without_answers_and_never_everything(world: World) -> None:
    assert post(deciding({})) == CLEARED
    (act,) = world.sent()[names.SIGNALS]
    assert (act.get("choices"), act["answers"]) == (None, {})


def test_too_many_choices_are_refused_below_the_field(world: World) -> None:
    too_many = "That is more than one answer can hold. Choose fewer; the rest can follow in another answer."
    assert post(deciding(chosen(*(f"d{number}" for number in range(5001))))) == errors(choices=too_many)
    assert post(deciding(chosen(*(f"{number:0>150}" for number in range(2000))))) == errors(choices=too_many)


def test_the_fields_of_a_form_are_the_answers_of_the_act_and_what_is_empty_is_left_out(world: World) -> None:
    values = {
        "field:workers": {"given": {"type": "number_input", "value": "8"}},
        "field:pool": {"given": {"type": "static_select", "selected_option": {"value": "large"}}},
        "field:ratio": {"given": {"type": "number_input", "value": None}},
        "field:keep_old": {"given": {"type": "radio_buttons", "selected_option": None}},
        "unknown": {"given": {"type": "plain_text_input", "value": "x"}},
    }
    assert post(deciding(values)) == CLEARED
    (act,) = world.sent()[names.SIGNALS]
    assert (act.get("choices"), act["answers"]) == (None, {"workers": "8", "pool": "large"})


def test_answers_that_are_too_long_are_refused_below_their_field(world: World) -> None:
    def form(**fields: str) -> dict[str, Any]:
        return deciding({f"field:{name}": {"given": {"value": text}} for name, text in fields.items()})

    assert post(form(a="x" * 3001)) == errors(**{"field:a": "At most 3,000 characters, please."})
    assert post(form(**{name: "x" * (2900 + number) for number, name in enumerate("abcdef")})) == errors(
        **{"field:f": "All answers together are too long. Shorten this one."}
    )
    assert world.sent() == {}


def test_a_modal_sent_after_half_an_hour_is_taken_and_says_where_to_look(world: World) -> None:
    world.clock.advance(3600)
    late = NOW + timedelta(hours=1)
    answer = post_slack(slack_event(INTERACTIONS, interaction(submission()), at=late))
    assert (answer.status, answer.body["response_action"]) == (200, "update")
    assert answer.body["view"]["blocks"][0]["text"]["text"] == (
        "Your answer was taken. This was open for half an hour, so no reply can reach you here: the card shows what came "
        "of it, and `/migrate history email.notifications` tells all."
    )
    assert world.sent() == {names.SIGNALS: [ACT | {"at": late.isoformat()}]}


@pytest.mark.parametrize(
    "change",
    [
        {"team": {"id": "T_OTHER"}},
        {"user": {"id": "U_OPERATOR", "team_id": "T_OTHER"}},
        {"team": None, "user": {"id": "U_OPERATOR"}},
    ],
)
def test_a_modal_from_another_team_is_401(world: World, change: dict[str, Any]) -> None:
    assert post(submission() | change).status == 401
    assert world.sent() == {}


@pytest.mark.parametrize(
    "view",
    [
        {"private_metadata": ""},
        {"private_metadata": "{}"},
        {"private_metadata": '{"m": "../x"}'},
        {"private_metadata": "[" * 3000},
        {"private_metadata": None},
        {"id": ""},
        {"callback_id": "open:"},
        {"callback_id": "open:skip it"},
        {"callback_id": "open:decide", "state": {"values": {"choices": {"given": {"selected_options": [{}]}}}}},
        {"callback_id": "open:decide", "state": {"values": chosen("x" * 201)}},
        {"callback_id": "open:decide", "state": {"values": {f"field:f{n}": None for n in range(51)}}},
        {"callback_id": "open:decide", "state": {"values": {f"field:{'f' * 201}": {"given": {"value": "x"}}}}},
    ],
    ids=range(12),
)
def test_a_modal_of_ours_that_cannot_be_read_is_400(world: World, view: dict[str, Any]) -> None:
    assert post(submission(**view)).status == 400
    assert world.sent() == {}


def test_a_modal_of_another_app_is_no_act(world: World) -> None:
    assert post(submission(callback_id="theirs")) == Answer(202)
    assert world.sent() == {}


def test_closing_a_modal_changes_nothing(world: World) -> None:
    assert post(submission() | {"type": "view_closed"}) == Answer(200)
    assert world.sent() == {}


def test_a_busy_queue_is_503_so_that_the_modal_stays_with_what_was_written(world: World) -> None:
    class Busy:
        def send(
            self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
        ) -> None:
            raise RetryableError("SQS is down")

    bootstrap_doors.use(world.doors(outbox=Busy()))
    assert post(submission()).status == 503


def test_the_log_has_neither_reason_nor_choices(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    post(submission(written("something private")))
    post(deciding(chosen("private_item")))
    assert "private" not in capsys.readouterr().err


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
elements = st.fixed_dictionaries(
    {},
    optional={
        "value": json_values,
        "selected_option": json_values | st.fixed_dictionaries({"value": st.text()}),
        "selected_options": json_values | st.lists(st.fixed_dictionaries({"value": st.text(min_size=1, max_size=9)})),
    },
)
blocks = st.sampled_from(["reason", "choices", "field:a", "field:", "x"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from(["skip", "decide"]),
    json_values | st.dictionaries(blocks, json_values | st.dictionaries(st.just("given"), elements, min_size=1)),
)
def test_any_values_get_an_answer_and_what_is_taken_the_worker_can_read(
    world: World, verb: str, values: object
) -> None:
    for queue in names.QUEUES:
        for left in world.queues.receive(queue, 10):
            world.queues.delete(queue, left)
    view = {
        "id": f"V{hashlib.sha256(str((verb, values)).encode(errors='replace')).hexdigest()}",
        "callback_id": f"open:{verb}",
    }
    payload = json.loads(json.dumps(submission({} if values is None else values, **view)))
    assert post(payload).status in {200, 400}
    for message in world.sent().get(names.SIGNALS, []):
        SIGNALS.validate_python(message)


def test_the_limits_are_those_of_the_worker() -> None:
    assert modal_values.MAX_CHOICES_BYTES == signals.LARGEST_CHOICES
    assert modal_values.MAX_FORM_BYTES == signals.LARGEST_FORM
    assert TypeAdapter(signals.Choices).json_schema()["maxItems"] == modal_values.MAX_CHOICES
    assert signals.Act.model_json_schema()["properties"]["note"]["maxLength"] == modal_values.MAX_REASON
    assert slack_modals.ANSWERABLE_FOR < 30 * 60
