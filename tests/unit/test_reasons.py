"""What leaves work out, takes it back or ends it says why, however it was asked for."""

import pytest

from shared.domain.view import Refusal
from state_schema.signals import Failed
from tests.stories import OPERATOR, STRANGER, Story


def a_failed_deployment() -> Story:
    return Story().until("test", "deploy.run").report(Failed(category="blocking", reason="No image."))


@pytest.mark.parametrize("verb", ["skip", "block"])
@pytest.mark.parametrize("note", ["", "   ", "\u200b\u2060", "\n\t"])
def test_an_answer_to_a_failure_without_a_reason_says_how_to_give_one(verb: str, note: str) -> None:
    story = a_failed_deployment().act(verb, track="test", note=note)

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal == Refusal(
        "no_reason",
        f"`{verb}` wants a reason: it stays in the history, for those who ask later.",
        f"Say it with the command: `{verb} email.notifications test <reason>`.",
    )


def test_a_retry_needs_none() -> None:
    assert a_failed_deployment().act("retry", track="test").last.refusal is None


def test_an_abort_says_why() -> None:
    story = a_failed_deployment().act("abort", note="")

    assert story.last.refusal is not None
    assert story.last.refusal.next_step == "Say it with the command: `abort email.notifications <reason>`."
    assert story.view.state.status == "failed"


@pytest.mark.parametrize("verb", ["skip", "abort"])
def test_who_may_not_is_told_that_first(verb: str) -> None:
    story = a_failed_deployment().act(verb, STRANGER, note="")

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "not_permitted"


def test_the_reason_is_recorded() -> None:
    story = a_failed_deployment().act("skip", track="test", note="It is retired next week.")
    assert [one.note for one in story.events if one.kind == "checkpoint_decided"][-1] == "It is retired next week."


def test_an_abort_button_of_an_attempt_that_is_over_ends_nothing() -> None:
    story = a_failed_deployment()
    old = story.button("test")
    story.act("retry", track="test").act("abort", checkpoint=old)

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_decided"
    assert f"{OPERATOR} answered this already with `retry`" in story.last.refusal.message
    assert story.view.state.status == "in_progress"


def test_an_abort_button_that_is_shown_now_ends_it() -> None:
    story = a_failed_deployment()
    story.act("abort", checkpoint=story.button("test"), note="The cluster is gone.")
    assert story.kinds() == ["migration_aborted"]
