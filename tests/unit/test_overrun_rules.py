"""Windows that refuse what runs into them, and steps that take too long for any gap between them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaign_rules import campaign_problems
from shared.domain.template_rules import Problem
from shared.domain.windows import longest_before
from state_schema.campaign import Window
from state_schema.plan import Plan
from tests.stories import document, the_campaign

WEEKEND = {"deny": "Fri 16:00 - Mon 08:00", "overrun": "refuse"}
NIGHTS = [
    {"deny": f"{one} 18:00 - {other} 06:00", "overrun": "refuse"}
    for one, other in zip(("Mon", "Tue", "Wed", "Thu"), ("Tue", "Wed", "Thu", "Fri"), strict=True)
]
JULY = datetime(2026, 7, 15, tzinfo=UTC)


def problems(*windows: dict[str, Any], timeout: str | None = None, **campaign: Any) -> list[Problem]:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0] |= {"timeout": timeout} if timeout else {}
    return campaign_problems(the_campaign(windows=windows, **campaign), Plan.model_validate(plan))


def test_a_step_that_fits_into_no_gap_is_refused_at_the_window() -> None:
    window = WEEKEND | {"environments": ["prod-us"]}

    assert problems({"deny": "Wed 00:00 - Wed 01:00"}, window, timeout="105h") == [(
        ("windows", 1),
        ("deploy.run may take 105h by its `timeout`, and would never start in prod-us: the longest time before a window that "
        "refuses it is 104h. Shorten one of them, or write `overrun: finish`"),
    )]  # fmt: skip


def test_each_environment_and_the_shared_track_are_told_of() -> None:
    assert [said.split(": ")[0].rpartition(" in ")[2] for _, said in problems(WEEKEND, timeout="5d")] == [
        "test", "prod-us", "prod-eu",
    ]  # fmt: skip


def test_a_step_that_fits_into_one_of_the_gaps_is_fine() -> None:
    assert problems(WEEKEND, timeout="104h") == []
    assert problems(WEEKEND | {"overrun": "finish"}, timeout="7d") == []
    assert problems(*NIGHTS, WEEKEND, timeout="12h") == []
    assert len(problems(*NIGHTS, WEEKEND, timeout="721m")) == 3


def test_a_step_without_a_time_out_is_taken_to_last_an_hour() -> None:
    almost_always = {"deny": "Mon 08:30 - Mon 08:00", "overrun": "refuse", "environments": ["test"]}
    found = problems(almost_always)

    assert {place for place, _ in found} == {("windows", 0)}
    assert "infra.pull_request may take an hour, as it has no `timeout`, and would never start in test" in found[0][1]
    assert "is 30m." in found[0][1]


def test_where_no_resource_goes_nothing_has_to_start() -> None:
    window = WEEKEND | {"environments": ["prod-eu"]}

    assert problems(window, timeout="7d", resources=[{"id": "a", "environments": ["test"]}]) == []


def test_windows_that_leave_no_gap_let_nothing_start() -> None:
    always = (Window(deny="Mon 00:00 - Thu 00:00", overrun="refuse"), Window(deny="Thu 00:00 - Mon 00:00"))

    assert longest_before(always, "test", JULY) == timedelta()
    assert len(problems(*({"deny": one.deny, "overrun": one.overrun} for one in always))) > 0


def test_wrong_windows_are_told_of_first() -> None:
    assert [place for place, _ in problems(WEEKEND | {"zone": "Mars/Olympus"}, timeout="7d")] == [("windows", 0)]


@pytest.mark.parametrize(
    ("windows", "longest"),
    [
        ([], None),
        ([{"deny": "Fri 16:00 - Mon 08:00"}], None),
        ([WEEKEND], timedelta(hours=104)),
        ([WEEKEND, {"deny": "Mon 08:00 - Mon 09:00"}], timedelta(hours=103)),
        ([WEEKEND, {"deny": "Wed 08:00 - Wed 09:00"}], timedelta(hours=104)),
        ([WEEKEND, {"deny": "Wed 08:00 - Wed 09:00", "overrun": "refuse"}], timedelta(hours=55)),
        ([WEEKEND | {"environments": ["prod-us"]}], None),
    ],
)
def test_the_longest_gap_is_from_an_end_to_the_next_refusal(
    windows: list[dict[str, Any]], longest: timedelta | None
) -> None:
    assert longest_before([Window.model_validate(one) for one in windows], "test", JULY) == longest
