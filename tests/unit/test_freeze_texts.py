"""What cards and the status page say of a step that queues for the end of a window or of a freeze."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.messages.escaping import as_plain
from shared.messages.needed import needed
from shared.messages.standing import Standing
from shared.messages.status_page import waits_for
from state_schema.gate import Freeze, FreezeException, Gate
from tests.stories import APPROVER, MONDAY, OPERATOR, Story, the_campaign

END = MONDAY + timedelta(days=2)
EXCEPT = "`/migrate except email.notifications shared`"


def standing(
    exception: dict[str, Any] | None = None, *, reason: str = "Release <week>", lifted: bool = False
) -> Standing:
    """The first step of the e-mail cluster queues for the end of a freeze of the campaign."""
    story = Story(campaign=the_campaign(windows=[]))
    gate = story.view.gate.model_copy(
        update={"freezes": {"campaign": Freeze(actor=OPERATOR, at=MONDAY, until=END, reason=reason)}}
    )
    story.view = replace(story.view, gate=gate)
    story.act("start")
    changed: Gate = (
        story.view.gate
        if exception is None
        else story.view.gate.model_copy(
            update={
                "exceptions": {
                    "email.notifications/shared": FreezeException(actor=OPERATOR, at=MONDAY, until=END, **exception)
                }
            }
        )
    )
    return Standing(
        replace(story.view, gate=changed.model_copy(update={"freezes": {}}) if lifted else changed), "shared"
    )


def test_a_frozen_step_says_until_when_why_and_how_two_people_let_it_start() -> None:
    at = standing()

    assert as_plain(needed(at)) == (
        "Nothing from people: it is frozen until 2026-03-04 09:00 UTC (Release <week>). "
        f"With two of them it may start before, in the channel: {EXCEPT}."
    )
    assert "&lt;week&gt;" in needed(at)
    assert waits_for(at) == "frozen until 2026-03-04 09:00 UTC (Release <week>)"


def test_a_freeze_without_a_reason_has_no_empty_brackets() -> None:
    assert waits_for(standing(reason="")) == "frozen until 2026-03-04 09:00 UTC"
    assert "()" not in needed(standing(reason=""))


def test_an_exception_that_wants_a_second_person_is_asked_of_people() -> None:
    at = standing({})

    assert as_plain(needed(at)) == (
        "A second person, who is an approver: it is frozen until 2026-03-04 09:00 UTC (Release <week>); @U_OPERATOR asked for "
        f"an exception. To approve it, in the channel: {EXCEPT}."
    )
    assert waits_for(at) == "frozen until 2026-03-04 09:00 UTC (Release <week>); an exception wants a second person"


def test_an_approved_exception_names_both() -> None:
    at = standing({"approved_by": APPROVER})

    assert "@U_OPERATOR asked for an exception, @U_APPROVER approved it, and it starts soon." in as_plain(needed(at))
    assert waits_for(at) == "frozen until 2026-03-04 09:00 UTC (Release <week>)"


def test_once_the_freeze_is_lifted_only_the_time_is_left() -> None:
    at = standing(lifted=True)

    assert at.freeze is None
    assert waits_for(at) == "a start at 2026-03-04 09:00 UTC"
