"""Cards where several have to approve, where an approval is void, and where somebody takes care of a question."""

import json
from dataclasses import replace

import pytest
from pydantic import JsonValue
from syrupy.assertion import SnapshotAssertion

from sandbox.slack.block_kit import problems, too_long
from shared.domain.view import View
from shared.messages.acted import acted
from shared.messages.cards import card
from shared.messages.people import who_may
from shared.messages.standing import Standing
from state_schema.campaign import People
from state_schema.events import ApprovalVoided
from state_schema.migration import Given, Voided
from state_schema.signals import Failed, Succeeded
from tests.snapshot_files import MessageFile, written
from tests.stories import APPROVER, MONDAY, OPERATOR, Story, merged, pull_request, with_gates

SECOND = "slack:T0ACME/U_SECOND_APPROVER"
COLLEAGUE = "slack:T0ACME/U_COLLEAGUE"
HEAD = "4f5c0e3b7a91"


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)


def guarded() -> Story:
    campaign = with_gates(quorum={"prod-us": 2, "shared": 2}, four_eyes=["prod-us"], merge_approval=["shared"])
    people = {
        "operators": [OPERATOR, COLLEAGUE, "slack-group:T0ACME/S0OPS"],
        "approvers": ["group:leads", OPERATOR],
        "groups": {"leads": [APPROVER, SECOND]},
    }
    return Story(campaign=campaign.model_copy(update={"people": People.model_validate(people)}))


def in_review() -> Story:
    outputs: dict[str, JsonValue] = {
        "pull_request": "https://github.test/acme/dags/pull/12", "number": 12, "address": "pull_request:7/12",
    }  # fmt: skip
    story = guarded().act("start").later(minutes=1).report(Succeeded(outputs=outputs))
    return seen(story, HEAD)


def seen(story: Story, head: str) -> Story:
    url = "https://github.test/acme/dags/pull/12"
    return story.later(minutes=1).observe(pull_request(number=12, url=url, title="Airflow 3", head_sha=head))


def obliging() -> Story:
    """With gates that the usual team gets through."""
    story = guarded()
    story.view = replace(story.view, campaign=story.view.campaign.model_copy(update={"gates": with_gates().gates}))
    return story


def at_the_gate() -> Story:
    story = obliging().until("prod-us", "infra.pull_request")
    story.view = replace(story.view, campaign=guarded().view.campaign)
    story.answer("prod-us", "approve", APPROVER).answer("prod-us", "approve", SECOND)
    return story.until("prod-us", "deploy.run")


def test_an_environment_with_one_of_two_approvals(message: SnapshotAssertion) -> None:
    story = at_the_gate().answer("prod-us", "deploy", COLLEAGUE)
    assert written(card(story.view, "prod-us")) == message


def test_a_gate_after_a_retry_excludes_who_asked_for_it(message: SnapshotAssertion) -> None:
    story = at_the_gate().answer("prod-us", "deploy", COLLEAGUE).answer("prod-us", "deploy", APPROVER)
    story.report(Failed(category="blocking", reason="no")).answer("prod-us", "retry", COLLEAGUE)
    assert written(card(story.view, "prod-us")) == message


def test_a_merge_that_wants_approvals(message: SnapshotAssertion) -> None:
    assert written(card(in_review().answer("shared", "approve", APPROVER).view, "shared")) == message


def test_a_merge_that_is_approved(message: SnapshotAssertion) -> None:
    story = in_review().answer("shared", "approve", APPROVER).answer("shared", "approve", SECOND)
    assert written(card(story.view, "shared")) == message


def test_an_approval_that_a_push_made_void(message: SnapshotAssertion) -> None:
    story = in_review().answer("shared", "approve", APPROVER).answer("shared", "approve", SECOND)
    assert written(card(seen(story, "9b1d22c0ffee").view, "shared")) == message


def test_a_merge_that_nobody_approved(message: SnapshotAssertion) -> None:
    story = in_review().later(minutes=1).observe(merged().model_copy(update={"head_sha": HEAD}))
    assert written(card(story.view, "shared")) == message


def test_a_question_that_somebody_takes_care_of(message: SnapshotAssertion) -> None:
    story = obliging().until("test", "infra.apply").act("assign", COLLEAGUE, person=APPROVER, track="test")
    assert written(card(story.view, "test")) == message


