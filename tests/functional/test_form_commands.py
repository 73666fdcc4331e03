"""A decision with a form answered as it is typed: quotes, types, mistakes, and what becomes of it."""

from typing import Any

import pytest

from state_schema.events import CheckpointDecided
from tests.functional.journey import EMAIL, Journey, Said
from tests.stories import the_campaign, the_plan
from tests.unit.forms import CAPACITY, SIZE

ASKED = {"id": "size", "decision": {"ask": "How large?", "form": CAPACITY, "as": "capacity"}}
LISTED = {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}}
USAGE = (
    "workers=&lt;whole number&gt; [pool=&lt;small|large&gt;] [ratio=&lt;number&gt;] [keep_old=&lt;true|false&gt;] "
    'reason="&lt;text&gt;"'
)


def asked(*steps: dict[str, Any], **environments: Any) -> Journey:
    """The cluster is asked in each of these environments (`test`, where none is named)."""
    phases = [{"name": "plan", "steps": [*steps, {"id": "look", "skill": "verify"}]}]
    plan = the_plan(environments=environments or {"test": {"primary": True}}, phases=phases)
    journey = Journey(the_campaign(gates={}, limits={"active": 9}, windows=[]), plan)
    journey.take(journey.act("start"))
    journey.drain()
    journey.clock.advance(1)
    return journey


def answers(journey: Journey) -> list[object]:
    records = (one.event for one in journey.stores.records[EMAIL])
    return [event.answers for event in records if isinstance(event, CheckpointDecided)]


@pytest.mark.parametrize("place", ["", "test "])
def test_a_form_is_answered_field_by_field(place: str) -> None:
    journey = asked(ASKED)

    said = journey.type(f'decide email.notifications {place}workers=8 keep_old=Yes "reason=More = better" pool=large')

    stored = {"workers": 8, "pool": "large", "keep_old": True, "reason": "More = better"}
    assert said == Said(
        ok=True,
        text="Answered `workers = 8, pool = large, keep_old = true, reason = More = better` for plan.size of "
        "email.notifications in test; now plan.look of test is at work.",
    )
    assert answers(journey) == [stored]
    assert journey.view().state.tracks["test"].steps["plan.size"].outputs == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "workers=99 resaon=because",
            (
                "Nothing was decided. `workers`: a whole number from 1 to 64 is wanted, and this is 99; `resaon`: there is no "
                "such field; did you mean reason?; `reason`: is missing: text of 3 to 200 characters that fits `^[A-Za-z]` is "
                f"wanted. Write `decide email.notifications test {USAGE}`."
            ),
        ),
        (
            "",
            (
                "Nothing was decided. `workers`: is missing: a whole number from 1 to 64 is wanted; `reason`: is missing: text "
                "of 3 to 200 characters that fits `^[A-Za-z]` is wanted. Write "
                f"`decide email.notifications test {USAGE}`."
            ),
        ),
        ("all", f"This question has fields to fill in. Write `decide email.notifications test {USAGE}`."),
        (
            "tset workers=8",
            (
                "`tset` is neither an environment nor `field=value`. Write a text with blanks in quotes: "
                '`field="two words"`. Nothing was done.'
            ),
        ),
        (
            "workers=8 reason=two words",
            (
                "`words` is neither an environment nor `field=value`. Write a text with blanks in quotes: "
                '`field="two words"`. Nothing was done.'
            ),
        ),
        ("workers=8 workers=9", "`workers` is given twice. Nothing was done."),
        (
            'workers=8 reason="half',
            (
                "I can't read that: a quotation mark (or an apostrophe) has no partner, or a backslash has nothing after it."
                " Put it right, or leave it out."
            ),
        ),
    ],
)
def test_what_cannot_be_taken_is_explained_and_changes_nothing(typed: str, said: str) -> None:
    journey = asked(ASKED)

    assert journey.type(f"decide email.notifications {typed}") == Said(ok=False, text=said)
    assert answers(journey) == []


def test_hundreds_of_fields_are_answered_instead_of_poisoning_the_queue() -> None:
    journey = asked(ASKED)
    fields = " ".join(f"f{number}=1" for number in range(400))

    assert journey.type(f"decide email.notifications {fields}") == Said(
        ok=False, text="I can't take that: answers: has 400 entries, and 50 are the most. Nothing was done."
    )


def test_an_only_field_may_be_answered_without_its_name() -> None:
    journey = asked({"id": "size", "decision": {"ask": "How large?", "form": SIZE, "as": "size"}})

    assert journey.type("decide email.notifications small").ok
    assert answers(journey) == [{"size": "small"}]


def test_no_words_choose_nothing_where_the_plan_has_both_a_form_and_a_list() -> None:
    journey = asked(LISTED, ASKED)

    assert journey.type("decide email.notifications") == Said(
        ok=False,
        text="This question has no fields: there is a list to choose from. Write `decide email.notifications test "
        "&lt;choice&gt; …`.",
    )
    assert journey.type("decide email.notifications all").ok


def test_where_several_environments_ask_one_has_to_be_named() -> None:
    journey = asked(ASKED, one={"primary": True}, two={})

    assert not journey.type("decide email.notifications workers=8 reason=More").ok
    assert journey.type("decide email.notifications two workers=8 reason=More").ok


def test_the_same_command_twice_answers_once() -> None:
    journey = asked(ASKED)
    for again in (False, True):
        assert journey.type("decide email.notifications workers=8 reason=More", id="command-1", again=again).ok

    assert len(answers(journey)) == 1
