"""The audit of acts on a campaign and of what was applied: whatever is done to the chain is named by its number."""

from collections.abc import Callable, Sequence

import pytest
from pydantic import JsonValue

from shared.domain.audit_chain import Noun, audited_chain
from shared.domain.audit_findings import Audited
from shared.domain.control import control
from shared.domain.history import chained, hash_of
from shared.domain.takeover import taken_over
from shared.domain.view import Cause
from state_schema.applied import CampaignApplied
from state_schema.control import Control, ControlRecorded
from state_schema.gate import Gate
from tests.builders import ACTOR, CAMPAIGN, NOW, a_campaign

NUMBERS = (2, 3, 7, 8, 12)
"""Of acts: the versions of the gate between them were steps of migrations."""


def an_act(number: int, note: str = "A disk is full.") -> ControlRecorded:
    return ControlRecorded(
        number=number, at=NOW, actor=ACTOR, signal=f"act-{number}", verb="pause", scope="campaign", note=note
    )


def acts(numbers: Sequence[int] = NUMBERS) -> list[ControlRecorded]:
    made, tail = list[ControlRecorded](), ""
    for number in numbers:
        made.append(chained(an_act(number), tail))
        tail = made[-1].hash or ""
    return made


def applications(count: int = 5) -> list[CampaignApplied]:
    made, tail = list[CampaignApplied](), ""
    for number in range(1, count + 1):
        document: dict[str, JsonValue] = {"campaign": CAMPAIGN, "channel": f"C{number}"}
        made.append(chained(CampaignApplied(number=number, at=NOW, actor=ACTOR, campaign=document), tail))
        tail = made[-1].hash or ""
    return made


TAIL = acts()[-1].hash or ""


def problems(found: Audited) -> list[tuple[int | None, str]]:
    return [(one.number, one.problem) for one in found.findings]


def of_acts(records: Sequence[ControlRecorded], tail: str = TAIL, last: int = 14) -> list[tuple[int | None, str]]:
    return problems(audited_chain(records, tail, last, "act"))


def of_applications(records: Sequence[CampaignApplied]) -> list[tuple[int | None, str]]:
    return problems(audited_chain(records, applications()[-1].hash or "", 5, "application"))


def forged(record: ControlRecorded, **changes: object) -> ControlRecorded:
    """Changed, with a hash that fits."""
    other = record.model_copy(update=changes)
    return other.model_copy(update={"hash": hash_of(other)})


def test_an_intact_chain_has_no_finding_and_its_tail_is_proved() -> None:
    assert audited_chain(acts(), TAIL, 14, "act") == Audited(5, TAIL, (), chained_from=2)
    files = applications()
    assert audited_chain(files, files[-1].hash or "", 5, "application") == Audited(
        5, files[-1].hash, (), chained_from=1
    )
    assert audited_chain(list[ControlRecorded](), "", 9, "act") == Audited(0, None, ())


@pytest.mark.parametrize("place", range(5))
def test_a_changed_act_is_named(place: int) -> None:
    made = acts()
    made[place] = made[place].model_copy(update={"actor": "slack:T0ACME/U_MALLORY"})

    (found,) = audited_chain(made, TAIL, 14, "act").findings
    assert (found.number, found.problem) == (NUMBERS[place], "changed")
    assert found.message == f"act {NUMBERS[place]} was changed: its hash does not fit what it says"


@pytest.mark.parametrize("place", range(5))
def test_a_changed_act_whose_hash_was_made_to_fit_is_named(place: int) -> None:
    made = acts()
    made[place] = forged(made[place], actor="slack:T0ACME/U_MALLORY")

    assert of_acts(made) == [(NUMBERS[place], "replaced")]


@pytest.mark.parametrize(
    ("place", "expected"),
    [(0, (3, "removed")), (1, (2, "replaced")), (2, (3, "replaced")), (3, (7, "replaced")), (4, (8, "replaced"))],
)
def test_a_removed_act_is_found_at_the_one_before(place: int, expected: tuple[int, str]) -> None:
    """Acts have gaps in their numbers, so it cannot be said which one is missing, but where."""
    made = acts()
    del made[place]

    assert of_acts(made) == [expected]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_removed_application_is_named_by_its_number(number: int) -> None:
    assert of_applications([one for one in applications() if one.number != number]) == [(number, "removed")]