def hostile() -> View:
    """Everything of it that people or GitHub wrote, at its longest."""
    story = in_review()
    track = story.view.state.tracks["shared"]
    step = story.step("shared")
    assert step.checkpoint is not None
    many = tuple(f"principal:{'x<!channel>`*' * 15}{number}" for number in range(10))
    given = tuple(Given(actor=one, at=MONDAY) for one in many)
    changed = step.model_copy(
        update={
            "seen": pull_request(title="<!channel> & `x`" * 15, head_sha="<!here>`" * 500),
            "voided": Voided(actors=many, at=MONDAY, reason="<!channel>&`*" * 20),
            "checkpoint": step.checkpoint.model_copy(update={"given": given, "assigned_to": many[0]}),
        }
    )
    steps = {**track.steps, "code_migration.review": changed}
    state = story.view.state
    tracks = {**state.tracks, "shared": track.model_copy(update={"steps": steps})}
    return replace(story.view, state=state.model_copy(update={"tracks": tracks}))


def test_nothing_that_anybody_wrote_breaks_the_card_or_pings_a_channel() -> None:
    shown = card(hostile(), "shared")

    assert problems(json.loads(json.dumps(shown.blocks))) == []
    assert not too_long(shown.blocks)
    assert 0 < len(shown.text) < 4000
    assert [text for text in _markup(shown.blocks) if "<!channel>" in text or "<!here>" in text] == []


def _markup(found: object) -> list[str]:
    """Every text that Slack reads as markup."""
    if isinstance(found, dict):
        mine = [str(found["text"])] if found.get("type") == "mrkdwn" else []
        return [*mine, *(text for one in found.values() for text in _markup(one))]
    return [text for one in found for text in _markup(one)] if isinstance(found, list | tuple) else []


BY_APPROVERS = "Approvers may approve: <@U_APPROVER>, <@U_SECOND_APPROVER>, <@U_OPERATOR>."
OPERATORS = "<@U_OPERATOR>, <@U_COLLEAGUE>, <!subteam^S0OPS>."
OTHERS = "<@U_COLLEAGUE>, <!subteam^S0OPS>, <@U_APPROVER>, <@U_SECOND_APPROVER>."
AT_GITHUB = "Whoever may merge on GitHub decides there; anybody may have it checked."


@pytest.mark.parametrize(
    ("story", "track", "said"),
    [
        (
            lambda: obliging().until("test", "infra.apply"),
            "test",
            f"Operators may answer: {OPERATORS}",
        ),
        (
            at_the_gate,
            "prod-us",
            f"Operators or approvers may answer, not whoever started it: {OTHERS}",
        ),
        (
            in_review,
            "shared",
            f"{AT_GITHUB} {BY_APPROVERS}",
        ),
        (
            lambda: in_review().later(minutes=1).observe(merged()),
            "shared",
            f"{BY_APPROVERS} Operators may choose otherwise: {OPERATORS}",
        ),
    ],
    ids=["operators and a user group", "a guarded gate", "a merge", "a merge that nobody approved"],
)
def test_who_may_is_said_exactly(story: object, track: str, said: str) -> None:
    at = Standing(story().view, track)  # type: ignore[operator]
    assert at.question is not None
    assert who_may(at, at.question) == said


@pytest.mark.parametrize(
    ("verb", "actor", "given", "said"),
    [
        (
            "deploy", COLLEAGUE, {},
            "Approved deploy.run of email.notifications in prod-us: 1 of 2; one more person has to approve it.",
        ),
        (
            "assign", COLLEAGUE, {"person": APPROVER},
            "<@U_APPROVER> takes care of deploy.run of email.notifications in prod-us. Who may answer stays as it was.",
        ),
    ],
)  # fmt: skip
def test_an_act_that_decides_nothing_is_answered_with_what_it_did(
    verb: str, actor: str, given: dict[str, str], said: str
) -> None:
    story = at_the_gate()
    act = story._act(verb, actor, {"track": "prod-us", **given})

    answer = acted(story.signal(act).last, act)

    assert (answer.status, answer.message) == ("done", said)


def test_a_void_approval_is_an_event_that_says_whose() -> None:
    story = seen(in_review().answer("shared", "approve", APPROVER), "b2")
    (voided,) = [event for event in story.last.events if isinstance(event, ApprovalVoided)]
    assert voided.actors == (APPROVER,)
