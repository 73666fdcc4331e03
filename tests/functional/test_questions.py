"""Questions are asked whatever their templates come to: one that cannot be asked would hold the migration for ever."""

from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.history import record
from shared.domain.view import Cause
from state_schema.events import ActRefused, Recorded
from state_schema.migration import Migration
from state_schema.signals import Failed
from tests.functional.test_begun_again import RUN, a_campaign, a_plan
from tests.stories import OPERATOR, Story


def asking(ask: str, *before: dict[str, Any], **resource: Any) -> Story:
    up = {"id": "up", "confirmation": {"ask": ask, "resume": "is-up"}}
    campaign = a_campaign(resources=[{"id": "email.notifications", **resource}])
    return Story(a_plan(*before, up), campaign).act("start")


def asked(story: Story) -> str:
    ((_, _, _, question),) = open_checkpoints(story.view)
    return question.ask


@pytest.mark.parametrize(
    ("ask", "resource", "said"),
    [
        ("Is {resource.metadata.host} up?", {"metadata": {"host": "h.test"}}, "Is h.test up?"),
        ("Is {resource.metadata.host} up?", {}, "Is (no value) up?"),
        ("{resource.owner}", {}, "work.up of email.notifications waits for an answer."),
        ("", {}, "work.up of email.notifications waits for an answer."),
        ("x" * 1001, {}, "x" * 1000),
        ("{resource.metadata.text}", {"metadata": {"text": "y" * 3000}}, "y" * 1000),
    ],
    ids=["a value", "no value", "empty value", "empty", "long", "long value"],
)
def test_a_question_is_asked_whatever_its_template_comes_to(ask: str, resource: dict[str, Any], said: str) -> None:
    story = asking(ask, **resource)

    assert asked(story) == said
    kept = record(story.last.events, 1, "", Cause(story.now, OPERATOR, "act-1"))[-1]
    assert Recorded.model_validate_json(kept.model_dump_json()) == kept
    assert Migration.model_validate_json(story.view.state.model_dump_json()) == story.view.state


def test_a_step_whose_output_is_asked_about_later_can_be_skipped() -> None:
    story = asking("See {outputs.work.run.run}: is it up?", RUN).report(Failed(category="blocking", reason="no"))

    assert asked(story.act("skip")) == "See (no value): is it up?"


def test_a_refusal_that_names_many_people_is_cut_to_what_is_kept() -> None:
    people = [f"principal:arn:aws:iam::123456789012:role/{'approver' * 18}-{number}" for number in range(8)]
    story = Story(
        a_plan(RUN),
        a_campaign(
            people={"operators": [OPERATOR], "approvers": people},
            gates={"deploy": "explicit_command", "quorum": {"test": 7}},
        ),
    ).act("start")
    for person in people[:7]:
        story.act("deploy", person)
    story.act("deploy", people[7])

    (event,) = story.last.events
    assert isinstance(event, ActRefused)
    assert len(event.message) == 1000
