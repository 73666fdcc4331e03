"""What people did next is counted by situation, and said from three answers on; it permits and offers nothing."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.display import summary_of
from shared.domain.learnt import MOST_SITUATIONS, Usual, learnt, situation, usual
from shared.messages.cards import card
from shared.messages.needed import needed
from shared.messages.standing import Standing
from state_schema.gate import Gate
from state_schema.migration import Checkpoint, Failure, StepState
from state_schema.signals import Failed
from tests.stories import MONDAY, OPERATOR, STRANGER, Story, the_plan, with_gates

DENIED = Failed(category="blocking", reason="The role cannot do that.", code="denied")
SITUATION = "deploy.run|failed|blocking/denied"
EMPTY = Gate(campaign="airflow-3")
ASKED = Checkpoint(
    kind="intervention", reason="failure", verbs=("retry", "skip", "block"), ask="What now?", digest="0" * 16,
    opened_at=MONDAY,
)  # fmt: skip


def failed(code: str = "denied", **changes: Any) -> StepState:
    failure = Failure(category="blocking", reason="no", code=code)
    return StepState(status="failed", attempt=1, since=MONDAY, failure=failure).model_copy(update=changes)


def after(*verbs: str, step: StepState | None = None) -> Gate:
    gate = EMPTY
    for verb in verbs:
        gate = learnt(gate, "deploy.run", step or failed(), verb)
    return gate


def a_failed_deployment(gate: Gate = EMPTY, report: Failed = DENIED) -> Story:
    story = Story(the_plan(), with_gates(four_eyes=None)).until("test", "deploy.run")
    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"learnt": gate.learnt}))
    return story.report(report)


def test_an_answer_to_a_failure_is_counted_with_the_step_that_writes_it() -> None:
    story = a_failed_deployment()
    assert story.view.gate.learnt == {}

    story.act("retry")

    assert "checkpoint_decided" in story.kinds()
    assert story.view.gate.learnt == {SITUATION: {"retry": 1}}
    story.report(DENIED).act("block")
    assert story.view.gate.learnt == {SITUATION: {"retry": 1, "block": 1}}
    story.act("skip")
    assert story.view.gate.learnt["deploy.run|blocked|blocking/denied"] == {"skip": 1}


def test_neither_a_refused_act_nor_any_other_answer_is_counted() -> None:
    story = a_failed_deployment()
    story.act("retry", actor=STRANGER)

    assert story.last.refusal is not None
    assert story.view.gate.learnt == {}
    assert Story().until("test", "deploy.run").view.gate.learnt == {}


def test_the_key_names_neither_people_nor_resources_nor_environments() -> None:
    story = a_failed_deployment()
    story.act("retry")

    (key,) = story.view.gate.learnt
    for name in (story.view.state.resource.id, OPERATOR, "test", "airflow-3@1"):
        assert name not in key
    assert situation("deploy.run", failed("denied")) == SITUATION
    assert (
        situation("deploy.run", failed(status="blocked", failure=None, rollback="done"))
        == "deploy.run|blocked|rolled_back"
    )


def test_nothing_is_said_before_the_third_answer() -> None:
    assert usual(after("retry", "retry"), "deploy.run", failed(), ASKED) is None
    assert usual(after("retry", "retry", "skip"), "deploy.run", failed(), ASKED) == Usual("retry", 2, 3)
    assert str(Usual("retry", 8, 9)) == "usually: retry (8 of 9)"


@pytest.mark.parametrize("verbs", [("retry", "skip", "block"), ("retry", "retry", "skip", "skip")])
def test_half_of_the_answers_are_not_usual(verbs: tuple[str, ...]) -> None:
    assert usual(after(*verbs), "deploy.run", failed(), ASKED) is None


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("infra.apply", failed()),
        ("deploy.run", failed("other")),
        ("deploy.run", failed(status="blocked")),
        ("deploy.run", failed(failure=Failure(category="retriable", reason="no", code="denied"))),
    ],
)
def test_another_situation_has_learnt_nothing(path: str, step: StepState) -> None:
    assert usual(after(*["retry"] * 9), path, step, ASKED) is None


def test_an_answer_that_is_not_open_is_not_said() -> None:
    gate = after(*["rollback"] * 9)

    assert usual(gate, "deploy.run", failed(), ASKED) is None
    assert usual(gate, "deploy.run", failed(), None) is None
    other = ASKED.model_copy(update={"reason": "gate", "verbs": ("rollback",)})
    assert usual(gate, "deploy.run", failed(), other) is None


def test_two_hundred_situations_are_remembered_and_the_least_used_is_forgotten() -> None:
    gate = EMPTY
    for number in range(MOST_SITUATIONS):
        gate = learnt(gate, "deploy.run", failed(f"code_{number:03}"), "retry")
        if number not in {7, 150}:
            gate = learnt(gate, "deploy.run", failed(f"code_{number:03}"), "retry")

    fuller = learnt(gate, "deploy.run", failed("new"), "skip")
    assert len(fuller.learnt) == MOST_SITUATIONS
    assert gate.learnt.keys() - fuller.learnt.keys() == {"deploy.run|failed|blocking/code_007"}
    assert fuller.learnt["deploy.run|failed|blocking/new"] == {"skip": 1}

    known = learnt(gate, "deploy.run", failed("code_007"), "retry")
    assert known.learnt.keys() == gate.learnt.keys()


def test_the_card_of_an_intervention_says_what_is_usual() -> None:
    gate = after(*["retry"] * 8, "skip")

    told = needed(Standing(a_failed_deployment(gate).view, "test"))

    assert told == (
        "*Retry* does the step again once the cause is put right; *Skip* goes on without it; *Mark blocked* lets it rest. "
        "Usually: retry (8 of 9)."
    )
    assert "Usually" not in needed(Standing(a_failed_deployment().view, "test"))


def test_lists_and_refusals_say_it_too() -> None:
    story = a_failed_deployment(after(*["retry"] * 8, "skip"))

    assert summary_of(story.view).next_action.endswith(" (usually: retry (8 of 9))")
    refused = story.act("rollback").last.refusal
    assert refused is not None
    assert refused.next_step == (
        "What would work now: `retry email.notifications test`, `skip email.notifications test <reason>`, "
        "`block email.notifications test <reason>` (usually: retry (8 of 9))."
    )


def test_it_adds_no_button_and_permits_nothing() -> None:
    knowing, ignorant = a_failed_deployment(after(*["skip"] * 9)), a_failed_deployment()

    def buttons(story: Story) -> list[Any]:
        return [block for block in card(story.view, "test").blocks if block["type"] == "actions"]

    assert buttons(knowing) == buttons(ignorant)
    refusals = [story.act("skip", actor=STRANGER).last.refusal for story in (knowing, ignorant)]
    assert refusals[0] == refusals[1]
    assert refusals[0] is not None
