"""A migration moves to another version of its plan, or every reason why not is told; and what the move leaves of its state."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.checkpoints import approval_digest
from shared.domain.evolve import evolve
from shared.domain.machine import decide
from shared.domain.moving import moved, narrowed
from shared.domain.orders import orders_for
from shared.domain.view import Cause, Refusal
from state_schema import events as happened
from state_schema.events import ActRefused, CheckpointOpened, MigrationMoved
from state_schema.gate import Pause, Place
from state_schema.moves import Move, TrackMoved
from state_schema.plan import Plan
from state_schema.signals import Act, CheckpointRef, Failed, Pending, Progressed, Succeeded
from tests.stories import (
    APPROVER,
    MONDAY,
    OPERATOR,
    STRANGER,
    Story,
    pull_request,
    the_campaign,
    the_plan,
)

PR = {"id": "pr", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": "t"}}
REVIEW = {"id": "review", "approval": {"of": "pr", "resume": "pr-merged"}}
APPLY = {"id": "apply", "confirmation": {"ask": "Applied?", "resume": "applied"}}
RUN = {"id": "run", "skill": "run_workflow", "with": {"repository": "acme/dags", "workflow": "d.yml"}}
CHOOSE = {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}}
ITEMS = {"id": "items", "skill": "migrate_items"}
REST = {"id": "rest", "wait": "24h"}
LOOK = {"id": "look", "confirmation": {"ask": "Healthy?", "resume": "healthy"}}
TEST = {"test": {"primary": True}}
BOTH = {"test": {"primary": True}, "prod": {"blocked_by": ["test"], "approval_required": True}}


def a_plan(*steps: dict[str, Any], version: int = 1, **changes: Any) -> Plan:
    """One phase `work` in one environment; `shared` steps come before, in a phase of that name."""
    shared = changes.pop("shared", ())
    phases = [{"name": "before", "scope": "shared", "steps": shared}] if shared else []
    phases.append({"name": "work", "steps": steps})
    return the_plan(**{"version": version, "environments": TEST, "phases": phases, **changes})


def a_story(plan: Plan, **campaign: Any) -> Story:
    free: dict[str, Any] = {"gates": {}, "windows": [], "limits": {"active": 9}, "breaker": None}
    return Story(plan, the_campaign(**{**free, **campaign}))


def at(path: str, *steps: dict[str, Any], track: str = "test", **changes: Any) -> Story:
    return a_story(a_plan(*steps, **changes)).until(track, path)


def renamed(step: dict[str, Any], name: str) -> dict[str, Any]:
    return step | {"id": name}


def the_act(story: Story, target: Plan, actor: str = OPERATOR, **asked: Any) -> Act:
    move = Move(to=target.ref, **asked)
    story.view = replace(story.view, target=target, touched=touched(story))
    return story._act("move", actor, {"move": move})


def touched(story: Story) -> frozenset[tuple[str, str]]:
    return frozenset((event.track, event.step) for event in story.events if isinstance(event, happened.AtStep))


def move(story: Story, target: Plan, actor: str = OPERATOR, **asked: Any) -> Story:
    return story.signal(the_act(story, target, actor, **asked))


def problems(story: Story, target: Plan, **asked: Any) -> list[tuple[str, str]]:
    act = the_act(story, target, **asked)
    found = moved(story.view, act)
    assert isinstance(found, tuple), found
    return [(one.reason_code, one.message) for one in found]


# What a move changes.


def test_a_move_changes_the_plan_and_asks_anew() -> None:
    story = at("work.apply", APPLY)
    old = story.button("test")

    move(story, a_plan(APPLY, LOOK, version=2))

    assert story.kinds() == ["migration_moved", "checkpoint_opened"]
    shown = story.events[-2].shown
    assert story.events[-2] == MigrationMoved(
        shown=shown,
        before="airflow-3@1",
        plan="airflow-3@2",
        tracks=(TrackMoved(track="test", kept={"work.apply": "work.apply"}, step="work.apply"),),
    )
    assert shown is not None
    assert (story.view.state.plan, story.view.plan.version) == ("airflow-3@2", 2)
    assert story.button("test").attempt == old.attempt + 1
    assert story.button("test").digest != old.digest


def test_an_old_button_is_out_of_date_and_a_new_one_goes_on_with_the_new_plan() -> None:
    story = at("work.apply", APPLY)
    old = story.button("test")
    move(story, a_plan(APPLY, LOOK, version=2))

    story.act("applied", checkpoint=old)
    assert story.last.refusal == Refusal(
        "out_of_date",
        "This button is out of date: what it showed has changed since.",
        "Look at the card as it is now, and answer that.",
    )

    story.answer("test", "applied").answer("test", "healthy")
    assert story.view.state.status == "completed"


def test_an_old_button_of_a_renamed_step_is_out_of_date_too() -> None:
    story = at("work.apply", APPLY)
    old = story.button("test")
    move(story, a_plan(renamed(APPLY, "provision"), version=2), renamed={"work.apply": "work.provision"})

    assert story.where() == {"test": "work.provision awaiting_human"}
    story.act("applied", checkpoint=old)
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "out_of_date"


def test_a_renamed_step_keeps_what_it_put_out() -> None:
    story = at("work.review", PR, REVIEW)
    before = story.view.state.tracks["test"].steps["work.pr"]
    target = a_plan(renamed(PR, "propose"), REVIEW | {"approval": {"of": "propose", "resume": "pr-merged"}}, version=2)

    move(story, target, renamed={"work.pr": "work.propose"})

    steps = story.view.state.tracks["test"].steps
    assert (list(steps), steps["work.propose"]) == (["work.propose", "work.review"], before)


def test_a_pull_request_that_waits_is_watched_and_looked_at_anew() -> None:
    story = at("work.review", PR, REVIEW).observe(pull_request(review="approved"))
    watches = story.step("test").watches
    assert watches

    move(story, a_plan(PR, REVIEW, LOOK, version=2))

    step = story.step("test")
    assert (step.status, step.watches, step.seen, step.read_at) == ("awaiting_human", watches, None, None)
    story.observe(pull_request(state="closed", merged=True))
    assert story.where() == {"test": "work.look awaiting_human"}


def test_a_step_that_the_new_version_lacks_is_only_history() -> None:
    story = at("work.look", APPLY, LOOK)

    move(story, a_plan(LOOK, version=2))

    assert list(story.view.state.tracks["test"].steps) == ["work.look"]


def test_what_is_left_out_is_skipped() -> None:
    story = at("work.look", LOOK)

    move(story, a_plan(APPLY, LOOK, version=2), left_out=["work.apply"])

    step = story.view.state.tracks["test"].steps["work.apply"]
    assert (step.status, step.attempt, step.since) == ("skipped", 1, story.now)
    assert story.events[-2].tracks[0].left_out == ("work.apply",)


def test_a_failure_stays_a_failure_and_is_asked_about_anew() -> None:
    story = at("work.run", RUN).report(Failed(category="blocking", reason="No such image."))
    old = story.button("test")

    move(story, a_plan(RUN, LOOK, version=2))

    step = story.step("test")
    assert step.failure is not None
    assert (step.status, step.attempt, step.failure.reason) == ("failed", 2, "No such image.")
    assert story.act("retry", checkpoint=old).last.refusal is not None
    story.answer("test", "retry")
    assert story.order.key.endswith("/test/work.run/3")


def test_blocked_stays_blocked() -> None:
    story = at("work.run", RUN).report(Failed(category="blocking", reason="No.")).answer("test", "block")

    move(story, a_plan(RUN, LOOK, version=2))

    assert story.where() == {"test": "work.run blocked"}
    assert story.button("test").attempt == 2


def test_a_wait_goes_on_and_ends_when_it_was_to_end() -> None:
    story = at("work.rest", REST, LOOK)
    until = story.step("test").until

    move(story, a_plan(REST | {"wait": "7d"}, LOOK, version=2))

    assert story.where() == {"test": "work.rest waiting"}
    assert story.step("test").until == until
    assert story.later(hours=24).tick().where() == {"test": "work.look awaiting_human"}


def test_an_automatic_retry_goes_on_with_a_key_that_was_never_used() -> None:
    story = at("work.run", RUN).report(Failed(category="transient", reason="Busy."))
    assert story.where() == {"test": "work.run waiting"}

    move(story, a_plan(RUN, LOOK, version=2)).later(hours=1).tick()

    assert story.order.key.endswith("/test/work.run/3")


def test_choices_are_listed_and_offered_anew() -> None:
    story = at("work.choose", CHOOSE, ITEMS).report(Succeeded(choices=("a", "b")))
    offered = story.step("test").offered
    assert offered is not None

    move(story, a_plan(CHOOSE, ITEMS, LOOK, version=2))

    assert (story.kinds(), story.step("test").offered) == (["migration_moved", "step_started"], None)
    assert story.order.key.endswith("/test/work.choose/2")


def test_an_environment_wants_its_approval_anew() -> None:
    steps = (RUN, LOOK, RUN | {"id": "again"})
    story = a_story(a_plan(*steps, environments=BOTH)).until("prod", "work.look")
    given = story.view.state.tracks["prod"].approval
    assert given is not None
    target = a_plan(*steps, LOOK | {"id": "last"}, version=2, environments=BOTH)

    move(story, target, left_out=["work.last"])
    assert given.digest != approval_digest(story.view, "prod")
    story.answer("prod", "healthy")

    assert story.where()["prod"] == "work.again awaiting_human"
    question = story.step("prod").checkpoint
    assert question is not None
    assert question.reason == "approval_required"


def test_a_gate_that_was_answered_is_asked_anew() -> None:
    gates = {"deploy": "explicit_command"}
    story = a_story(a_plan(RUN), gates=gates, windows=[{"deny": "Mon 08:00 - Mon 18:00"}])
    story.act("start").answer("test", "deploy")
    assert story.where() == {"test": "work.run queued"}

    move(story, a_plan(RUN, LOOK, version=2))

    assert story.where() == {"test": "work.run awaiting_human"}
    question = story.step("test").checkpoint
    assert question is not None
    assert question.reason == "gate"


def test_a_place_in_the_queue_is_given_up_and_taken_anew() -> None:
    story = a_story(a_plan(RUN), limits={"active": 1})
    other = {"airflow-3/other/test/work.run/1": Place(environment="test", wave=1, since=MONDAY)}
    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"held": other}))
    story.act("start").later(minutes=1)
    assert list(story.view.gate.queue) == ["airflow-3/email.notifications/test/work.run/1"]

    move(story, a_plan(RUN, LOOK, version=2))

    assert story.where() == {"test": "work.run queued"}
    assert {key: place.since for key, place in story.view.gate.queue.items()} == {
        "airflow-3/email.notifications/test/work.run/2": story.now
    }
    assert story.view.gate.held == other


def test_a_migration_that_did_not_start_is_moved_and_then_starts_with_the_new_plan() -> None:
    story = move(a_story(a_plan(APPLY)), a_plan(LOOK, version=2))

    assert (story.kinds(), story.view.state.status) == (["migration_moved"], "pending")
    assert story.act("start").where() == {"test": "work.look awaiting_human"}


def test_a_track_that_did_not_start_just_follows_the_new_plan() -> None:
    story = a_story(a_plan(LOOK, environments=BOTH)).until("test", "work.look")

    move(story, a_plan(LOOK, APPLY, version=2, environments=BOTH))
    story.answer("test", "healthy").answer("test", "applied")

    assert story.where() == {"test": "work.apply completed", "prod": "work.look awaiting_human"}


def test_a_completed_track_stays_completed_and_a_new_last_step_is_left_out_of_it() -> None:
    story = a_story(a_plan(LOOK, environments=BOTH)).until("prod", "work.look")
    target = a_plan(LOOK, APPLY, version=2, environments=BOTH)

    move(story, target, left_out=["work.apply"])
    assert story.where() == {"test": "work.look completed", "prod": "work.look awaiting_human"}
    assert [one.left_out for one in story.events[-2].tracks] == [("work.apply",), ()]
    story.answer("prod", "healthy").answer("prod", "applied")

    assert story.view.state.status == "completed"


def test_the_same_act_twice_moves_once() -> None:
    story = at("work.apply", APPLY)
    act = the_act(story, a_plan(APPLY, LOOK, version=2))
    story.signal(act)

    assert story.signal(act).kinds() == []


def test_the_fold_needs_neither_plan() -> None:
    story = at("work.look", APPLY, LOOK)
    before = story.view.state
    move(story, a_plan(renamed(APPLY, "provision"), LOOK, version=2), renamed={"work.apply": "work.provision"})

    state = before
    for event in story.last.events:
        state = evolve(state, event, Cause(story.now, OPERATOR, story.view.state.acts[-1]))
    assert state == story.view.state


def test_an_optional_phase_that_the_resource_leaves_out_is_not_missed() -> None:
    extra = {"name": "extra", "optional": True, "steps": [APPLY]}
    work = {"name": "work", "steps": [LOOK]}
    one = the_plan(environments=TEST, phases=[extra, work])
    story = a_story(one, resources=[{"id": "email.notifications", "skip": ["extra"]}]).until("test", "work.look")
    added = extra | {"steps": [APPLY, LOOK | {"id": "more"}]}

    move(story, the_plan(version=2, environments=TEST, phases=[added, work]))

    assert story.events[-2].tracks[0].left_out == ("extra.more",)
    assert story.where() == {"test": "work.look awaiting_human"}


# Why it is not moved.


def test_who_is_no_operator_moves_nothing_and_that_is_recorded() -> None:
    story = at("work.apply", APPLY)
    for actor in (STRANGER, APPROVER):
        move(story, a_plan(APPLY, version=2), actor)
        assert story.last.events == (
            ActRefused(
                verb="move",
                reason_code="not_permitted",
                message="Only an operator of the campaign can move a migration.",
            ),
        )
        assert story.view.state.plan == "airflow-3@1"


def test_a_click_that_says_move_is_no_move() -> None:
    story = at("work.apply", APPLY)
    story.act("move", checkpoint=CheckpointRef(track="test", step="work.apply", attempt=1, digest="0" * 16))
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "no_target"


def test_a_version_that_is_not_published_is_refused_without_an_error() -> None:
    story = at("work.apply", APPLY)
    story.signal(story._act("move", OPERATOR, {"move": Move(to="airflow-3@9")}))
    assert story.last.refusal == Refusal(
        "unknown_plan", "airflow-3@9 is not published.", "Publish it: `migrate plan publish FILE`."
    )


def test_the_version_that_it_is_on_and_another_plan_are_refused() -> None:
    story = at("work.apply", APPLY)
    assert problems(story, a_plan(APPLY)) == [("already_there", "email.notifications is on airflow-3@1 already.")]
    other = a_plan(APPLY, name="airflow-4")
    text = "airflow-4@1 is another plan, not another version of airflow-3."
    assert problems(story, other) == [("other_plan", text)]


def test_what_is_over_is_not_moved() -> None:
    done = at("work.apply", APPLY).answer("test", "applied")
    target = a_plan(APPLY, version=2)
    assert problems(done, target) == [("already_over", "email.notifications is completed already.")]
    aborted = at("work.run", RUN).act("abort")
    assert problems(aborted, target) == [("already_over", "email.notifications is aborted already.")]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_work_in_flight_is_waited_for(elsewhere: bool) -> None:
    story = at("work.run", RUN)
    if elsewhere:
        story.report(Pending(watches=("workflow_run:7/1",)))

    move(story, a_plan(RUN, LOOK, version=2))

    assert story.last.refusal == Refusal(
        "in_flight",
        "test: work.run is at work.",
        "Wait until it has ended. To keep the next one from starting, pause it first: `pause migration email.notifications`.",
    )
    assert len(orders_for(story.view)) == (0 if elsewhere else 1)


def test_in_a_pause_it_is_only_waited_for() -> None:
    story = at("work.run", RUN)
    paused = {"campaign": Pause(actor=OPERATOR, at=MONDAY)}
    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"pauses": paused}))
    move(story, a_plan(RUN, LOOK, version=2))
    assert story.last.refusal is not None
    assert story.last.refusal.next_step == "Wait until it has ended."


def test_work_in_flight_on_any_track_is_enough() -> None:
    both = BOTH | {"prod": {}}
    story = a_story(a_plan(APPLY, RUN, environments=both)).until("prod", "work.apply").answer("test", "applied")
    assert story.where() == {"test": "work.run in_progress", "prod": "work.apply awaiting_human"}
    assert problems(story, a_plan(APPLY, RUN, LOOK, version=2, environments=both)) == [
        ("in_flight", "test: work.run is at work.")
    ]


def test_every_environment_must_be_there_with_what_it_comes_after() -> None:
    story = a_story(a_plan(LOOK, environments=BOTH)).until("test", "work.look")
    assert problems(story, a_plan(LOOK, version=2)) == [
        ("no_environment", "It goes through prod, which airflow-3@2 does not have; that has test.")
    ]
    staged = BOTH | {"staging": {}, "prod": {"blocked_by": ["test", "staging"]}}
    text = "In airflow-3@2, prod comes after staging, which this resource does not go through."
    assert problems(story, a_plan(LOOK, version=2, environments=staged)) == [("no_environment", text)]


def test_a_track_that_has_begun_may_not_come_after_one_that_is_not_completed() -> None:
    free = BOTH | {"prod": {}}
    story = a_story(a_plan(LOOK, environments=free)).until("prod", "work.look")
    text = "prod has begun, and in airflow-3@2 it comes after test, which is not completed."
    assert problems(story, a_plan(LOOK, version=2, environments=BOTH)) == [("blocked", text)]
    text = "test has begun, and in airflow-3@2 it comes after shared, which is not completed."
    assert problems(story, a_plan(LOOK, version=2, environments=free, shared=[APPLY]))[0] == ("blocked", text)


def test_an_optional_phase_that_is_left_out_must_still_be_one() -> None:
    extra = {"name": "extra", "optional": True, "steps": [APPLY]}
    work = {"name": "work", "steps": [LOOK]}
    resources = [{"id": "email.notifications", "skip": ["extra"]}]
    story = a_story(the_plan(environments=TEST, phases=[work, extra]), resources=resources).until("test", "work.look")
    target = the_plan(version=2, environments=TEST, phases=[work, extra | {"optional": False}])
    text = "It leaves out the phase extra, which is no optional phase of airflow-3@2."
    assert problems(story, target) == [("no_optional_phase", text)]


def test_where_it_stands_must_be_there() -> None:
    story = at("work.apply", APPLY, LOOK)
    move(story, a_plan(renamed(APPLY, "provision"), LOOK, version=2))
    assert story.last.refusal == Refusal(
        "no_place",
        "test stands at work.apply, which airflow-3@2 does not have.",
        "Say where that is now: `--rename work.apply=PHASE.STEP` (work.provision, work.look).",
    )


def test_where_it_stands_must_be_the_same_kind_of_step() -> None:
    story = at("work.apply", APPLY)
    text = "test stands at work.apply, which is a confirmation step; in airflow-3@2, work.apply is a skill step."
    assert problems(story, a_plan(renamed(RUN, "apply"), version=2)) == [("no_place", text)]


def test_what_is_completed_may_be_of_another_kind() -> None:
    story = at("work.look", APPLY, LOOK)
    assert move(story, a_plan(renamed(RUN, "apply"), LOOK, version=2)).last.refusal is None


def test_work_that_has_been_ordered_is_not_renamed() -> None:
    """Its branch is named after its place: under another name it would open a second pull request."""
    story = at("work.pr", PR, REVIEW).report(Failed(category="blocking", reason="No."))
    target = a_plan(renamed(PR, "open"), REVIEW | {"approval": {"of": "open", "resume": "pr-merged"}}, version=2)
    text = "test: work.pr has been at work, and what it did outside is found by that name."
    assert problems(story, target, renamed={"work.pr": "work.open"}) == [("would_be_done_twice", text)]


def test_work_that_waits_for_its_gate_may_be_renamed() -> None:
    story = a_story(a_plan(RUN), gates={"deploy": "explicit_command"}).act("start")
    move(story, a_plan(renamed(RUN, "deploy"), version=2), renamed={"work.run": "work.deploy"})
    assert story.where() == {"test": "work.deploy awaiting_human"}


def test_half_of_the_items_are_not_handed_to_another_skill() -> None:
    story = at("work.items", ITEMS)
    story.report(Progressed(done=1, total=3, cursor="1")).report(Failed(category="blocking", reason="No."))
    other = renamed(RUN, "items")
    text = "test: work.items has done a part of its items with migrate_items, and now it would be run_workflow."
    assert problems(story, a_plan(other, version=2)) == [("no_place", text)]


def test_what_is_being_rolled_back_needs_a_way_back() -> None:
    back = {"on_failure": {"rollback": "run_workflow", "with": {"repository": "acme/dags", "workflow": "undo.yml"}}}
    story = a_story(a_plan(RUN | back)).act("start").report(Failed(category="blocking", reason="No."))
    story.answer("test", "rollback").report(Failed(category="transient", reason="Busy."))
    assert (story.step("test").rollback, story.step("test").status) == ("ordered", "waiting")
    text = "test: work.run is being rolled back, and airflow-3@2 has no way to do that."
    assert problems(story, a_plan(RUN, version=2)) == [("no_place", text)]
    assert move(story, a_plan(RUN | back, version=3)).last.refusal is None


def test_what_would_be_missed_is_named() -> None:
    story = a_story(a_plan(LOOK, environments=BOTH)).until("prod", "work.look")
    target = a_plan(APPLY, LOOK, REST, version=2, environments=BOTH)
    assert problems(story, target) == [
        ("would_be_missed", "test is past work.apply, work.rest of airflow-3@2, and has not done that."),
        ("would_be_missed", "prod is past work.apply of airflow-3@2, and has not done that."),
    ]
    assert problems(story, target, left_out=["work.apply"]) == [
        ("would_be_missed", "test is past work.rest of airflow-3@2, and has not done that.")
    ]
    assert move(story, target, left_out=["work.apply", "work.rest"]).last.refusal is None


def test_what_is_not_missed_is_not_left_out() -> None:
    story = at("work.apply", APPLY)
    target = a_plan(APPLY, LOOK, version=2)
    text = "work.look would not be missed: it is done already, or still to come."
    assert problems(story, target, left_out=["work.look"]) == [("not_missed", text)]
    assert problems(story, target, left_out=["work.lok"]) == [("unknown_step", "work.lok is no step of airflow-3@2.")]


def test_names_that_are_none_are_refused_though_nothing_has_started() -> None:
    story = a_story(a_plan(APPLY, shared=[LOOK]))
    target = a_plan(renamed(APPLY, "provision"), shared=[LOOK], version=2)
    slips = {"work.aply": "work.provision", "work.apply": "work.provisoin", "before.look": "work.provision"}
    elsewhere = "before.look belongs to the shared track, and work.provision to the environment track of airflow-3@2."
    assert problems(story, target, renamed=slips, left_out=["work.provision"]) == [
        ("unknown_step", "work.aply is no step of airflow-3@1."),
        ("unknown_step", "work.provisoin is no step of airflow-3@2."),
        ("unknown_step", elsewhere),
        ("not_missed", "work.provision would not be missed: it is done already, or still to come."),
    ]  # fmt: skip


def test_nothing_is_renamed_onto_a_place_that_was_used() -> None:
    story = at("work.look", APPLY, LOOK)
    target = a_plan(renamed(LOOK, "apply"), version=2)
    assert problems(story, target, renamed={"work.look": "work.apply"})[0] == (
        "place_was_used",
        "test: work.apply and work.look would both be work.apply.",
    )
    swapped = a_plan(renamed(APPLY, "look"), renamed(LOOK, "apply"), version=2)
    assert problems(story, swapped, renamed={"work.look": "work.apply", "work.apply": "work.look"}) == [
        ("place_was_used", "test: work.look was another step of this migration before."),
        ("place_was_used", "test: work.apply was another step of this migration before."),
    ]


def test_no_new_step_takes_a_place_that_an_earlier_move_gave_up() -> None:
    """Its orders would have keys that were used, and be answered with old results."""
    story = at("work.look", RUN, LOOK)
    move(story, a_plan(LOOK, version=2))
    assert problems(story, a_plan(LOOK, RUN, version=3)) == [
        ("place_was_used", "test: work.run was another step of this migration before.")
    ]
    assert move(story, a_plan(RUN, LOOK, version=4), left_out=["work.run"]).last.refusal is None


def test_what_is_done_is_not_put_ahead() -> None:
    story = at("work.look", RUN, LOOK)
    assert problems(story, a_plan(LOOK, RUN, version=2)) == [
        ("would_be_done_twice", "test has done work.run, which in airflow-3@2 comes after work.look, where it stands.")
    ]


@pytest.mark.parametrize("path", ["work.look", "work.review"])
def test_a_review_does_not_lose_its_pull_request(path: str) -> None:
    """One that finds none counts as done."""
    story = at(path, PR, LOOK, REVIEW)
    target = a_plan(renamed(PR, "open"), LOOK, REVIEW | {"approval": {"of": "open", "resume": "pr-merged"}}, version=2)
    assert problems(story, target, left_out=["work.open"]) == [
        ("loses_its_pull_request", "test: work.review would lose the pull request that pr opened.")
    ]
    assert move(story, target, renamed={"work.pr": "work.open"}).last.refusal is None


def test_all_reasons_are_told_at_once_and_recorded_in_one_refusal() -> None:
    story = at("work.run", RUN)
    move(story, a_plan(LOOK, version=2, environments={"prod": {}}), renamed={"work.x": "work.look"})
    (refused,) = story.last.events
    assert isinstance(refused, ActRefused)
    assert refused.reason_code == "in_flight"
    assert refused.message == (
        "test: work.run is at work. It goes through test, which airflow-3@2 does not have; that has prod. "
        "work.x is no step of airflow-3@1. test stands at work.run, which airflow-3@2 does not have."
    )


def test_a_hundred_reasons_fit_into_the_record() -> None:
    story = at("work.apply", APPLY)
    slips = {f"work.{'x' * 30}{number}": "work.apply" for number in range(100)}
    move(story, a_plan(APPLY, version=2), renamed=slips)
    (refused,) = story.last.events
    assert isinstance(refused, ActRefused)
    assert len(refused.message) == 1000


# Of a move for many, what is about one.


def test_a_move_for_many_is_narrowed_to_what_is_about_one() -> None:
    story = at("work.look", LOOK)
    target = a_plan(APPLY, LOOK, REST, version=2)
    asked = Move(
        to="airflow-3@2",
        renamed={"work.look": "work.look", "old.step": "work.rest"},
        left_out=("work.apply", "work.rest"),
    )
    assert narrowed(story.view, target, asked) == Move(
        to="airflow-3@2", renamed={"work.look": "work.look"}, left_out=("work.apply",)
    )


def test_every_open_question_has_a_checkpoint_that_shows_the_new_version() -> None:
    story = a_story(a_plan(LOOK, environments=BOTH | {"prod": {}})).until("prod", "work.look")
    act = the_act(story, a_plan(LOOK, REST, version=2, environments=BOTH | {"prod": {}}))
    opened = [event for event in decide(story.view, act).events if isinstance(event, CheckpointOpened)]
    assert [(event.track, event.attempt) for event in opened] == [("test", 2), ("prod", 2)]
