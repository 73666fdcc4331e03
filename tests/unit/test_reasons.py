"""What leaves work out, takes it back or ends it says why, however it was asked for."""

import pytest

from shared.domain.control import control
from shared.domain.view import Refusal
from shared.messages.acted import acted
from state_schema.control import Control
from state_schema.gate import Gate
from state_schema.signals import Failed
from tests.stories import MONDAY, OPERATOR, STRANGER, Story, the_campaign


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


def test_what_starts_and_what_moves_is_bound_to_what_was_shown() -> None:
    one, other = Story().act("start"), Story(resource=1).act("start")
    shown = [story.events[0].shown for story in (one, other)]
    assert all(shown)
    assert shown[0] != shown[1]
    assert Story().act("start").events[0].shown == shown[0]


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


TOKEN = "ghp_" + "a1B2" * 9
"""Of the shape of one; it is none."""


@pytest.mark.parametrize("verb", ["skip", "retry", "abort", "assign"])
def test_a_credential_in_a_reason_is_refused_and_kept_nowhere(verb: str) -> None:
    story = a_failed_deployment().act(verb, track="test", note=f"it wants {TOKEN}, try")

    assert story.last.refusal == Refusal(
        "credential",
        "The reason looks like a credential, so nothing was done, and nothing of it is kept.",
        "Say it again without. If it is a real one, replace it: it was sent where it does not belong.",
    )
    assert TOKEN not in "".join(one.model_dump_json() for one in story.events)
    assert TOKEN not in story.view.state.model_dump_json()


def test_a_credential_in_the_reason_of_a_pause_is_refused() -> None:
    act = Control(
        id="slack:1", at=MONDAY, campaign="airflow-3", actor=OPERATOR, verb="pause", scope="campaign", note=TOKEN
    )
    controlled = control(Gate(campaign="airflow-3"), the_campaign(), act)

    assert controlled.record is None
    assert controlled.refusal is not None
    assert controlled.refusal.reason_code == "credential"


def test_the_whole_reason_of_an_abort_is_kept() -> None:
    story = a_failed_deployment().act("abort", note="why " * 700)
    assert story.events[-1].reason == "why " * 700


def test_a_button_repeats_the_reason_and_there_is_none_where_it_is_missing() -> None:
    story = a_failed_deployment()
    for note, commands in (("it is retired", ["skip email.notifications test 'it is retired'"]), ("", [])):
        act = story._act("skip", OPERATOR, {"track": "prod-us", "note": note})
        offered = acted(story.signal(act).last, act).suggestions
        assert [one.command for one in offered if one.command.startswith("skip")] == commands
