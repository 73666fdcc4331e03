"""Whatever people, plans and services write, each card, thread and digest is one that Slack takes, and pings nobody."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from sandbox.slack.block_kit import problems, too_long
from shared.domain.display import summary_of
from shared.domain.history import record
from shared.domain.view import Cause, View
from shared.messages.cards import Card, card
from shared.messages.digests import Wave, digest
from shared.messages.escaping import as_plain
from shared.messages.threads import told
from state_schema.events import CheckpointDecided, Recorded, StepFailed
from state_schema.gate import Gate, Place
from state_schema.migration import Failure
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.snapshot_files import MessageFile, written
from tests.stories import CHOICES, MONDAY, OPERATOR, Story, failed_run, pull_request, the_campaign
from tests.unit.forms import asking

KINDS = ("approval", "confirmation", "decision", "intervention")
LONGEST = 10_000
PIECES = (
    "<!channel>",
    "<@U1>",
    "&",
    "`",
    "*",
    "\n",
    "\u202e",
    "😀",
    "|",
    "<https://evil.test|ok>",
    "a",
    " ",
    "\x00",
    "\ud800",
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.sampled_from(PIECES).map(lambda piece: (piece * LONGEST)[:LONGEST]),
)


@cache
def stories() -> tuple[tuple[View, str], ...]:
    """A track at every kind of place, seen by its card."""
    opened = Succeeded(
        outputs={"pull_request": "https://github.test/acme/dags/pull/12", "number": 12, "address": "pull_request:7/12"}
    )
    failed = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",)))
    ways: list[tuple[Story, str]] = [
        (Story(), "shared"),
        (Story().act("start"), "prod-us"),
        (Story().until("shared", "code_migration.rewrite"), "shared"),
        (Story().until("shared", "code_migration.rewrite").report(opened).observe(pull_request()), "shared"),
        (Story().until("test", "infra.apply"), "test"),
        (Story().until("test", "migrate.choose").report(Succeeded(choices=CHOICES)), "test"),
        (Story(plan=asking()).until("test", "size.choose"), "test"),
        (Story().until("prod-us", "infra.pull_request"), "prod-us"),
        (Story().until("prod-us", "deploy.run"), "prod-us"),
        (failed.later(minutes=5).observe(failed_run()), "test"),
        (Story().until("test", "migrate.items").report(Progressed(done=4, total=10, cursor="d")), "test"),
        (Story().until("test", "deploy.run").report(Failed(category="fatal", reason="x")), "test"),
        (Story().until("prod-us", "infra.pull_request"), "test"),
    ]
    return tuple((story.view, track) for story, track in ways)


def written_by(view: View, texts: Iterator[str]) -> View:
    """The view with these texts wherever text comes from outside, past what the models would take."""
    tracks = {}
    for name, track in view.state.tracks.items():
        steps = {}
        for path, step in track.steps.items():
            change: dict[str, Any] = {}
            if step.checkpoint:
                change["checkpoint"] = step.checkpoint.model_copy(update={"ask": next(texts)})
            if step.failure:
                change["failure"] = step.failure.model_copy(update={"reason": next(texts)})
            if step.seen:
                change["seen"] = step.seen.model_copy(update={"title": next(texts), "reason": next(texts)})
            steps[path] = step.model_copy(update=change)
        tracks[name] = track.model_copy(update={"steps": steps})
    resource = view.state.resource.model_copy(update={"name": next(texts), "owner": next(texts)})
    return replace(view, state=view.state.model_copy(update={"resource": resource, "tracks": tracks}))


def endless(texts: list[str]) -> Iterator[str]:
    while True:
        yield from texts


def as_kind(view: View, track: str, kind: str | None) -> View:
    """With another kind of question, where one is asked."""
    at = view.state.tracks.get(track)
    step = at.steps.get(at.step) if at and at.step else None
    if kind is None or at is None or at.step is None or step is None or step.checkpoint is None:
        return view
    question = step.checkpoint.model_copy(update={"kind": kind})
    changed = at.model_copy(update={"steps": {**at.steps, at.step: step.model_copy(update={"checkpoint": question})}})
    return replace(view, state=view.state.model_copy(update={"tracks": {**view.state.tracks, track: changed}}))


def refused(shown: Card) -> list[str]:
    """What Slack, or a person who is pinged for nothing, has against it."""
    found = [*problems(shown.blocks), *(["too long"] if too_long(shown.blocks) else [])]
    if not 0 < len(shown.text) < 4000:
        found.append(f"a text of {len(shown.text)}")
    marked = " ".join([shown.text, *(one["text"] for one in markup(shown.blocks))])
    found += [f"it says {each}" for each in ("<!channel", "<@U1>", "<https://evil", "\u202e", "\x00") if each in marked]
    json.dumps([shown.text, *shown.blocks], ensure_ascii=False).encode()
    return found


def markup(node: object) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        own = [node] if node.get("type") == "mrkdwn" else []
        return own + [found for value in node.values() for found in markup(value)]
    return [found for value in node for found in markup(value)] if isinstance(node, list | tuple) else []


@settings(max_examples=150, deadline=None)
@given(
    number=st.integers(0, 12),
    kind=st.sampled_from([None, *KINDS]),
    texts=st.lists(TEXTS, min_size=1, max_size=5),
    choices=st.lists(TEXTS, max_size=30),
)
def test_whatever_is_written_the_card_is_one_that_slack_takes(
    number: int, kind: str | None, texts: list[str], choices: list[str]
) -> None:
    view, track = stories()[number]
    shown = card(as_kind(written_by(view, endless(texts)), track, kind), track, tuple(choices))
    assert refused(shown) == []


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("number", range(13))
def test_ten_thousand_characters_everywhere_are_cut_to_what_slack_takes(number: int, piece: str) -> None:
    view, track = stories()[number]
    text = (piece * LONGEST)[:LONGEST]
    assert refused(card(written_by(view, endless([text])), track, (text,) * 2000)) == []


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), count=st.integers(0, 300))
def test_whatever_is_written_the_digest_is_one_that_slack_takes(texts: list[str], count: int) -> None:
    row, some = summary_of(Story().until("test", "infra.apply").view), endless(texts)
    rows = [
        row.model_copy(
            update={
                "resource": f"r{n}",
                "name": next(some),
                "owner": next(some),
                "next_action": next(some),
                "word": f"w{n}",
            }
        )
        for n in range(count)
    ]
    wave = Wave(the_campaign(), Gate(campaign="airflow-3"), 1, rows)
    assert refused(digest(wave, {f"{row.migration}#test": "https://acme.slack.com/archives/C0/p1"}, MONDAY)) == []


def recorded(story: Story) -> list[Recorded]:
    return list(record(story.events, 0, "", Cause(MONDAY, OPERATOR, "signal")))


@settings(max_examples=50, deadline=None)
@given(text=TEXTS, note=TEXTS, times=st.integers(1, 40))
def test_whatever_is_written_the_thread_is_short_and_pings_nobody(text: str, note: str, times: int) -> None:
    failed = StepFailed(
        track="test", step="deploy.run", attempt=1, failure=Failure(category="blocking", reason=sendable(text)[:500])
    )
    decided = CheckpointDecided(
        track="test", step="deploy.run", attempt=1, reason="failure", verb="retry", digest="0" * 16, note=sendable(note)
    )
    said = told("test", record([failed, decided] * times, 0, "", Cause(MONDAY, OPERATOR, "signal")))
    assert 0 < len(said) <= 2900
    assert "<!channel" not in said
    assert "<https://evil" not in said
    assert said.count("<@") == said.count("<@U_OPERATOR>")


def sendable(text: str) -> str:
    """As it comes out of JSON: with no half of a surrogate pair."""
    return text.encode("utf-8", "ignore").decode()


def test_a_thread_after_a_deployment_failed_and_was_retried(message: SnapshotAssertion) -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",)))
    story.later(minutes=5).observe(failed_run()).answer("test", "retry")
    assert as_plain(told("test", recorded(story)[-8:])) + "\n" == message


def test_nothing_worth_a_message_is_none() -> None:
    assert told("shared", recorded(Story().act("start"))) == ""
    assert told("test", []) == ""


def test_a_digest_in_the_middle_of_a_wave(message: SnapshotAssertion) -> None:
    campaign = the_campaign(resources=[{"id": f"cluster-{n}", "wave": 1} for n in range(6)], waves={1: {}})
    stories_of = [
        Story().until("test", "infra.apply"),
        Story().until("test", "deploy.run").report(Failed(category="blocking", reason="No.")),
        Story(),
    ]
    rows = [
        summary_of(story.view).model_copy(update={"migration": f"airflow-3/cluster-{n}", "resource": f"cluster-{n}"})
        for n, story in enumerate([*stories_of, *stories_of])
    ]
    place = Place(environment="test", wave=1, since=MONDAY)
    gate = Gate(campaign="airflow-3", held={"airflow-3/cluster-4/test/deploy.run/1": place})
    links = {"airflow-3/cluster-0#test": "https://acme.slack.com/archives/C0MIGRATE/p1700000000000100"}
    assert written(digest(Wave(campaign, gate, 1, rows), links, MONDAY)) == message


def test_a_digest_of_a_wave_that_is_over(message: SnapshotAssertion) -> None:
    row = summary_of(Story().view).model_copy(update={"status": "completed", "word": "completed"})
    gone = row.model_copy(update={"status": "aborted", "word": "aborted"})
    wave = Wave(the_campaign(), Gate(campaign="airflow-3"), 1, [row, row, gone])
    assert written(digest(wave, {}, MONDAY)) == message


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)
