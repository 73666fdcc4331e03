"""A merge that wants an approval: it is bound to the head, a push voids it, and a merge without it goes nowhere."""

from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from state_schema.events import ApprovalVoided, CheckpointDecided
from tests.stories import APPROVER, OPERATOR, Story, merged, pull_request, with_gates

SECOND = "slack:T0ACME/U_SECOND_APPROVER"


def in_review(**gates: Any) -> Story:
    campaign = with_gates(merge_approval=["shared"], four_eyes=["shared"], **gates)
    people = campaign.people.model_copy(update={"approvers": (APPROVER, SECOND, OPERATOR)})
    story = Story(campaign=campaign.model_copy(update={"people": people})).until("shared", "code_migration.review")
    return story.later(minutes=1)


def seen(story: Story, head: str = "a1", **changes: Any) -> Story:
    return story.later(minutes=1).observe(pull_request(head_sha=head, **changes))


def refusal(story: Story) -> tuple[str, str]:
    assert story.last.refusal is not None
    return story.last.refusal.reason_code, story.last.refusal.message


def test_a_merge_of_what_was_approved_goes_on() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)
    assert story.kinds() == ["checkpoint_decided"]
    assert story.step("shared").status == "awaiting_human"

    story.later(minutes=1).observe(merged())

    assert story.view.state.tracks["shared"].steps["code_migration.review"].status == "completed"


def test_a_merge_that_nobody_approved_asks_people_instead() -> None:
    story = seen(in_review()).later(minutes=1).observe(merged())

    step = story.step("shared")
    assert step.failure is not None
    assert (step.status, step.failure.code) == ("failed", "merged_without_approval")
    assert step.failure.reason == "Pull request #1 was merged at a1, which nobody had approved here."
    assert step.checkpoint is not None
    assert step.checkpoint.verbs == ("approve", "retry", "block")


def test_a_merge_before_the_first_look_is_no_better() -> None:
    story = in_review().observe(merged())

    assert story.kinds() == ["observation_recorded", "step_failed", "checkpoint_opened"]


def test_what_was_merged_can_be_approved_after_the_fact_by_somebody_who_may() -> None:
    story = seen(in_review()).later(minutes=1).observe(merged())
    assert refusal(story.answer("shared", "approve", OPERATOR))[0] == "four_eyes"

    story.answer("shared", "approve", APPROVER)

    done = story.view.state.tracks["shared"].steps["code_migration.review"]
    assert (done.status, done.outputs) == ("completed", {"merged": True, "head_sha": "a1"})


def test_what_was_merged_unapproved_cannot_be_skipped_blocked_or_not() -> None:
    story = seen(in_review()).later(minutes=1).observe(merged()).act("skip", track="shared")
    assert refusal(story)[0] == "nothing_to_answer"

    story.answer("shared", "block")
    assert [one[3].verbs for one in open_checkpoints(story.view)] == [("approve", "retry")]


def test_it_is_asked_once_however_often_it_is_looked_at() -> None:
    story = seen(in_review()).later(minutes=1).observe(merged())

    story.later(minutes=1).observe(pull_request(state="closed", merged=True, title="Another title"))

    assert story.kinds() == ["observation_recorded"]


def test_a_push_voids_the_approval_and_says_why() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)

    seen(story, "b2")

    assert story.last.events[1:] == (
        ApprovalVoided(
            track="shared", step="code_migration.review", attempt=1, actors=(APPROVER,),
            reason="Pull request #1 was changed: approved was a1, and its head is b2 now.",
        ),
    )  # fmt: skip
    assert story.step("shared").decided == ()
    story.later(minutes=1).observe(pull_request(state="closed", merged=True, head_sha="b2"))
    assert story.step("shared").status == "failed"


def test_a_push_and_the_merge_in_one_look_are_no_approval() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)

    seen(story, "b2", state="closed", merged=True)

    assert story.kinds() == ["observation_recorded", "approval_voided", "step_failed", "checkpoint_opened"]


def test_what_is_void_stays_void_though_the_old_head_comes_back() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)

    seen(seen(story, "b2"), "a1").later(minutes=1).observe(merged())

    assert story.step("shared").status == "failed"


def test_a_review_is_no_push() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)

    seen(story, review="approved")

    assert story.kinds() == ["observation_recorded"]


def test_the_approval_outlives_that_the_pull_request_is_closed_and_opened_again() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)

    seen(seen(story, state="closed")).later(minutes=1).observe(merged())

    assert story.view.state.tracks["shared"].steps["code_migration.review"].status == "completed"


def test_a_push_voids_one_of_two_approvals_too() -> None:
    story = seen(in_review(quorum={"shared": 2})).answer("shared", "approve", APPROVER)
    assert story.kinds() == ["approval_given"]

    seen(story, "b2").answer("shared", "approve", SECOND)
    assert story.kinds() == ["approval_given"]

    story.answer("shared", "approve", APPROVER)
    decided = story.last.events[0]
    assert isinstance(decided, CheckpointDecided)
    assert (decided.others, decided.verb) == ((SECOND,), "approve")


def test_nobody_approves_what_nobody_has_seen() -> None:
    story = in_review().answer("shared", "approve", APPROVER)

    assert refusal(story) == (
        "not_seen_yet",
        "Nobody has looked at this pull request yet, so it is not known what would be approved.",
    )


def test_a_button_of_the_old_head_approves_nothing() -> None:
    story = seen(in_review())
    old = story.button("shared")

    seen(story, "b2").act("approve", APPROVER, checkpoint=old)

    assert refusal(story)[0] == "out_of_date"


def test_the_second_approval_is_told_of_the_first() -> None:
    story = seen(in_review()).answer("shared", "approve", APPROVER)
    when = f"{story.now:%Y-%m-%d %H:%M} UTC"

    assert refusal(story.answer("shared", "approve", SECOND)) == (
        "already_decided",
        f"{APPROVER} approved this already, at {when}.",
    )


@pytest.mark.parametrize("actor", [OPERATOR, APPROVER])
def test_where_no_approval_is_wanted_a_merge_is_enough_and_approve_answers_nothing(actor: str) -> None:
    story = Story().until("shared", "code_migration.review").later(minutes=1).observe(pull_request())
    assert refusal(story.act("approve", actor, track="shared"))[0] == "nothing_to_answer"

    story.later(minutes=1).observe(merged())
    assert story.view.state.tracks["shared"].status == "completed"


def test_anybody_may_still_have_it_looked_at() -> None:
    story = seen(in_review()).act("pr-merged", "slack:T0ACME/U_STRANGER", track="shared")

    assert story.last.looks
    assert story.last.events == ()
