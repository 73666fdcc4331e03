"""A campaign file whose people or gates could not hold is refused, with its place and a sentence that says what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.campaign_rules import campaign_problems
from state_schema.campaign import Campaign
from tests.stories import APPROVER, OPERATOR, document, the_plan, with_gates

SECOND = "slack:T0ACME/U_SECOND_APPROVER"


def a_campaign(gates: dict[str, Any] | None = None, **people: Any) -> Campaign:
    written = document("airflow-3.campaign.yaml")
    written["gates"] |= gates or {}
    written["people"] |= people
    return Campaign.model_validate(written)


def only_in_test(gates: dict[str, Any] | None = None, **people: Any) -> Campaign:
    """Its resources leave out the environments that want an approval."""
    campaign = a_campaign(gates, **people)
    resources = tuple(one.model_copy(update={"environments": ("test",)}) for one in campaign.resources)
    return campaign.model_copy(update={"resources": resources})


@pytest.mark.parametrize(
    ("campaign", "place", "sentence"),
    [
        (
            a_campaign(operators=[OPERATOR, "group:ops"], groups={"leads": [APPROVER]}),
            ("people", "operators", 1),
            "there is no group 'ops' under people.groups; there are: leads",
        ),
        (
            a_campaign({"merge": "confirmation"}),
            ("gates", "merge"),
            "merge is by explicit_command everywhere; nothing loosens that",
        ),
        (
            a_campaign({"delete": {"test": "explicit_command", "prod-us": "automatic"}}),
            ("gates", "delete"),
            "delete is by explicit_command everywhere; nothing loosens that",
        ),
        (
            a_campaign({"four_eyes": ["prod"]}),
            ("gates", "four_eyes"),
            "'prod' is no environment of airflow-3@1; allowed: shared, test, prod-us, prod-eu",
        ),
        (
            a_campaign({"merge_approval": ["prod"]}),
            ("gates", "merge_approval"),
            "'prod' is no environment of airflow-3@1; allowed: shared, test, prod-us, prod-eu",
        ),
        (
            a_campaign({"quorum": {"prod-us": 2}}),
            ("gates", "quorum", "prod-us"),
            "prod-us wants 2 approvals, and people.approvers names 1 person",
        ),
        (
            a_campaign({"quorum": {"prod-us": 2}}, approvers=[APPROVER, "github:7"], linked={APPROVER: ["github:7"]}),
            ("gates", "quorum", "prod-us"),
            "prod-us wants 2 approvals, and people.approvers names 1 person",
        ),
        (
            a_campaign(operators=[]),
            ("people", "operators"),
            "name at least one operator: nobody could start or pause anything",
        ),
        (
            a_campaign(operators=["group:ops"], groups={"ops": []}),
            ("people", "operators"),
            "name at least one operator: nobody could start or pause anything",
        ),
        (
            a_campaign(approvers=[]),
            ("people", "approvers"),
            "name at least one approver: nobody could approve prod-us, prod-eu (approval_required)",
        ),
        (
            only_in_test({"merge_approval": ["shared", "test"]}, approvers=[]),
            ("people", "approvers"),
            "name at least one approver: nobody could approve merges in shared, test (gates.merge_approval)",
        ),
    ],
)
def test_what_could_not_hold_is_said_with_its_place(
    campaign: Campaign, place: tuple[str | int, ...], sentence: str
) -> None:
    assert campaign_problems(campaign, the_plan()) == [(place, sentence)]


@pytest.mark.parametrize(
    "campaign",
    [
        with_gates(merge_approval=["shared", "prod-us"], four_eyes=["shared"]),
        a_campaign({"quorum": {"prod-us": 2}}, approvers=["group:leads"], groups={"leads": [APPROVER, SECOND]}),
        a_campaign({"quorum": {"prod-us": 9}}, approvers=["slack-group:T0ACME/S0LEADS"]),
        a_campaign({"merge": {"test": "explicit_command"}}),
        a_campaign(operators=["slack-group:T0ACME/S0OPS"], approvers=["slack-group:T0ACME/S0LEADS"]),
        only_in_test(approvers=[]),
    ],
    ids=[
        "the shared track",
        "a group of two",
        "a user group of any size",
        "what is demanded anyway",
        "user groups alone",
        "no approver where nothing wants one",
    ],
)
def test_what_can_hold_is_no_problem(campaign: Campaign) -> None:
    assert campaign_problems(campaign, the_plan()) == []


@pytest.mark.parametrize(
    "people",
    [
        {"operators": ["slack-group:T0ACME/C0CHANNEL"]},
        {"operators": ["group:"]},
        {"operators": ["group:Leads"]},
        {"groups": {"Leads": [APPROVER]}},
        {"groups": {"leads": ["group:others"]}},
        {"groups": {"leads": ["slack-group:T0ACME/S0LEADS"]}},
        {"linked": {"group:leads": [APPROVER]}},
    ],
)
def test_what_is_no_member_is_refused_by_its_shape(people: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_campaign(**people)


@pytest.mark.parametrize("wanted", [0, 11, -1, "two"])
def test_a_quorum_is_a_small_number(wanted: object) -> None:
    with pytest.raises(ValidationError):
        a_campaign({"quorum": {"prod-us": wanted}})
