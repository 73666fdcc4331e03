"""Two ids are one person only by a code that one was given and the other repeats, once, in time, and not by guessing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.control import Controlled
from shared.domain.linking import (
    CODES_EACH,
    LIFETIME,
    LinkAct,
    code_from,
    code_in,
    is_known,
    proven,
    unlinked,
    with_code,
    with_links,
)
from shared.domain.linking_words import MOST_CODES, MOST_LINKS, WRONG_CODES
from shared.domain.people import is_one_of, is_same_person
from state_schema.gate import Gate
from tests.stories import APPROVER, MONDAY, OPERATOR, the_campaign

REVIEWER, OTHER = "github:1002", "github:2003"
CAMPAIGN = the_campaign()
CODE = code_from("a nonce")
EMPTY = Gate(campaign=CAMPAIGN.id)


def act(actor: str, number: int = 0, **later: float) -> LinkAct:
    return LinkAct(f"signal-{actor}-{number}", MONDAY + timedelta(**later), actor)


def asked(gate: Gate = EMPTY, code: str = CODE, actor: str = OPERATOR, account: str | None = None) -> Gate:
    return with_code(gate, act(actor, len(gate.codes)), code, account).gate


def linked(account: str = REVIEWER) -> Gate:
    return proven(asked(), CAMPAIGN, act(account, minutes=5), CODE).gate


def told(found: Controlled) -> tuple[str, bool]:
    assert found.refusal is not None
    return found.refusal.reason_code, found.record is not None


def recorded(found: Controlled) -> tuple[Any, ...] | None:
    record = found.record
    return None if record is None else (record.number, record.actor, record.verb, record.person)


def test_a_code_that_an_account_repeats_makes_both_one_person() -> None:
    given = with_code(EMPTY, act(OPERATOR), CODE)
    found = proven(given.gate, CAMPAIGN, act(REVIEWER, minutes=59), CODE)

    assert recorded(given) == (1, OPERATOR, "link-code", None)
    assert recorded(found) == (2, REVIEWER, "link", OPERATOR)
    assert found.gate.links == {REVIEWER: OPERATOR}
    people = with_links(CAMPAIGN, found.gate).people
    assert is_one_of(people, REVIEWER, people.operators)
    assert is_same_person(people, REVIEWER, OPERATOR)
    assert not is_same_person(people, REVIEWER, APPROVER)
    assert is_known(CAMPAIGN, found.gate, REVIEWER)
    assert not is_known(CAMPAIGN, found.gate, OTHER)


def test_the_code_itself_is_stored_nowhere() -> None:
    stored = with_code(EMPTY, act(OPERATOR), CODE)

    assert CODE not in stored.gate.model_dump_json() + (stored.record.model_dump_json() if stored.record else "")


def test_two_accounts_of_one_person_are_one_person_beside_what_the_file_says() -> None:
    campaign = the_campaign(people={"operators": [OPERATOR], "linked": {"principal:ops": [OPERATOR]}})
    gate = EMPTY.model_copy(update={"links": {REVIEWER: OPERATOR, OTHER: OPERATOR}})
    people = with_links(campaign, gate).people

    assert people.linked == {"principal:ops": (OPERATOR, REVIEWER, OTHER)}
    assert is_same_person(people, REVIEWER, OTHER)
    assert is_same_person(people, OTHER, "principal:ops")


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), CODE.replace("-", ""), CODE.replace("0", "O").replace("1", "l")])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert proven(asked(), CAMPAIGN, act(REVIEWER), typed).gate.links == {REVIEWER: OPERATOR}


@pytest.mark.parametrize("word", ["", "ABCD", "ABCD-EFGHI", "ABCD-EFG\u0397", "ABCD EFGH", "ABCD-EFGU", "x" * 10_000])
def test_what_is_no_code_is_told_from_a_wrong_one(word: str) -> None:
    assert code_in(word) is None


def test_codes_of_different_nonces_differ_and_can_be_read() -> None:
    codes = {code_from(str(number)) for number in range(1000)}

    assert len(codes) == 1000
    assert all(code_in(code) == code.replace("-", "") for code in codes)


def test_a_wrong_code_is_refused_and_counted() -> None:
    found = proven(asked(), CAMPAIGN, act(REVIEWER), code_from("another"))

    assert told(found) == ("wrong_code", True)
    assert recorded(found) == (2, REVIEWER, "link-guess", None)
    assert found.gate.guesses == (MONDAY,)
    assert proven(found.gate, CAMPAIGN, act(REVIEWER), code_from("another")).record is None


def test_after_five_wrong_codes_in_an_hour_the_right_one_is_refused_too_until_the_hour_is_over() -> None:
    gate = asked()
    for number in range(WRONG_CODES):
        gate = proven(gate, CAMPAIGN, act(OTHER, number, minutes=number), code_from(f"guess {number}")).gate

    late = proven(gate, CAMPAIGN, act(REVIEWER, minutes=30), CODE)
    assert told(late) == ("too_many_guesses", False)
    assert late.refusal is not None
    assert "before 2026-03-02 10:00 UTC" in late.refusal.message
    assert proven(gate, CAMPAIGN, act(REVIEWER, minutes=59, seconds=59), CODE).gate.links == {}
    later = asked(gate, code_from("new"))
    assert told(proven(later, CAMPAIGN, act(OTHER, 9, minutes=60), code_from("guess"))) == ("wrong_code", True)


def test_a_used_code_is_refused_to_everybody_else_and_a_second_delivery_changes_nothing() -> None:
    gate = linked()

    assert proven(gate, CAMPAIGN, act(REVIEWER, 1, minutes=6), CODE) == Controlled(gate)
    assert told(proven(gate, CAMPAIGN, act(OTHER, minutes=6), CODE)) == ("code_used", False)


def test_an_expired_code_is_told_from_a_wrong_one() -> None:
    over = act(REVIEWER, seconds=LIFETIME.total_seconds())

    assert told(proven(asked(), CAMPAIGN, over, CODE)) == ("code_expired", False)
    assert told(proven(asked(), CAMPAIGN, act(REVIEWER, days=2), CODE)) == ("wrong_code", True)


def test_a_code_for_one_account_is_no_other_accounts() -> None:
    gate = asked(account=REVIEWER)

    assert told(proven(gate, CAMPAIGN, act(OTHER), CODE)) == ("code_of_another", False)
    assert proven(gate, CAMPAIGN, act(REVIEWER), CODE).gate.links == {REVIEWER: OPERATOR}


def test_a_code_of_another_campaign_is_none_of_this_one() -> None:
    gate = EMPTY.model_copy(update={"codes": asked(Gate(campaign="another")).codes})

    assert told(proven(gate, CAMPAIGN, act(REVIEWER), CODE)) == ("wrong_code", True)


@pytest.mark.parametrize(
    "people",
    [{}, {"linked": {APPROVER: [REVIEWER]}}, {"linked": {REVIEWER: [APPROVER]}}],
    ids=["gate", "file", "other way"],
)
def test_an_account_that_is_somebody_elses_stays_so(people: Mapping[str, Any]) -> None:
    gate = asked(actor=OPERATOR).model_copy(update={"links": {} if people else {REVIEWER: APPROVER}})
    campaign = the_campaign(people={"operators": [OPERATOR], "approvers": [APPROVER], **people})

    assert told(proven(gate, campaign, act(REVIEWER), CODE)) == ("linked_elsewhere", False)


def test_there_is_an_end_to_codes_and_links() -> None:
    gate = EMPTY
    for number in range(10):
        gate = asked(gate, code_from(f"own {number}"))
    assert len(gate.codes) == CODES_EACH
    for number in range(MOST_CODES - CODES_EACH):
        gate = asked(gate, code_from(f"of {number}"), actor=f"slack:T0ACME/U{number}")
    assert told(with_code(gate, act(APPROVER), CODE)) == ("too_many_codes", False)

    full = asked().model_copy(update={"links": {f"github:{number}": OPERATOR for number in range(1, MOST_LINKS + 1)}})
    assert told(proven(full, CAMPAIGN, act("github:9999"), CODE)) == ("too_many_links", False)


@pytest.mark.parametrize(
    ("who", "account"), [(OPERATOR, None), (REVIEWER, None), (REVIEWER, REVIEWER), (OPERATOR, REVIEWER)]
)
def test_whose_link_it_is_takes_it_back_and_it_is_worth_nothing_from_then_on(who: str, account: str | None) -> None:
    found = unlinked(linked(), CAMPAIGN, act(who, 5), account)

    assert recorded(found) == (3, who, "unlink", REVIEWER)
    assert (found.gate.links, found.gate.codes) == ({}, {})
    assert with_links(CAMPAIGN, found.gate) == CAMPAIGN


def test_only_an_operator_takes_somebody_elses_link_back() -> None:
    gate = EMPTY.model_copy(update={"links": {REVIEWER: APPROVER}})

    assert told(unlinked(gate, CAMPAIGN, act(OTHER), REVIEWER)) == ("not_permitted", False)
    assert unlinked(gate, CAMPAIGN, act(OPERATOR), REVIEWER).gate.links == {}


def test_there_is_nothing_to_take_back_where_nothing_is_linked() -> None:
    assert told(unlinked(linked(), CAMPAIGN, act(APPROVER), None)) == ("not_linked", False)
    assert told(unlinked(linked(), CAMPAIGN, act(OPERATOR), OTHER)) == ("not_linked", False)
