"""What people read of a decision with a form: the card before and after, the plan in words and as a drawing."""

import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from sandbox.slack.block_kit import problems, too_long
from shared.domain.display import summary_of
from shared.messages.cards import Card, card
from shared.messages.plan_graph import mermaid
from shared.messages.plan_words import explanation
from state_schema.forms import Form
from tests.snapshot_files import MessageFile, written
from tests.stories import Story
from tests.unit.forms import SIZE, asking
from tests.unit.plans import HOSTILE, a_plan
from tests.unit.test_machine_forms import GIVEN


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)


def asked(form: dict[str, Any] | None = None) -> Story:
    return Story(plan=asking(form)).until("test", "size.choose")


def largest() -> dict[str, Any]:
    """As much as a form can hold, and every character of it has to be escaped."""
    field = {"type": "string", "title": "&" * 75, "description": "<" * 150, "pattern": "&" * 200, "default": "&" * 80}
    return {"type": "object", "properties": {f"a{number}" + "b" * 38: field for number in range(10)}}


def test_a_form_to_fill_in(message: SnapshotAssertion) -> None:
    assert written(card(asked().view, "test")) == message


def test_an_only_field_with_two_options(message: SnapshotAssertion) -> None:
    assert written(card(asked(SIZE).view, "test")) == message


def test_a_form_is_filled_in_in_a_modal() -> None:
    rows = [block["elements"] for block in card(asked().view, "test").blocks if block["type"] == "actions"]
    assert [(one["action_id"], one["text"]["text"], one.get("style")) for one in rows[0]] == [
        ("open:decide", "Fill in…", "primary"),
        ("act:assign", "Take it", None),
    ]


def test_after_a_form_was_filled_in(message: SnapshotAssertion) -> None:
    story = asked().later(hours=1).answer("test", "decide", answers=GIVEN)
    assert written(card(story.view, "test")) == message


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_form_is_still_a_card_that_slack_takes(text: str) -> None:
    field = {
        "type": "string",
        "title": text[:75] or "x",
        "description": text[:150] or "x",
        "enum": [text[:75] or "x", "y"],
    }
    form = json.loads(json.dumps({"type": "object", "properties": {"a": field, "b": field}}).replace("\\ud800", ""))
    before = card(asked(form).view, "test")
    after = card(asked(form).answer("test", "decide", answers={"a": "y", "b": "y"}).view, "test")

    assert refused_by_slack(before) == refused_by_slack(after) == []
    assert "<!channel>" not in json.dumps(before.blocks)


def test_the_largest_form_is_still_a_card_that_slack_takes() -> None:
    shown = card(asked(largest()).view, "test")

    assert refused_by_slack(shown) == []
    assert all(name in json.dumps(shown.blocks) for name in largest()["properties"])


def refused_by_slack(shown: Card) -> list[Any]:
    return [*problems(shown.blocks), *(["too long"] if too_long(shown.blocks) else [])]


def test_a_plan_with_a_form_is_explained() -> None:
    found = explanation(asking())

    assert (
        "There is to fill in: Number of workers (`workers`), a whole number from 1 to 64, required; Pool (`pool`), one of "
        "small, large, small where it is left out; `ratio`, a number of 0.5 or more, may be left out, “Workers for each "
        "scheduler.”; Keep the old cluster? (`keep_old`), true or false, false where it is left out; `reason`, text of 3 "
        "to 200 characters that fits `^[A-Za-z]`, required. **A person** is asked: “How large is test?”. The answer is "
        "`/migrate decide <cluster> test <field>=<value> …`. (`choose`)"
    ) in found


def test_a_plan_with_a_form_is_drawn() -> None:
    found = mermaid(asking())

    assert "fields#58; workers, pool, ratio, keep_old, reason" in found


def test_lists_say_how_a_form_is_answered() -> None:
    assert summary_of(asked().view).command == "decide email.notifications test FIELD=VALUE …"


def test_times_and_rollbacks_are_drawn_and_told() -> None:
    back = {"repository": "acme/dags", "workflow": "back.yml"}
    deploy = {"id": "deploy", "skill": "run_workflow", "with": back | {"workflow": "deploy.yml"}, "timeout": "2h"}
    policy = {
        "retries": {"transient": 3, "retriable": 1},
        "first_delay": "30s",
        "rollback": "run_workflow",
        "with": back,
    }
    look = {"id": "look", "confirmation": {"ask": "Up?", "resume": "it-is-up"}, "timeout": "7d", "remind": "1d"}
    plan = a_plan(deploy | {"on_failure": policy}, look)

    assert (
        "It has failed where it is not done after `2h`. Tried again by itself: a failure that may pass by itself up to 3 "
        "times and a failure that an update may heal up to 1 time, first after `30s`. Where it fails, people may roll "
        "back, with the skill `run_workflow`. (`deploy`)"
    ) in explanation(plan)
    assert "Waymark runs run_workflow<br/>fails after 2h<br/>roll back with run_workflow" in mermaid(plan)
    assert "reminded every 1d<br/>overdue after 7d" in mermaid(plan)


def test_a_step_that_is_never_tried_again_says_so() -> None:
    policy = {"retries": {"transient": 0}}
    assert "No failure is tried again by itself." in explanation(
        a_plan({"id": "look", "skill": "verify", "on_failure": policy})
    )


def test_the_form_itself_is_plain() -> None:
    assert Form.model_validate(largest()).always_given == set(largest()["properties"])
