import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from pydantic import JsonValue
from syrupy.assertion import SnapshotAssertion

from sandbox.slack.block_kit import problems, too_long
from shared.domain.view import View
from shared.messages.cards import Card, card
from state_schema.migration import Checkpoint
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.snapshot_files import MessageFile, written
from tests.stories import (
    APPROVER,
    CHOICES,
    OPERATOR,
    Story,
    document,
    failed_run,
    pull_request,
    run,
    the_campaign,
    the_plan,
)

HOSTILE = "<!channel> & \u202egnp.exe\u2066 `x` *b* \n\n• fake | <https://evil.test|ok> \ud800 😀" * 200


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)


def opened(story: Story, number: int = 12, **outputs: JsonValue) -> Story:
    fields: dict[str, JsonValue] = {"pull_request": f"https://github.test/acme/dags/pull/{number}", "number": number}
    return story.report(Succeeded(outputs={**fields, "address": f"pull_request:7/{number}", **outputs}))


def partly_migrated() -> Story:
    story = Story().until("test", "migrate.items").report(Progressed(done=4, total=10, cursor="dag_04"))
    reason = "dag_05 still imports SubDagOperator"
    return story.later(minutes=3).report(Failed(category="blocking", reason=reason, code="migration_partial"))


def buttons(shown: Card) -> dict[str, dict[str, Any]]:
    rows = [block["elements"] for block in shown.blocks if block["type"] == "actions"]
    return {button["action_id"]: button for row in rows for button in row}


def text_of(shown: Card) -> str:
    return json.dumps([shown.text, *shown.blocks], ensure_ascii=False)


def test_a_pull_request_to_review(message: SnapshotAssertion) -> None:
    story = opened(Story().until("shared", "code_migration.rewrite"), changed=3, remaining=2)
    assert written(card(story.view, "shared")) == message


def test_a_pull_request_whose_review_asks_for_changes(message: SnapshotAssertion) -> None:
    story = opened(Story().until("shared", "code_migration.rewrite"))
    seen = pull_request(
        number=12, title="Airflow 3", review="changes_requested", url="https://github.test/acme/dags/pull/12"
    )
    assert written(card(story.later(hours=1).observe(seen).view, "shared")) == message


def test_an_environment_that_requires_approval(message: SnapshotAssertion) -> None:
    story = Story().until("prod-us", "infra.pull_request")
    assert written(card(story.view, "prod-us")) == message


def test_a_deployment_that_needs_an_explicit_command(message: SnapshotAssertion) -> None:
    story = Story().until("prod-us", "deploy.run")
    assert written(card(story.view, "prod-us")) == message


def test_a_confirmation(message: SnapshotAssertion) -> None:
    assert written(card(Story().until("test", "infra.apply").view, "test")) == message


def test_a_decision(message: SnapshotAssertion) -> None:
    story = Story().until("test", "migrate.choose").report(Succeeded(choices=CHOICES))
    assert written(card(story.view, "test", CHOICES)) == message


def test_a_failed_deployment(message: SnapshotAssertion) -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",)))
    assert written(card(story.later(minutes=5).observe(failed_run()).view, "test")) == message


def test_a_migration_that_stopped_half_way(message: SnapshotAssertion) -> None:
    assert written(card(partly_migrated().view, "test")) == message


def test_a_step_that_was_marked_as_blocked(message: SnapshotAssertion) -> None:
    assert written(card(partly_migrated().answer("test", "block").view, "test")) == message


def test_a_retry_at_work(message: SnapshotAssertion) -> None:
    assert written(card(partly_migrated().later(hours=2).answer("test", "retry").view, "test")) == message


def test_machines_at_work_elsewhere(message: SnapshotAssertion) -> None:
    story = Story().until("test", "deploy.run").report(
        Pending(watches=("workflow_run:7/5",), outputs={"run": "https://github.test/runs/5", "run_id": 5})
    )  # fmt: skip
    assert written(card(story.view, "test")) == message


