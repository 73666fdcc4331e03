"""What the worker shows in a modal that was opened: the question as it is now, or why it is not asked any more."""

from typing import Any

import pytest

from shared.app.fill_modal import fill_modal
from shared.errors import PermanentError, RetryableError
from shared.messages.escaping import as_plain
from state_schema.orders import ModalMessage
from state_schema.signals import Failed
from tests.fakes.modals import FakeModals
from tests.functional.journey import Journey
from tests.stories import APPROVER, CHOICES, STRANGER, document, the_plan
from tests.unit.forms import asking
from tests.unit.modals import opened

LOADING = {"type": "modal", "title": {"type": "plain_text", "text": "One moment"}, "blocks": []}


@pytest.fixture
def modals() -> FakeModals:
    modals = FakeModals()
    modals.open("1.2.3", LOADING)
    return modals


@pytest.fixture
def failed() -> Journey:
    """The first work of the e-mail cluster failed: people are asked how to go on."""
    journey = Journey(skills={"rewrite_dags": lambda _: Failed(category="blocking", reason="ruff does not converge")})
    journey.started()
    journey.work(journey.orders()[0])
    journey.drain()
    return journey


def choosing(**changes: Any) -> Journey:
    """Which DAGs to migrate is asked at once."""
    phases = [phase for phase in document("airflow-3.plan.yaml")["phases"] if phase["name"] == "migrate"]
    journey = Journey(plan=the_plan(phases=phases, **changes))
    journey.take(journey.act("start"))
    journey.drain()
    return journey


def fill(journey: Journey, message: ModalMessage, modals: FakeModals) -> str:
    engine = journey.engine
    return fill_modal(message, migrations=engine.migrations, history=engine.history, modals=modals)


def said(modals: FakeModals) -> str:
    """What stands in a modal that asks for nothing."""
    shown = modals.shown["V1"]
    assert "submit" not in shown
    assert shown["close"]["text"] == "Close"
    return as_plain(shown["blocks"][0]["text"]["text"])


def test_a_failure_asks_why_it_is_skipped(failed: Journey, modals: FakeModals) -> None:
    assert fill(failed, opened(failed.view(), "shared", "skip"), modals) == "asked"
    shown = modals.shown["V1"]
    assert (shown["submit"]["text"], [block["type"] for block in shown["blocks"]]) == (
        "Skip", ["section", "section", "input"],
    )  # fmt: skip
    assert "ruff does not converge" in shown["blocks"][0]["text"]["text"]


def test_the_message_twice_leaves_what_was_filled_in_meanwhile(failed: Journey, modals: FakeModals) -> None:
    message = opened(failed.view(), "shared", "skip")
    assert [fill(failed, message, modals) for _ in range(2)] == ["asked", "closed"]
    assert modals.acts == ["open", "update"]


def test_the_items_are_those_that_were_listed(modals: FakeModals) -> None:
    journey = choosing()
    assert fill(journey, opened(journey.view(), "test", "decide"), modals) == "asked"
    (_, asked) = modals.shown["V1"]["blocks"]
    assert [option["value"] for option in asked["element"]["options"]] == list(CHOICES)


def test_a_form_shows_its_fields(modals: FakeModals) -> None:
    plan = asking()
    journey = Journey(plan=plan.model_copy(update={"phases": plan.phases[1:2]}))
    journey.take(journey.act("start"))
    journey.drain()
    assert fill(journey, opened(journey.view(), "test", "decide"), modals) == "asked"
    blocks = [block.get("block_id") for block in modals.shown["V1"]["blocks"]]
    assert blocks == [None, "field:workers", "field:pool", "field:ratio", "field:keep_old", "field:reason", None]


def test_who_was_faster_and_when_is_said(failed: Journey, modals: FakeModals) -> None:
    message = opened(failed.view(), "shared", "skip")
    failed.take(failed.click("shared", "retry"))
    assert fill(failed, message, modals) == "already_decided"
    when = failed.clock().strftime("%Y-%m-%d %H:%M UTC")
    assert said(modals) == (
        f"@U_OPERATOR answered this already with `retry`, at {when}. The card shows where it is now."
    )


def test_a_question_that_changed_is_out_of_date(failed: Journey, modals: FakeModals) -> None:
    message = opened(failed.view(), "shared", "skip")
    other = message.checkpoint.model_copy(update={"digest": "0" * 16})
    assert fill(failed, message.model_copy(update={"checkpoint": other}), modals) == "out_of_date"
    assert said(modals) == (
        "This button is out of date: what it showed has changed since. Look at the card as it is now, and answer that."
    )


@pytest.mark.parametrize("actor", [STRANGER, APPROVER])
def test_who_may_not_answer_is_told_before_they_write_anything(failed: Journey, modals: FakeModals, actor: str) -> None:
    assert fill(failed, opened(failed.view(), "shared", "skip", actor=actor), modals) == "not_permitted"
    assert "operators" in said(modals)


def test_opening_a_modal_is_no_act_and_leaves_no_trace(failed: Journey, modals: FakeModals) -> None:
    before = failed.kinds()
    fill(failed, opened(failed.view(), "shared", "skip", actor=STRANGER), modals)
    fill(failed, opened(failed.view(), "shared", "abort"), modals)
    assert failed.kinds() == before


def test_a_migration_that_is_gone_is_said(failed: Journey, modals: FakeModals) -> None:
    message = opened(failed.view(), "shared", "skip", migration="airflow-3/nothing.here")
    assert fill(failed, message, modals) == "unknown_migration"
    assert said(modals) == "There is no such migration any more. Look at the newest card."


def test_a_modal_that_was_closed_is_left_alone(failed: Journey, modals: FakeModals) -> None:
    del modals.hashes["V1"]
    assert fill(failed, opened(failed.view(), "shared", "skip"), modals) == "closed"


@pytest.mark.parametrize(
    "refusal", [RetryableError("Slack is down."), PermanentError("It is too large.", "view_too_large")]
)
def test_what_slack_refuses_stays_in_the_queue(failed: Journey, modals: FakeModals, refusal: Any) -> None:
    modals.refusals["update"] = refusal
    with pytest.raises(type(refusal)):
        fill(failed, opened(failed.view(), "shared", "skip"), modals)
