"""How a change of a campaign's file is told: what it is now, what it was, and who comes or goes."""

import pytest

from shared.domain.campaign_changes import Change, changes_between
from shared.messages.applied import change_in_words
from tests.stories import the_campaign


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("owner", "team-a", None), "owner: not set, was team-a"),
        (Change("limits.active", 1, 5), "limits.active: 5, was 1"),
        (Change("people.operators", ["a", "b", "c"], ["a", "b"]), "people.operators: 2, was 3 (without c)"),
        (Change("people.operators", ["a"], ["b"]), "people.operators: 1, was 1 (with b, without a)"),
        (Change("environments", None, ["test"]), "environments: 1, was not set (with test)"),
        (Change("windows", [{"zone": "UTC"}], [{"zone": "CET"}]), "windows changed"),
        (
            Change("people.approvers", [], [f"p{number}" for number in range(7)]),
            "people.approvers: 7, was 0 (with p0, p1, p2, p3, p4 and 2 more)",
        ),
    ],
)
def test_a_change_says_what_is_and_what_was(change: Change, said: str) -> None:
    assert change_in_words(change) == said


def test_every_setting_that_changes_is_named_as_in_the_file() -> None:
    before = the_campaign()
    people = {"operators": ["slack:T0ACME/U_OPERATOR"], "approvers": ["slack:T0ACME/U_APPROVER"]}
    after = the_campaign(people=people, gates={}, limits={"active": 2}, windows=[], breaker={"failures": "5%"})

    assert [one.field for one in changes_between(before, after).settings] == [
        "people.operators",
        "gates.deploy",
        "gates.merge",
        "gates.four_eyes",
        "limits.active",
        "limits.environments",
        "windows",
        "breaker.failures",
    ]


def test_a_resource_that_comes_back_is_compared_with_what_it_was() -> None:
    before = the_campaign(resources=[{"id": "a"}], gone=[{"id": "b", "owner": "team-b"}])
    after = the_campaign(resources=[{"id": "a"}, {"id": "b"}])

    assert changes_between(before, after).resources == {"b": (Change("owner", "team-b", None),)}