def test_all_removed_is_found() -> None:
    assert of_acts([]) == [(None, "removed")]
    assert of_applications([]) == [(number, "removed") for number in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(("after", "number"), [(0, 1), (2, 5), (5, 13)])
def test_an_inserted_act_is_named_whatever_it_claims_to_follow(after: int, number: int) -> None:
    for previous in (acts()[after - 1].hash if after else "", "f" * 64, TAIL):
        made = acts()
        made.insert(after, forged(an_act(number), previous=previous))
        assert of_acts(made) == [(number, "inserted")]


def test_two_acts_in_each_others_place_are_found() -> None:
    first, second, third, *rest = acts()

    assert of_acts([first, third, second, *rest]) == [(3, "moved")]


def test_acts_that_swapped_their_numbers_too_are_found() -> None:
    first, second, third, *rest = acts()
    made = [first, forged(third, number=3), forged(second, number=7), *rest]

    assert of_acts(made)


def test_an_act_beyond_the_gate_and_one_that_is_there_twice_are_found() -> None:
    assert of_acts([*acts(), forged(an_act(20), previous=TAIL)]) == [(20, "inserted")]
    assert of_acts([*acts(), acts()[-1]]) == [(12, "doubled")]


def test_a_gate_that_was_put_back_is_found() -> None:
    assert of_acts(acts(), tail=acts()[2].hash or "") == [(8, "inserted"), (12, "inserted")]
    assert of_acts(acts(), tail="") == [(number, "inserted") for number in NUMBERS]


def test_what_is_older_than_the_chain_is_said_to_be_unproved() -> None:
    old, new = [an_act(1), an_act(2)], acts((5, 6))

    found = audited_chain([*old, *new], new[-1].hash or "", 6, "act")

    assert found == Audited(4, new[-1].hash, (), chained_from=5, unchained=2)
    assert audited_chain(old, "", 6, "act") == Audited(2, None, (), chained_from=None, unchained=2)


def test_a_chained_act_cannot_pretend_to_be_older_than_the_chain() -> None:
    bare = {"previous": None, "hash": None}
    made = acts()
    made[2] = made[2].model_copy(update=bare)
    assert (7, "changed") in of_acts(made)

    made = acts()
    made[0] = made[0].model_copy(update=bare)
    assert of_acts(made) == [(3, "removed")]
    assert of_acts([one.model_copy(update=bare) for one in acts()]) == [(None, "removed")]


def test_every_act_on_a_gate_is_chained_to_the_one_before() -> None:
    gate, made = Gate(campaign=CAMPAIGN), []
    for number, verb in enumerate(("pause", "resume", "pause"), start=1):
        act = Control.model_validate(
            {"id": f"c{number}", "at": NOW, "campaign": CAMPAIGN, "actor": ACTOR, "verb": verb}
        )
        controlled = control(gate, a_campaign(), act)
        assert controlled.record is not None
        gate = controlled.gate.model_copy(update={"version": controlled.gate.version + 3})
        made.append(controlled.record)

    assert audited_chain(made, gate.tail, gate.version, "act") == Audited(3, made[-1].hash, (), chained_from=1)


def test_what_a_new_campaign_takes_over_is_chained_too() -> None:
    def stopped(verb: str) -> Gate:
        act = Control.model_validate(
            {"id": verb, "at": NOW, "campaign": CAMPAIGN, "actor": ACTOR, "verb": verb, "scope": "all",
             "until": "2026-11-20T08:00:00Z"}
        )  # fmt: skip
        return control(Gate(campaign=CAMPAIGN), a_campaign(), act).gate

    writes = taken_over(Gate(campaign="new"), [stopped("pause"), stopped("freeze")], Cause(NOW, ACTOR, "apply:new"))

    gate, records = writes[-1][0], [record for _, record in writes]
    assert [record.verb for record in records] == ["pause", "freeze"]
    assert audited_chain(records, gate.tail, gate.version, "act") == Audited(2, gate.tail, (), chained_from=1)


@pytest.mark.parametrize(("made", "noun"), [(acts, "act"), (applications, "application")])
def test_no_record_can_be_left_out_or_doubled_unseen(made: Callable[[], list[ControlRecorded]], noun: Noun) -> None:
    records = made()
    for place in range(len(records)):
        for other in (records[:place] + records[place + 1 :], records[: place + 1] + records[place:]):
            assert audited_chain(other, records[-1].hash or "", records[-1].number, noun).findings
