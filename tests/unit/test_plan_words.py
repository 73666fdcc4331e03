"""A plan in words: the whole text for the example, the same questions as the machine asks, and text that stays text."""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from shared.messages.plan_asked import prose
from shared.messages.plan_way import ways_of
from shared.messages.plan_words import explanation
from state_schema.events import CheckpointOpened
from state_schema.plan import Plan
from tests.snapshot_files import MessageFile
from tests.stories import Story, the_campaign, the_plan
from tests.unit.plans import HOSTILE, a_plan, every_kind, hostile

PULL_REQUEST = {"id": "propose", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": "x"}}
LOOK = {"id": "look", "skill": "verify"}


def lines(plan: Plan) -> list[str]:
    return explanation(plan).splitlines()


def asked_by_the_machine(plan: Plan) -> list[tuple[str, str, str]]:
    """(track, step, verb) of everything that people were asked in a migration in which all goes well."""
    story = Story(plan, the_campaign(plan=plan.ref, gates={}, windows=[]))
    found: list[tuple[str, str, str]] = []
    while story.view.state.status != "completed":
        story.later(days=1).tick() if is_waiting(story) else story.oblige()
        opened = [event for event in story.last.events if isinstance(event, CheckpointOpened)]
        found += [(event.track, event.step, event.checkpoint.verbs[0]) for event in opened]
    return found


def is_waiting(story: Story) -> bool:
    return any(step.until is not None for _, step in story.current())


def test_the_example_plan(snapshot: SnapshotAssertion) -> None:
    assert explanation(the_plan()) == snapshot.use_extension(MessageFile)


def test_every_kind_of_step(snapshot: SnapshotAssertion) -> None:
    assert explanation(every_kind()) == snapshot.use_extension(MessageFile)


@pytest.mark.parametrize("plan", [the_plan(), every_kind()], ids=["example", "every_kind"])
def test_people_are_asked_exactly_what_is_told(plan: Plan) -> None:
    asked = asked_by_the_machine(plan)

    for way in ways_of(plan):
        told = [(way.name, passage.stop.path, question.verb) for passage, question in way.asked]
        assert [one for one in asked if one[0] == way.name] == told
    assert f"A person is asked {len(asked)} times" in explanation(plan)


def test_environments_come_after_what_they_are_blocked_by() -> None:
    environments = {"c": {"blocked_by": ["b", "a"]}, "b": {"blocked_by": ["a"]}, "a": {}, "d": {}}
    found = lines(a_plan(LOOK, environments=environments))

    assert [line for line in found if line.startswith("- ")] == [
        "- `a` starts at once: `work`.",
        "- `d` starts at once: `work`.",
        "- `b` starts when `a` is completed: `work`.",
        "- `c` starts when `b` and `a` are completed: `work`.",
    ]
    assert [line for line in found if line.startswith("## ")] == ["## `a`", "## `d`", "## `b`", "## `c`"]


def test_environments_that_go_the_same_way_are_told_once() -> None:
    found = lines(a_plan(PULL_REQUEST, environments={"a": {}, "b": {}, "c": {"approval_required": True}}))

    assert "From there it goes as in `a`, with `b` in questions and commands." in found
    assert not any("goes as in" in line and "`c`" in line for line in found)
    assert sum("opens a pull request" in line for line in found) == 2


def test_an_approval_without_an_outside_act_is_never_asked() -> None:
    found = lines(a_plan(LOOK, environments={"prod": {"approval_required": True}}))

    assert "- `prod` starts at once: `work`." in found
    assert "Nobody is asked anything, unless something fails." in found
    assert not any(line.startswith("|") for line in found)


def test_one_question_is_asked_one_time() -> None:
    found = explanation(a_plan({"id": "ok", "confirmation": {"ask": "Well?", "resume": "well"}}))

    assert "**A person is asked 1 time**: 1 in `test`. By kind: 1 confirmation." in found


def test_an_environment_without_a_step_has_nothing_to_do() -> None:
    found = lines(a_plan(phases=[{"name": "once", "scope": "shared", "steps": [LOOK]}]))

    assert "- Then `test`: nothing to do." in found


def test_a_plan_can_add_a_gate() -> None:
    found = explanation(a_plan(PULL_REQUEST | {"gate": "explicit_command"}))

    assert "**A person**, an operator, gives **an explicit command**: `/migrate open-pr <resource> test`." in found


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("cluster", "cluster"),
        ("database table", "database table"),
        ("`|<b>\n[x](y)", "b x y"),
        ("<!--", "--"),
        ("\u202e\ud800", "resource"),
        ("", "resource"),
    ],
)
def test_the_unit_is_only_a_word(unit: str, shown: str) -> None:
    assert lines(a_plan(LOOK, unit=unit))[0] == f"# The way of one {shown} through `p@1`"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Run `a_b <x>` now", "Run `a_b <x>` now"),
        ("Run `a now", "Run 'a now"),
        ("`a|b` | c", "'a\\|b' \\| c"),
        ("` <x> `` y ``` z", "' &lt;x> '' y ''' z"),
        ("<b> & [x](javascript:y) *z* _z_ a_b \\", "&lt;b> &amp; \\[x\\](javascript:y) \\*z\\* \\_z\\_ a_b \\\\"),
        ("error_rate > 0.1%?", "error_rate > 0.1%?"),
        ("a\n# b\n\n- c", "a # b - c"),
    ],
)
def test_text_of_the_plan_stays_text(text: str, shown: str) -> None:
    assert prose(text) == shown


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_neither_adds_a_line_nor_a_cell(text: str) -> None:
    found, plain = lines(hostile(text)), lines(hostile("x"))

    assert len(found) == len(plain)
    assert [cells(line) for line in found] == [cells(line) for line in plain]
    assert max(map(len, found)) < 3_000
    "\n".join(found).encode()


