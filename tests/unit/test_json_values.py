"""What is stored as JSON has no number that is not equal to itself: it would fence every order that carries it."""

from typing import Any

import pytest
from pydantic import ValidationError

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.stories import document

NO_NUMBERS = [float("nan"), float("inf"), float("-inf")]
DEEP = [pytest.param(lambda x: x, id="itself"), pytest.param(lambda x: {"a": ["b", [x]]}, id="deep in it")]


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("around", DEEP)
def test_metadata_without_a_real_number_is_refused_where_it_stands(around: Any, number: float) -> None:
    campaign = document("airflow-3.campaign.yaml")
    campaign["resources"][0]["metadata"] = {"weight": around(number)}

    with pytest.raises(ValidationError) as refused:
        Campaign.model_validate(campaign)

    (error,) = refused.value.errors()
    assert error["loc"] == ("resources", 0, "metadata", "weight")
    assert "write a number, or a text" in error["msg"]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_inputs_of_a_skill_without_a_real_number_are_refused_where_they_stand(number: float) -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0]["with"] |= {"inputs": {"share": number}}

    with pytest.raises(ValidationError) as refused:
        Plan.model_validate(plan)

    (error,) = refused.value.errors()
    assert error["loc"][-2:] == ("with", "inputs")


def test_real_numbers_are_kept_as_they_are() -> None:
    campaign = document("airflow-3.campaign.yaml")
    campaign["resources"][0]["metadata"] = {"weight": 0.5, "count": 10**18, "list": [1, -1e308, None, True, "NaN"]}

    kept = Campaign.model_validate(campaign).resources[0].metadata

    assert kept == campaign["resources"][0]["metadata"]