def test_a_transient_failure_that_is_tried_again(message: SnapshotAssertion) -> None:
    story = Story().until("test", "deploy.run")
    failed = Failed(category="transient", reason="GitHub is down.", retry_at=story.now + timedelta(minutes=2))
    assert written(card(story.report(failed).view, "test")) == message


def test_a_step_that_waits_for_a_window(message: SnapshotAssertion) -> None:
    story = Story().until("prod-us", "infra.pull_request")
    friday = story.later(days=4, hours=9)
    assert written(card(friday.answer("prod-us", "approve", APPROVER).view, "prod-us")) == message


def test_an_environment_that_waits_for_others(message: SnapshotAssertion) -> None:
    assert written(card(Story().act("start").view, "prod-us")) == message


def test_a_migration_that_nobody_started(message: SnapshotAssertion) -> None:
    assert written(card(Story().view, "shared")) == message


def test_a_completed_environment(message: SnapshotAssertion) -> None:
    story = Story().until("test", "migrate.items").report(Progressed(done=3, total=3, cursor="")).report(Succeeded())
    assert written(card(story.until("prod-us", "infra.pull_request").view, "test")) == message


def test_an_aborted_migration(message: SnapshotAssertion) -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="fatal", reason="The cluster is gone."))
    assert written(card(story.view, "test")) == message


def test_a_button_carries_the_question_that_it_answers() -> None:
    story = Story().until("prod-us", "deploy.run")
    found = story.button("prod-us")
    assert json.loads(buttons(card(story.view, "prod-us"))["act:deploy"]["value"]) == {
        "m": "airflow-3/email.notifications",
        "t": "prod-us",
        "s": "deploy.run",
        "a": found.attempt,
        "d": found.digest,
    }


def test_a_click_on_a_shown_button_is_what_the_core_takes() -> None:
    story = partly_migrated()
    value = json.loads(buttons(card(story.view, "test"))["act:retry"]["value"])
    ref = {"track": value["t"], "step": value["s"], "attempt": value["a"], "digest": value["d"]}
    assert story.act("retry", checkpoint=ref).kinds() == ["checkpoint_decided", "step_retried", "step_started"]


def test_only_the_expected_way_on_is_primary_and_what_cannot_be_taken_back_asks_why_or_twice() -> None:
    shown = buttons(card(partly_migrated().view, "test"))
    assert {
        name: (button["text"]["text"], button.get("style"), "confirm" in button) for name, button in shown.items()
    } == {
        "act:retry": ("Retry", "primary", False),
        "open:skip": ("Skip…", None, False),
        "open:block": ("Mark blocked…", None, False),
        "act:assign": ("Take it", None, False),
        "open:abort": ("Abort…", "danger", False),
    }
    deploy = buttons(card(Story().until("prod-us", "deploy.run").view, "prod-us"))["act:deploy"]
    assert (deploy["text"]["text"], "confirm" in deploy) == ("Deploy to prod-us", True)


def test_a_pull_request_is_only_checked_from_here() -> None:
    story = opened(Story().until("shared", "code_migration.rewrite"))
    shown = buttons(card(story.view, "shared"))
    assert {name: button["text"]["text"] for name, button in shown.items()} == {
        "act:pr-merged": "Check now",
        "link:1": "Open pull request #12",
        "act:assign": "Take it",
    }


def test_a_gate_shows_one_button_for_its_two_words() -> None:
    campaign = the_campaign(gates={"deploy": "confirmation"})
    shown = buttons(card(Story(campaign=campaign).until("test", "deploy.run").view, "test"))
    assert list(shown) == ["act:confirm", "act:assign"]


def test_what_somebody_took_is_offered_to_nobody_else() -> None:
    story = Story().until("test", "infra.apply")
    shown = card(story.answer("test", "assign").view, "test")
    assert list(buttons(shown)) == ["act:infra-applied"]
    assert "Taken by <@U_OPERATOR>." in text_of(shown)