def cells(line: str) -> int:
    return line.replace("\\\\", "").replace("\\|", "").count("|") if line.startswith("|") else 0


def test_the_largest_plan_is_told() -> None:
    steps: list[dict[str, Any]] = [
        {"id": f"s{number}", "confirmation": {"ask": "Well?", "resume": "well"}} for number in range(50)
    ]
    phases = [{"name": f"p{number}", "steps": steps} for number in range(50)]
    found = explanation(a_plan(phases=phases, environments={f"e{n}": {} for n in range(20)}))

    assert "**A person is asked 50000 times**" in found


def test_what_is_written_for_those_who_take_too_long_is_told() -> None:
    found = explanation(
        a_plan(
            {"id": "ok", "confirmation": {"ask": "Well?", "resume": "well"}, "timeout": "7d", "remind": "24h"},
            PULL_REQUEST | {"timeout": "2h", "on_failure": {"rollback": "open_pull_request"}},
        )
    )

    assert "Reminded every `24h`. Overdue after `7d`, and open still: silence is no answer. (`ok`)" in found
    assert (
        "It has failed where it is not done after `2h`. Where it fails, people may roll back, with the skill" in found
    )


def test_choices_of_the_plan_itself_are_listed() -> None:
    one = {"ask": "How?", "choices": ["all at once", "a|b"], "as": "how"}
    found = explanation(a_plan({"id": "a", "decision": one}, {"id": "b", "decision": one | {"many": True}}))

    assert "There is to choose: “all at once”, “a\\|b”. **A person** is asked: “How?”." in found
    assert "The answer is `/migrate decide <resource> test <choice>`. (`a`)" in found
    assert "The answer is `/migrate decide <resource> test <choice> …`. (`b`)" in found


def test_a_phase_that_may_be_left_out_is_told_as_such() -> None:
    found = lines(a_plan(phases=[{"name": "work", "optional": True, "steps": [LOOK]}]))

    assert "### `work`, unless it is left out" in found
