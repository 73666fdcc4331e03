"""The permission boundary: who may do what, which proof counts, and what makes an approval void."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.orders import orders_for
from shared.domain.people import as_of, is_same_person
from shared.domain.permissions import layer_of
from state_schema.campaign import Campaign
from state_schema.events import ApprovalGiven, ApprovalVoided, CheckpointDecided
from state_schema.memberships import GroupMembers
from state_schema.plan import Layer
from state_schema.signals import Failed
from state_schema.skills import Action
from tests.stories import APPROVER, MONDAY, OPERATOR, STRANGER, Story, the_campaign, with_gates

SECOND = "slack:T0ACME/U_SECOND_APPROVER"
COLLEAGUE = "slack:T0ACME/U_COLLEAGUE"
NOT_AMONG = "This needs one of the campaign's approvers; you are not among them."
LEADS = "slack-group:T0ACME/S0LEADS"
NO = Failed(category="blocking", reason="no")


def guarded(**people: Any) -> Campaign:
    """Two approvals and four eyes for prod-us, with people enough."""
    found = with_gates(quorum={"prod-us": 2}, four_eyes=["prod-us"])
    named = {"operators": [OPERATOR, COLLEAGUE], "approvers": [APPROVER, SECOND, OPERATOR]} | people
    return found.model_copy(update={"people": type(found.people).model_validate(named)})


def at_the_approval(campaign: Campaign | None = None) -> Story:
    return Story(campaign=campaign or guarded()).until("prod-us", "infra.pull_request")


def at_the_gate() -> Story:
    story = at_the_approval().answer("prod-us", "approve", APPROVER).answer("prod-us", "approve", SECOND)
    return story.until("prod-us", "deploy.run")


def refusal(story: Story) -> tuple[str, str, str]:
    assert story.last.refusal is not None
    found = story.last.refusal
    return found.reason_code, found.message, found.next_step


# Layers.


@pytest.mark.parametrize("action", ["merge", "delete"])
@pytest.mark.parametrize("track", ["shared", "test", "prod-us"])
@pytest.mark.parametrize("word", [None, "automatic", "confirmation", {"test": "automatic", "prod-us": "automatic"}])
@pytest.mark.parametrize("plan", ["automatic", "confirmation", "explicit_command"])
def test_a_merge_and_a_deletion_are_by_explicit_command_whatever_anybody_says(
    action: Action, track: str, word: Any, plan: Layer
) -> None:
    view = Story(campaign=with_gates(**{action: word})).view

    assert layer_of(view, track, action, plan) == "explicit_command"


@pytest.mark.parametrize("plan", ["automatic", "confirmation"])
def test_a_plan_loosens_nothing_that_the_campaign_demands(plan: Layer) -> None:
    assert layer_of(Story().view, "prod-us", "deploy", plan) == "explicit_command"


# Roles.


@pytest.mark.parametrize("actor", [STRANGER, OPERATOR.replace("T0ACME", "T0OTHER"), "github:77", "principal:nobody"])
def test_who_is_not_among_the_operators_answers_nothing(actor: str) -> None:
    story = Story().until("test", "infra.apply").answer("test", "infra-applied", actor)

    assert story.kinds() == ["act_refused"]
    assert refusal(story) == (
        "not_permitted",
        "This needs one of the campaign's operators; you are not among them.",
        "Ask one of the operators of airflow-3, or have yourself added to its people.",
    )


def test_who_was_taken_out_of_the_campaign_may_no_more() -> None:
    story = Story().until("test", "infra.apply")
    left = the_campaign(people={"operators": [COLLEAGUE], "approvers": [APPROVER]})
    story.view = replace(story.view, campaign=left)

    assert refusal(story.answer("test", "infra-applied"))[0] == "not_permitted"
    assert story.answer("test", "infra-applied", COLLEAGUE).kinds()[0] == "checkpoint_decided"


def test_an_operator_does_not_approve_an_environment() -> None:
    story = at_the_approval().answer("prod-us", "approve", COLLEAGUE)

    assert refusal(story)[:2] == (
        "not_permitted",
        "This needs one of the campaign's approvers; you are not among them.",
    )


def test_an_approver_opens_an_explicit_gate_only_where_others_are_wanted() -> None:
    alone = Story(campaign=with_gates(four_eyes=None)).until("prod-us", "deploy.run")
    assert refusal(alone.answer("prod-us", "deploy", APPROVER))[0] == "not_permitted"

    assert Story().until("prod-us", "deploy.run").answer("prod-us", "deploy", APPROVER).order.skill == "run_workflow"


# Groups.


def test_a_group_of_the_campaign_stands_for_its_people() -> None:
    campaign = guarded(approvers=["group:leads", OPERATOR], groups={"leads": [APPROVER, SECOND]})

    story = at_the_approval(campaign).answer("prod-us", "approve", APPROVER).answer("prod-us", "approve", SECOND)

    assert isinstance(story.last.events[0], CheckpointDecided)
    assert story.view.campaign.people.approvers == ("group:leads", OPERATOR)


def in_slack(story: Story, *members: str, ago: timedelta = timedelta()) -> Story:
    """What was read of the user group, so long before."""
    story.view = replace(story.view, groups={LEADS: GroupMembers(members=members, read_at=story.now - ago)})
    return story


@pytest.mark.parametrize("ago", [timedelta(), timedelta(hours=1)])
def test_a_member_of_a_user_group_may_what_its_role_may(ago: timedelta) -> None:
    story = in_slack(at_the_approval(guarded(approvers=[LEADS, SECOND])), APPROVER, ago=ago)

    assert story.answer("prod-us", "approve", APPROVER).kinds() == ["approval_given"]


@pytest.mark.parametrize("known", ["older than an hour", "never"])
def test_a_user_group_that_was_not_read_in_time_is_nobody(known: str) -> None:
    story = at_the_approval(guarded(approvers=[LEADS, SECOND]))
    if known != "never":
        in_slack(story, APPROVER, ago=timedelta(hours=1, microseconds=1))

    story.answer("prod-us", "approve", APPROVER)

    assert story.kinds() == ["act_refused"]
    assert refusal(story) == (
        "members_unknown",
        f"{NOT_AMONG} The members of {LEADS} were not read within the last hour, so nobody counts as one.",
        "Try again in a few minutes; where it lasts, look at the log of the sweep.",
    )


def test_who_left_the_user_group_may_no_more() -> None:
    story = in_slack(at_the_approval(guarded(approvers=[LEADS, SECOND])), SECOND)

    assert refusal(story.answer("prod-us", "approve", APPROVER))[0] == "not_permitted"


def test_a_group_that_there_is_not_is_nobody() -> None:
    campaign = as_of(the_campaign(people={"operators": ["group:gone"]}), {}, MONDAY)

    assert campaign.people.operators == ("group:gone",)


def test_ids_are_linked_however_long_the_chain_is() -> None:
    people = guarded(linked={OPERATOR: ["github:1"], "github:2": ["github:1", "principal:x"]}).people

    assert is_same_person(people, OPERATOR, "principal:x")
    assert not is_same_person(people, OPERATOR, "github:3")
    assert not is_same_person(people, OPERATOR, None)


# Quorum.


def test_it_takes_as_many_people_as_the_campaign_says() -> None:
    story = at_the_approval().act("approve", APPROVER, track="prod-us", note="fine")
    assert story.last.events == (
        ApprovalGiven(
            track="prod-us", step="infra.pull_request", attempt=1, verb="approve",
            digest=story.button("prod-us").digest, note="fine",
        ),
    )  # fmt: skip
    assert orders_for(story.view) == []

    decided = story.answer("prod-us", "approve", SECOND).last.events[0]

    assert isinstance(decided, CheckpointDecided)
    assert decided.others == (APPROVER,)
    assert story.view.state.tracks["prod-us"].approval is not None
    assert story.order.track == "prod-us"


def test_one_person_is_one_whatever_they_act_with() -> None:
    linked = guarded(approvers=[APPROVER, SECOND, "github:9"], linked={APPROVER: ["github:9"]})
    story = at_the_approval(linked).answer("prod-us", "approve", APPROVER).answer("prod-us", "approve", "github:9")

    assert refusal(story) == (
        "already_given",
        "You approved this already; 1 of 2 approvals are given.",
        "Another person has to approve it too.",
    )
    assert len(story.step("prod-us").checkpoint.given) == 1  # type: ignore[union-attr]


def test_a_click_that_is_delivered_twice_is_one_approval_and_no_refusal() -> None:
    story = at_the_approval()
    click = story.act("approve", APPROVER, id="click-1", checkpoint=story.button("prod-us"))
    assert click.kinds() == ["approval_given"]

    story.act("approve", APPROVER, id="click-1", checkpoint=story.button("prod-us"))

    assert story.last.events == ()
    assert story.last.refusal is None


def test_who_comes_after_the_quorum_is_told_who_decided() -> None:
    story = at_the_approval().answer("prod-us", "approve", APPROVER)
    button = story.button("prod-us")
    story.act("approve", SECOND, checkpoint=button)

    story.act("approve", APPROVER, checkpoint=button)
    told = f"{APPROVER} and {SECOND} answered this already with `approve`, at {story.now:%Y-%m-%d %H:%M} UTC."
    assert refusal(story) == ("already_decided", told, "The card shows where it is now.")
    story.act("approve", SECOND, track="prod-us")
    assert refusal(story)[:2] == ("already_decided", told)


def test_an_approval_of_somebody_who_may_no_more_does_not_count() -> None:
    story = at_the_approval().answer("prod-us", "approve", APPROVER)
    story.view = replace(story.view, campaign=guarded(approvers=[SECOND, COLLEAGUE, OPERATOR]))

    story.answer("prod-us", "approve", SECOND)

    assert story.kinds() == ["approval_voided", "approval_given"]
    assert [one.actor for one in story.step("prod-us").checkpoint.given] == [SECOND]  # type: ignore[union-attr]
    assert story.answer("prod-us", "approve", COLLEAGUE).order.track == "prod-us"


def test_an_approval_of_a_member_that_cannot_be_read_is_not_counted_and_not_void() -> None:
    story = in_slack(at_the_approval(guarded(approvers=[LEADS, SECOND, COLLEAGUE])), APPROVER)
    story.answer("prod-us", "approve", APPROVER)
    in_slack(story, APPROVER, ago=timedelta(hours=2)).answer("prod-us", "approve", SECOND)
    assert story.kinds() == ["approval_given"]

    in_slack(story, APPROVER).answer("prod-us", "approve", SECOND)

    assert isinstance(story.last.events[0], CheckpointDecided)


def test_a_lower_quorum_is_reached_by_whoever_approves_next_and_by_nobody_else() -> None:
    story = at_the_approval().answer("prod-us", "approve", APPROVER)
    lower = with_gates(quorum={"prod-us": 1}, four_eyes=["prod-us"]).gates
    story.view = replace(story.view, campaign=guarded().model_copy(update={"gates": lower}))
    assert story.tick().kinds() == []

    assert story.answer("prod-us", "approve", APPROVER).kinds()[0] == "checkpoint_decided"


# Four eyes.


def test_who_started_it_approves_no_environment() -> None:
    story = at_the_approval().answer("prod-us", "approve", OPERATOR)

    assert refusal(story) == (
        "four_eyes",
        "You started this migration, and prod-us wants a second pair of eyes.",
        "Ask another approver of the campaign.",
    )


def test_who_started_it_opens_no_explicit_gate_either() -> None:
    story = at_the_gate().answer("prod-us", "deploy", OPERATOR)

    assert refusal(story) == (
        "four_eyes",
        "You started this migration, and prod-us wants a second pair of eyes.",
        "Ask another operator or approver of the campaign.",
    )
    story.answer("prod-us", "deploy", COLLEAGUE).answer("prod-us", "deploy", APPROVER)
    assert story.order.skill == "run_workflow"


def failed_and_retried() -> Story:
    story = at_the_gate().answer("prod-us", "deploy", COLLEAGUE).answer("prod-us", "deploy", APPROVER)
    return story.report(NO).answer("prod-us", "retry", COLLEAGUE)


def test_a_retry_asks_and_is_no_proof_where_others_have_to_approve() -> None:
    story = failed_and_retried()

    assert orders_for(story.view) == []
    assert story.button("prod-us").attempt == 2


def test_who_asked_for_the_attempt_does_not_approve_it() -> None:
    story = failed_and_retried().answer("prod-us", "deploy", COLLEAGUE)
    assert refusal(story)[:2] == (
        "four_eyes",
        "You asked for this attempt, and prod-us wants a second pair of eyes.",
    )

    story.answer("prod-us", "deploy", APPROVER).answer("prod-us", "deploy", SECOND)
    assert story.order.key.endswith("prod-us/deploy.run/2")


def test_an_automatic_retry_needs_no_second_approval() -> None:
    story = at_the_gate().answer("prod-us", "deploy", COLLEAGUE).answer("prod-us", "deploy", APPROVER)
    busy = Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=30))

    story.report(busy).later(minutes=1).tick()

    assert story.order.key.endswith("prod-us/deploy.run/2")


def test_a_button_of_the_attempt_before_approves_nothing() -> None:
    story = at_the_gate()
    old = story.button("prod-us")
    story.answer("prod-us", "deploy", COLLEAGUE).answer("prod-us", "deploy", APPROVER)
    story.report(NO).answer("prod-us", "retry", COLLEAGUE)

    story.act("deploy", SECOND, checkpoint=old)

    assert refusal(story)[0] == "already_decided"
    assert [one[3].given for one in open_checkpoints(story.view) if one[0] == "prod-us"] == [()]


# Single winner.


@pytest.mark.parametrize("verb", ["retry", "skip", "block"])
def test_whoever_types_another_answer_later_is_told_who_was_first(verb: str) -> None:
    story = Story().until("test", "deploy.run").report(NO).act("retry", track="test")
    story.later(minutes=5).act(verb, COLLEAGUE, track="test")

    # A colleague who may not answer is told the same: there is nothing left to answer.
    assert refusal(story)[:2] == (
        "already_decided",
        f"{OPERATOR} answered this already with `retry`, at {story.now - timedelta(minutes=5):%Y-%m-%d %H:%M} UTC.",
    )


def test_what_was_answered_long_ago_is_no_reason() -> None:
    story = Story().until("test", "verify.check").act("infra-applied", track="test")

    assert refusal(story)[0] == "nothing_to_answer"


# A claim.


def test_a_claim_is_shown_and_gives_no_right() -> None:
    story = Story().until("test", "infra.apply").act("assign", APPROVER, track="test")
    assert story.kinds() == ["checkpoint_assigned"]
    assert story.step("test").checkpoint.assigned_to == APPROVER  # type: ignore[union-attr]

    assert refusal(story.answer("test", "infra-applied", APPROVER))[0] == "not_permitted"
    story.answer("test", "infra-applied", OPERATOR)
    assert story.kinds()[0] == "checkpoint_decided"
    assert all(one[3].assigned_to is None for one in open_checkpoints(story.view))


@pytest.mark.parametrize(
    ("actor", "given", "code"),
    [
        (STRANGER, {}, "not_permitted"),
        (OPERATOR, {"person": STRANGER}, "not_of_the_campaign"),
        (OPERATOR, {"track": "prod-us"}, "nothing_to_answer"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(actor: str, given: dict[str, Any], code: str) -> None:
    story = Story().until("test", "infra.apply").act("assign", actor, **given)

    assert story.kinds() == ["act_refused"]
    assert refusal(story)[0] == code


def test_a_claim_is_made_once_and_can_be_handed_on() -> None:
    story = Story().until("test", "infra.apply").act("assign").act("assign")
    assert refusal(story) == (
        "already_assigned",
        f"{OPERATOR} takes care of this already.",
        "The card says so.",
    )

    story.act("assign", person=APPROVER)
    assert story.step("test").checkpoint.assigned_to == APPROVER  # type: ignore[union-attr]


def test_a_claim_of_one_of_several_has_to_be_named() -> None:
    story = at_the_approval().act("assign")

    assert refusal(story)[0] == "ambiguous"


# A move voids.


def test_a_move_voids_what_was_approved_and_the_card_can_say_so() -> None:
    story = at_the_approval().answer("prod-us", "approve", APPROVER)
    target = story.view.plan.model_copy(update={"version": 2})
    story.view = replace(story.view, target=target)

    story.act("move", move={"to": "airflow-3@2"})

    voided = story.last.events[0]
    assert voided == ApprovalVoided(
        track="prod-us", step="infra.pull_request", attempt=1, actors=(APPROVER,),
        reason="The migration was moved to airflow-3@2.",
    )  # fmt: skip
    step = story.step("prod-us")
    assert step.checkpoint is not None
    assert step.checkpoint.given == ()
    assert step.voided is not None
    assert step.voided.actors == (APPROVER,)