def test_only_a_failure_offers_to_give_the_migration_up() -> None:
    for path in ("infra.review", "infra.apply", "migrate.choose"):
        assert "open:abort" not in buttons(card(Story().until("test", path).view, "test"))


def test_what_wants_a_reason_is_written_with_one() -> None:
    text = text_of(card(partly_migrated().view, "test"))
    assert "`/migrate retry email.notifications test`, " in text
    assert "`/migrate skip email.notifications test &lt;reason&gt;`" in text


def test_approvers_are_asked_for_approval_and_not_who_started() -> None:
    campaign = the_campaign(people={"operators": [OPERATOR], "approvers": [OPERATOR, APPROVER]})
    story = Story(campaign=campaign).until("prod-us", "infra.pull_request")
    assert "Approvers may answer, not whoever started it: <@U_APPROVER>." in text_of(card(story.view, "prod-us"))


def test_people_outside_slack_are_not_mentioned() -> None:
    story = Story().until("test", "infra.apply")
    assert "Operators may answer: <@U_OPERATOR>, `principal:local`." in text_of(card(story.view, "test"))


def test_a_campaign_without_approvers_says_so() -> None:
    story = Story(campaign=the_campaign(people={"operators": [OPERATOR]})).act("start")
    while "prod-us" not in story.view.state.tracks:
        story.oblige()
    assert "the campaign names no approver" in text_of(card(story.view, "prod-us"))


def test_a_skipped_step_stays_in_sight() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="No."))
    assert "Skipped: deploy.run." in text_of(card(story.answer("test", "skip").view, "test"))


def test_an_address_that_is_none_is_no_link() -> None:
    for url in ("javascript:alert(1)", "https://a.test/|x>", "https://a.test/ b", ""):
        story = opened(Story().until("shared", "code_migration.rewrite"), pull_request=url)
        assert list(buttons(card(story.view, "shared"))) == ["act:pr-merged", "act:assign"]


def test_two_thousand_items_are_shown_as_far_as_they_fit() -> None:
    many = tuple(f"dag_{number:04}" for number in range(2000))
    story = Story().until("test", "migrate.choose").report(Succeeded(choices=many))
    shown = card(story.view, "test", many)
    assert problems(shown.blocks) == []
    assert {name: button["text"]["text"] for name, button in buttons(shown).items()} == {
        "act:decide": "All 2000",
        "open:decide": "Choose…",
        "act:assign": "Take it",
    }
    assert "`dag_0000`, `dag_0001`" in text_of(shown)
    assert "1,900 more" in text_of(shown)


def hostile(view: View) -> View:
    """The view with the worst text wherever text comes from outside, past what the models would take."""
    resource = view.state.resource.model_copy(update={"name": HOSTILE, "owner": HOSTILE})
    tracks = {}
    for name, track in view.state.tracks.items():
        steps = {}
        for path, step in track.steps.items():
            change: dict[str, Any] = {}
            if step.checkpoint:
                change["checkpoint"] = step.checkpoint.model_copy(update={"ask": HOSTILE})
            if step.failure:
                change["failure"] = step.failure.model_copy(update={"reason": HOSTILE})
            if step.seen:
                change["seen"] = step.seen.model_copy(update={"title": HOSTILE, "reason": HOSTILE})
            steps[path] = step.model_copy(update=change)
        tracks[name] = track.model_copy(update={"steps": steps})
    return replace(view, state=view.state.model_copy(update={"resource": resource, "tracks": tracks}))


@cache
def stories() -> list[tuple[View, str]]:
    reviewed = opened(Story().until("shared", "code_migration.rewrite")).observe(pull_request(title="x"))
    chosen = Story().until("test", "migrate.choose").report(Succeeded(choices=CHOICES))
    ways = [
        (reviewed, "shared"),
        (Story().until("prod-us", "infra.pull_request"), "prod-us"),
        (Story().until("prod-us", "deploy.run"), "prod-us"),
        (Story().until("test", "infra.apply"), "test"),
        (chosen, "test"),
        (partly_migrated(), "test"),
        (partly_migrated().answer("test", "block"), "test"),
        (Story().until("test", "deploy.run").report(Failed(category="fatal", reason="x")), "test"),
        (Story(), "shared"),
        (Story().act("start"), "prod-us"),
    ]
    return [(hostile(story.view), track) for story, track in ways]


