"""The drawing of a plan: whole text for the and a grammar for whatever stands in a plan."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion

from shared.messages.plan_graph import mermaid
from state_schema.plan import Plan
from tests.snapshot_files import MessageFile
from tests.stories import the_plan
from tests.unit.plans import HOSTILE, a_plan, every_kind, hostile

_LABEL: Final = r'"(?P<label>(?:[\w .,?!\'“”…/🔒-]|#[0-9]+;|<br/>)+)"'
_SHAPES: Final = (r"\[{}\]", r"\{{\{{{}\}}\}}", r"\(\[{}\]\)", r"\{{{}\}}", r"\(\({}\)\)")
_ID: Final = r"t[0-9]+(?:p[0-9]+(?:s[0-9]+a?)?)?"
_NODE: Final = [re.compile(f"(?P<id>{_ID}){shape.format(_LABEL)}(:::gated)?") for shape in _SHAPES]
_GROUP: Final = re.compile(rf"subgraph (?P<id>{_ID})\[{_LABEL}\]")
_EDGE: Final = re.compile(rf"{_ID}( --> {_ID})+")


def checked(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Labels by id, and the arrows, of a drawing that keeps to the part of Mermaid's grammar that we use."""
    top, title, end, kind, *lines, style = text.splitlines()
    assert (top, end, kind) == ("---", "---", "flowchart TB")
    assert re.fullmatch(r'title: "[\w .…@-]+"', title)
    assert style.strip().startswith("classDef gated ")
    labels: dict[str, str] = {}
    arrows: list[tuple[str, str]] = []
    depth = 0
    for line in map(str.strip, lines):
        depth += line.startswith("subgraph ") - (line == "end")
        if _EDGE.fullmatch(line):
            ids = line.split(" --> ")
            arrows += pairwise(ids)
        elif line != "end":
            found = next(filter(None, (pattern.fullmatch(line) for pattern in (_GROUP, *_NODE))), None)
            assert found is not None, line
            assert found["id"] not in labels
            labels[found["id"]] = found["label"]
    assert depth == 0
    assert {node for arrow in arrows for node in arrow} <= labels.keys()
    return labels, arrows


def named_arrows(plan: Plan) -> Iterator[str]:
    labels, arrows = checked(mermaid(plan))
    return (f"{labels[one].split('<br/>')[0]} -> {labels[other].split('<br/>')[0]}" for one, other in arrows)


def test_the_example_plan(snapshot: SnapshotAssertion) -> None:
    assert mermaid(the_plan()) == snapshot.use_extension(MessageFile)


def test_every_kind_of_step_has_a_shape_of_its_own() -> None:
    checked(text := mermaid(every_kind()))

    drawn = [line.strip() for line in text.splitlines() if re.match(r"\s+t0p0s[0-9]+\W", line) and "-->" not in line]
    assert drawn == [
        't0p0s0["propose<br/>Waymark runs open_pull_request"]',
        't0p0s1{{"review<br/>“Review and merge the pull request”<br/>/migrate pr-merged"}}',
        't0p0s2(["look<br/>“Is it up?”<br/>/migrate it-is-up"])',
        't0p0s3{"choose<br/>“Which?”<br/>/migrate decide"}',
        't0p0s4(("rest<br/>waits 24h"))',
        't0p0s5(("opening<br/>waits until 2026-03-02 09#58;00 UTC"))',
        't0p0s6["deploy<br/>Waymark runs run_workflow<br/>🔒 first /migrate confirm"]:::gated',
    ]


def test_the_arrows_between_environments_are_what_they_are_blocked_by() -> None:
    environments = {"c": {"blocked_by": ["b", "a"]}, "b": {"blocked_by": ["a"]}, "a": {}}
    found = list(named_arrows(a_plan({"id": "look", "skill": "verify"}, environments=environments)))

    assert found == ["a -> b", "b -> c", "a -> c"]


def test_an_environment_that_waits_for_no_other_waits_for_the_shared_track() -> None:
    shared = {"name": "once", "scope": "shared", "steps": [{"id": "look", "skill": "verify"}]}
    own = {"name": "each", "steps": [{"id": "look", "skill": "verify"}]}
    found = list(named_arrows(a_plan(phases=[shared, own], environments={"a": {}, "b": {"blocked_by": ["a"]}})))

    assert found == ["once for all environments -> a", "a -> b"]


def test_the_approval_of_an_environment_stands_before_its_first_outside_act() -> None:
    steps: list[dict[str, Any]] = [
        {"id": "look", "skill": "verify"},
        {"id": "propose", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": "x"}},
        {"id": "again", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": "x"}},
    ]
    found = list(named_arrows(a_plan(*steps, environments={"prod": {"approval_required": True}})))

    assert found == [
        "look -> An approver approves prod",
        "An approver approves prod -> propose",
        "propose -> again",
    ]


def test_an_environment_without_a_step_is_drawn_empty() -> None:
    shared = {"name": "once", "scope": "shared", "steps": [{"id": "look", "skill": "verify"}]}
    labels, arrows = checked(mermaid(a_plan(phases=[shared], environments={"a": {}})))

    assert (labels["t1"], arrows) == ("a", [("t0", "t1")])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    labels, _ = checked(mermaid(hostile(text)))

    assert all(len(label) < 2_000 for label in labels.values())


def test_names_that_are_words_of_mermaid_are_only_labels() -> None:
    steps: list[dict[str, Any]] = [{"id": name, "skill": "verify"} for name in ("end", "class", "o", "x_", "style")]
    labels, _ = checked(mermaid(a_plan(*steps, environments={"end": {}, "subgraph": {"blocked_by": ["end"]}})))

    assert [labels["t0"], labels["t0p0s0"], labels["t0p0s3"]] == [
        "end", "end<br/>Waymark runs verify", "x#95;<br/>Waymark runs verify"
    ]  # fmt: skip


def test_a_circle_of_environments_is_drawn_and_does_not_hang() -> None:
    environments = {"a": {"blocked_by": ["b"]}, "b": {"blocked_by": ["a"]}}
    found = list(named_arrows(a_plan({"id": "look", "skill": "verify"}, environments=environments)))

    assert found == ["b -> a", "a -> b"]


def test_the_same_plan_is_always_drawn_the_same() -> None:
    assert mermaid(the_plan()) == mermaid(Plan.model_validate_json(the_plan().model_dump_json(by_alias=True)))


def test_the_largest_plan_is_drawn() -> None:
    steps = [{"id": f"s{number}", "skill": "verify"} for number in range(50)]
    phases = [{"name": f"p{number}", "steps": steps} for number in range(50)]
    labels, arrows = checked(mermaid(a_plan(phases=phases, environments={f"e{n}": {} for n in range(20)})))

    assert (len(labels), len(arrows)) == (20 * (1 + 50 + 2500), 20 * 2499)


def test_a_phase_that_may_be_left_out_is_drawn_as_such() -> None:
    phases = [{"name": "work", "optional": True, "steps": [{"id": "look", "skill": "verify"}]}]
    labels, _ = checked(mermaid(a_plan(phases=phases)))

    assert labels["t0p0"] == "work, unless it is left out"
