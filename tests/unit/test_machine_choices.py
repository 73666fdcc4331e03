"""Decisions among a plan's own choices, and phases that a resource leaves out."""

import json
from typing import Any

import pytest

from shared.domain.campaign_rules import campaign_problems
from shared.domain.checkpoints import open_checkpoints
from shared.domain.display import phases_of
from shared.domain.orders import orders_for
from shared.messages.cards import card
from shared.webhooks.slack import act_of
from state_schema.plan import Plan
from tests.stories import Story, document, the_campaign

SPEED = {"ask": "How fast?", "choices": ["slow", "fast"], "as": "speed"}


def deciding(**decision: Any) -> Plan:
    """Decides the speed before anything else is done in an environment; the deployment is told."""
    plan = document("airflow-3.plan.yaml")
    plan["phases"].insert(1, {"name": "tempo", "steps": [{"id": "choose", "decision": SPEED | decision}]})
    plan["phases"][3]["steps"][0]["with"]["inputs"]["speed"] = "{outputs.tempo.choose.speed}"
    return Plan.model_validate(plan)


def test_a_plans_own_choices_are_offered_without_asking_a_skill() -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose")

    assert orders_for(story.view) == []
    assert [event.choices for event in story.events if event.kind == "choices_offered"] == [("slow", "fast")]
    ((*_, checkpoint),) = open_checkpoints(story.view)
    assert (checkpoint.kind, checkpoint.ask) == ("decision", "How fast?")


def test_the_one_choice_is_there_for_templates_of_later_steps() -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose").answer("test", "decide", choices=["fast"])
    assert story.view.state.tracks["test"].steps["tempo.choose"].outputs == {"speed": "fast"}

    assert story.until("test", "deploy.run").order.inputs["inputs"] == {"environment": "test", "speed": "fast"}


@pytest.mark.parametrize(
    ("given", "code"),
    [(["slow", "fast"], "one_choice"), ([], "one_choice"), (None, "one_choice"), (["medium"], "unknown_choice")],
)
def test_anything_but_one_of_the_choices_is_refused(given: list[str] | None, code: str) -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose").answer("test", "decide", choices=given)

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == code
    assert story.step("test").status == "awaiting_human"


def test_the_same_choice_given_twice_is_one_choice() -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose").answer("test", "decide", choices=["fast", "fast"])

    assert story.view.state.tracks["test"].step == "infra.pull_request"


def test_several_may_be_chosen_where_the_plan_says_many() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"].insert(1, {"name": "tempo", "steps": [{"id": "choose", "decision": SPEED | {"many": True}}]})
    story = Story(plan=Plan.model_validate(plan)).until("test", "tempo.choose")
    story.answer("test", "decide", choices=["slow", "fast"])

    step = story.view.state.tracks["test"].steps["tempo.choose"]
    assert (step.status, step.outputs, step.chosen.count if step.chosen else 0) == ("completed", {}, 2)


def test_the_items_of_a_skills_list_are_not_mistaken_for_a_plans_choice() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][3]["steps"].insert(1, {"id": "speed", "decision": SPEED})
    story = Story(plan=Plan.model_validate(plan)).until("test", "migrate.speed")
    items = story.view.state.tracks["test"].steps["migrate.choose"].chosen

    assert story.answer("test", "decide", choices=["slow"]).order.items == items


def test_each_choice_has_a_button_whose_click_is_that_choice() -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose")
    shown = card(story.view, "test", ("slow", "fast")).blocks
    row = next(block["elements"] for block in shown if block["type"] == "actions")
    assert [(button["text"]["text"], button["action_id"]) for button in row] == [
        ("slow", "act:decide:1"),
        ("fast", "act:decide:2"),
        ("Take it", "act:assign"),
    ]

    act = act_of(clicked(row[1]), team="T0ACME", at=story.now.isoformat())
    assert act is not None
    assert (act["verb"], act["choices"]) == ("decide", ["fast"])
    assert json.loads(row[1]["value"])["c"] == ["fast"]


def test_of_eleven_choices_ten_have_a_button_and_all_are_in_a_modal() -> None:
    eleven = tuple(f"speed-{number}" for number in range(11))
    shown = card(Story(plan=deciding()).until("test", "tempo.choose").view, "test", eleven).blocks
    row = next(block["elements"] for block in shown if block["type"] == "actions")
    assert [button["action_id"] for button in row] == [
        *(f"act:decide:{n}" for n in range(1, 11)),
        "open:decide",
        "act:assign",
    ]


def test_the_card_says_what_to_type_for_one_choice() -> None:
    story = Story(plan=deciding()).until("test", "tempo.choose")
    shown = str(card(story.view, "test", ("slow", "fast")))

    assert "decide email.notifications test &lt;choice&gt;" in shown
    assert "all" not in [word.strip("`.)") for word in shown.split()]


def clicked(button: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "trigger_id": "1.2.abc",
        "team": {"id": "T0ACME"},
        "user": {"id": "U_OPERATOR", "team_id": "T0ACME"},
        "actions": [{"action_id": button["action_id"], "value": button["value"]}],
    }


def leaving_out(*phases: str, optional: tuple[int, ...] = (1, 4)) -> Story:
    """A resource that leaves out these phases; `optional` are those of the plan that may be."""
    plan, campaign = document("airflow-3.plan.yaml"), document("airflow-3.campaign.yaml")
    for number in optional:
        plan["phases"][number]["optional"] = True
    campaign["resources"][0]["skip"] = list(phases)
    return Story(plan=Plan.model_validate(plan), campaign=the_campaign(resources=campaign["resources"]))


def test_a_phase_that_a_resource_leaves_out_is_skipped_without_asking() -> None:
    story = leaving_out("infra").until("test", "deploy.run")

    assert [step.status for step in story.view.state.tracks["test"].steps.values()][:3] == ["skipped"] * 3
    assert phases_of(story.view, "test")["infra"] == "skipped"
    assert not any(event.kind == "checkpoint_opened" and event.step.startswith("infra.") for event in story.events)


def test_an_approval_of_the_environment_is_still_asked_before_the_first_act_that_is_left() -> None:
    story = leaving_out("infra").until("prod-us", "deploy.run")

    assert {found[3].verbs for found in open_checkpoints(story.view)} == {("approve",)}


def test_a_migration_that_leaves_out_its_last_phase_is_completed() -> None:
    story = leaving_out("infra", "verify")
    while story.view.state.status != "completed":
        story.oblige()

    assert not any(event.kind == "step_started" and event.step.startswith("verify.") for event in story.events)


def test_a_phase_that_is_not_optional_is_never_skipped() -> None:
    story = leaving_out("infra", optional=()).until("test", "infra.pull_request")

    assert story.order.skill == "open_pull_request"


@pytest.mark.parametrize("name", ["deploy", "moon"])
def test_a_campaign_that_leaves_out_what_is_not_optional_is_refused(name: str) -> None:
    story = leaving_out("infra", name)

    assert campaign_problems(story.view.campaign, story.view.plan) == [
        (("resources", 0, "skip", 1), f"{name!r} is no optional phase of airflow-3@1; allowed: infra, verify")
    ]