@pytest.mark.parametrize("number", range(10))
def test_hostile_text_breaks_no_card(number: int) -> None:
    view, track = stories()[number]
    shown = card(view, track, tuple([HOSTILE] * 2000))
    assert problems(shown.blocks) == []
    assert not too_long(shown.blocks)
    assert 0 < len(shown.text) < 4000
    marked = [shown.text, *(text["text"] for text in markup(shown.blocks))]
    assert not [text for text in marked if "<!channel" in text or "<https://evil" in text]
    json.dumps(shown.blocks).encode()
    "".join([shown.text, *marked]).encode()
    assert "\u202e" not in text_of(shown)


def markup(node: object) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        own = [node] if node.get("type") == "mrkdwn" else []
        return own + [found for value in node.values() for found in markup(value)]
    return [found for value in node for found in markup(value)] if isinstance(node, list | tuple) else []


def test_every_markup_text_keeps_slack_from_finding_mentions_by_itself() -> None:
    texts = markup(card(partly_migrated().view, "test").blocks)
    assert texts
    assert all(text["verbatim"] is True for text in texts)


def test_the_longest_plan_fits_on_a_card() -> None:
    phases = document("airflow-3.plan.yaml")["phases"]
    more = [
        {"name": f"phase_{number:02}_{'x' * 30}", "steps": [{"id": "a", "confirmation": {"ask": "?", "resume": f"v-{number}"}}]}
        for number in range(45)
    ]  # fmt: skip
    story = Story(plan=the_plan(phases=[*phases, *more])).until("test", "infra.apply")
    assert problems(card(story.view, "test").blocks) == []


def test_each_kind_of_question_looks_different() -> None:
    story = Story().until("test", "infra.apply")
    kinds = ("approval", "confirmation", "decision", "intervention")
    titles = {card(asked(story.view, kind), "test").blocks[0]["text"]["text"].split(":")[0] for kind in kinds}
    assert len(titles) == len(kinds)


def asked(view: View, kind: str) -> View:
    track = view.state.tracks["test"]
    step = track.steps["infra.apply"]
    assert step.checkpoint is not None
    question = Checkpoint.model_validate(step.checkpoint.model_dump() | {"kind": kind})
    changed = track.model_copy(
        update={"steps": {**track.steps, "infra.apply": step.model_copy(update={"checkpoint": question})}}
    )
    state = view.state.model_copy(update={"tracks": {**view.state.tracks, "test": changed}})
    return replace(view, state=state)


def test_a_card_is_the_same_whenever_it_is_drawn() -> None:
    story = partly_migrated()
    assert card(story.view, "test") == card(story.later(days=3).view, "test")


def test_a_run_that_is_watched_can_be_opened() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",))).observe(run())
    assert buttons(card(story.view, "test"))["link:1"]["url"] == "https://github.test/runs/5"


def test_a_long_name_gives_way_to_environment_and_word() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    title = card(hostile(story.view), "prod-us").blocks[0]["text"]["text"]
    assert title.startswith("🔏 Approval needed: <!channel> & gnp.exe")
    assert title.endswith("… · prod-us · approval_pending")


def test_of_two_steps_with_one_id_the_nearest_opened_the_pull_request() -> None:
    phases = document("airflow-3.plan.yaml")["phases"]
    again = {**phases[0], "name": "second_pass"}
    story = Story(plan=the_plan(phases=[phases[0], again, *phases[1:]]))
    opened(story.until("shared", "code_migration.rewrite"), 12)
    opened(story.until("shared", "second_pass.rewrite"), 13)
    assert buttons(card(story.view, "shared"))["link:1"]["text"]["text"] == "Open pull request #13"
