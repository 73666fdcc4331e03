"""What denies a start for a time: windows and their overrun rule, freezes, and the exceptions that two people make."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.freezing import UNTIMED, frozen_until, start_frozen_until
from shared.domain.gate import could_start
from shared.domain.holding import breaker_is_open
from shared.domain.orders import orders_for
from state_schema.campaign import Campaign
from state_schema.gate import Freeze, FreezeException, Gate
from tests.stories import APPROVER, MONDAY, OPERATOR, Story, document, the_campaign, the_plan

NOON = MONDAY.replace(hour=12)
HOUR = timedelta(hours=1)
PLACE = "email.notifications/prod-us"


def window(deny: str, **given: Any) -> dict[str, Any]:
    return {"deny": deny, "zone": "UTC", "environments": ["prod-us"]} | given


def a_freeze(until: datetime, **given: Any) -> Freeze:
    return Freeze.model_validate({"actor": OPERATOR, "at": MONDAY, "until": until} | given)


def an_exception(until: datetime, approved_by: str | None = APPROVER) -> FreezeException:
    return FreezeException(actor=OPERATOR, at=MONDAY, until=until, approved_by=approved_by)


def frozen(
    freezes: dict[str, Freeze] | None = None,
    exceptions: dict[str, FreezeException] | None = None,
    windows: tuple[dict[str, Any], ...] = (),
) -> Story:
    """The e-mail cluster just before anything starts in prod-us."""
    story = Story(campaign=the_campaign(windows=windows)).until("prod-us", "infra.pull_request")
    gate = story.view.gate.model_copy(update={"freezes": freezes or {}, "exceptions": exceptions or {}})
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, gate)
    return story


@pytest.mark.parametrize("scope", ["all", "campaign", "wave:1", "environment:prod-us", "migration:email.notifications"])
def test_a_freeze_denies_every_place_that_its_scope_covers_until_its_end(scope: str) -> None:
    view = frozen({scope: a_freeze(NOON)}).view

    assert frozen_until(view, "prod-us", NOON - timedelta(seconds=1)) == NOON
    assert frozen_until(view, "prod-us", NOON) is None


@pytest.mark.parametrize("scope", ["wave:2", "environment:prod-eu", "migration:billing.reports"])
def test_a_freeze_elsewhere_denies_nothing_here(scope: str) -> None:
    assert frozen_until(frozen({scope: a_freeze(NOON)}).view, "prod-us", MONDAY) is None


def test_the_shared_track_is_frozen_with_the_campaign_and_with_no_environment() -> None:
    assert frozen_until(frozen({"campaign": a_freeze(NOON)}).view, "shared", MONDAY) == NOON
    assert frozen_until(frozen({"environment:prod-us": a_freeze(NOON)}).view, "shared", MONDAY) is None


def test_of_several_freezes_the_last_end_counts() -> None:
    view = frozen({"campaign": a_freeze(NOON), "wave:1": a_freeze(NOON + HOUR)}).view

    assert frozen_until(view, "prod-us", MONDAY) == NOON + HOUR


def test_a_window_that_begins_before_the_freeze_ends_follows_on_it() -> None:
    view = frozen({"campaign": a_freeze(NOON)}, windows=(window("Mon 11:00 - Mon 18:00"),)).view

    assert frozen_until(view, "prod-us", MONDAY) == NOON.replace(hour=18)
    assert frozen_until(view, "test", MONDAY) == NOON


def test_a_step_queues_for_the_end_of_the_freeze_and_starts_then() -> None:
    story = frozen({"environment:prod-us": a_freeze(MONDAY + 5 * HOUR)}).answer("prod-us", "approve", APPROVER)

    assert story.kinds() == ["checkpoint_decided", "step_queued"]
    assert (story.events[-1].why, story.events[-1].until) == ("window", MONDAY + 5 * HOUR)
    assert could_start(story.view.gate, story.view.campaign) == []
    story.now = MONDAY + 5 * HOUR
    assert story.tick().order.track == "prod-us"


def test_a_step_that_queues_for_a_slot_queues_for_the_freeze_when_it_is_looked_at_and_leaves_the_line() -> None:
    story = frozen()
    busy = {f"airflow-3/other/test/deploy.run/{n}": {"environment": "test", "wave": 1, "since": MONDAY} for n in (1, 2)}
    gate = Gate.model_validate({**story.view.gate.model_dump(), "held": busy})
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, gate)
    story.answer("prod-us", "approve", APPROVER)
    assert len(story.view.gate.queue) == 1

    gate = story.view.gate.model_copy(update={"freezes": {"all": a_freeze(MONDAY + timedelta(days=1))}})
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, gate)
    assert story.tick().kinds() == ["step_queued"]
    assert story.view.gate.queue == {}


@pytest.mark.parametrize(
    ("exception", "until"),
    [
        (an_exception(NOON), None),
        (an_exception(NOON, approved_by=None), NOON + HOUR),
        (an_exception(MONDAY), NOON + HOUR),
    ],
    ids=["approved", "only asked for", "over"],
)
def test_only_an_approved_exception_that_is_not_over_lifts_a_freeze(
    exception: FreezeException, until: datetime | None
) -> None:
    freezes, at = {"environment:prod-us": a_freeze(NOON + HOUR)}, MONDAY + timedelta(minutes=1)
    view = frozen(freezes, {PLACE: exception}).view

    assert frozen_until(view, "prod-us", at) == until
    assert frozen_until(view, "prod-us", NOON) == NOON + HOUR


def test_an_exception_is_for_one_place_only() -> None:
    exceptions = {PLACE: an_exception(NOON), "billing.reports/test": an_exception(NOON)}
    view = frozen({"campaign": a_freeze(NOON)}, exceptions).view

    assert [frozen_until(view, track, MONDAY) for track in ("prod-us", "prod-eu", "test", "shared")] == [
        None,
        NOON,
        NOON,
        NOON,
    ]


def test_an_exception_lifts_windows_and_no_pause() -> None:
    story = frozen(exceptions={PLACE: an_exception(NOON)}, windows=(window("Mon 00:00 - Mon 12:00"),))
    assert frozen_until(story.view, "prod-us", story.now) is None

    paused = story.view.gate.model_copy(update={"pauses": {"all": {"actor": OPERATOR, "at": MONDAY}}})
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, paused)
    story.answer("prod-us", "approve", APPROVER)
    assert story.kinds() == ["checkpoint_decided", "step_queued"]
    assert story.events[-1].why == "slot"


def overrun(lasts: str | None, deny: str, **given: Any) -> datetime | None:
    """When the first step of prod-us may start on Monday at nine, given how long it may last."""
    plan = document("airflow-3.plan.yaml")
    if lasts:
        infra = next(phase for phase in plan["phases"] if phase["name"] == "infra")
        infra["steps"][0]["timeout"] = lasts
    campaign = the_campaign(windows=[window(deny, **given)])
    story = Story(the_plan(phases=plan["phases"]), campaign)
    stop = story.view.plan.stop("prod-us", "infra.pull_request")
    assert stop is not None
    return start_frozen_until(story.view, "prod-us", stop, MONDAY)


@pytest.mark.parametrize(
    ("lasts", "deny", "until"),
    [
        ("2h", "Mon 10:59 - Mon 18:00", MONDAY.replace(hour=18)),
        ("2h", "Mon 11:00 - Mon 18:00", None),
        ("119m", "Mon 11:00 - Mon 18:00", None),
        (None, "Mon 09:59 - Mon 18:00", MONDAY.replace(hour=18)),
        (None, "Mon 10:00 - Mon 18:00", None),
        ("30d", "Mon 08:00 - Mon 09:00", MONDAY + timedelta(days=7)),
        ("3d", "Tue 22:00 - Wed 04:00", (MONDAY + timedelta(days=2)).replace(hour=4)),
    ],
)
def test_a_step_that_would_run_into_a_window_is_refused_until_its_end(
    lasts: str | None, deny: str, until: datetime | None
) -> None:
    assert overrun(lasts, deny, overrun="refuse") == until
    assert overrun(lasts, deny, overrun="finish") is None
    assert overrun(lasts, deny, overrun="refuse", environments=["prod-eu"]) is None


def test_a_time_out_of_a_question_is_for_people_and_not_for_what_lists_the_choices() -> None:
    phases = the_plan().model_dump(mode="json", by_alias=True, exclude_unset=True)["phases"]
    phases[3]["steps"][0]["timeout"] = "7d"
    windows = [window("Mon 14:00 - Mon 18:00", overrun="refuse", environments=["test"])]
    story = Story(the_plan(phases=phases), the_campaign(windows=windows)).until("test", "migrate.choose")

    stop = story.view.plan.stop("test", "migrate.choose")
    assert stop is not None
    assert start_frozen_until(story.view, "test", stop, MONDAY) is None
    assert story.view.state.tracks["test"].steps["migrate.choose"].deadline is None


def test_the_windows_that_follow_on_the_one_it_would_run_into_count_too() -> None:
    windows = (window("Mon 09:30 - Mon 12:00", overrun="refuse"), window("Mon 12:00 - Mon 14:00"))
    story = Story(campaign=the_campaign(windows=windows))
    stop = story.view.plan.stop("prod-us", "infra.pull_request")

    assert stop is not None
    assert start_frozen_until(story.view, "prod-us", stop, MONDAY) == MONDAY.replace(hour=14)


def test_the_overrun_rule_concerns_starts_and_not_what_has_started() -> None:
    story = frozen(windows=(window("Mon 09:30 - Mon 18:00", overrun="refuse"),))

    assert frozen_until(story.view, "prod-us", MONDAY) is None
    assert UNTIMED == HOUR


def test_work_that_started_before_the_window_goes_on_and_ends_in_it() -> None:
    story = Story(campaign=the_campaign(windows=[window("Mon 18:00 - Mon 20:00", overrun="refuse")]))
    story.until("prod-us", "infra.pull_request").answer("prod-us", "approve", APPROVER)
    assert [order.track for order in orders_for(story.view)] == ["prod-us"]

    story.now = MONDAY.replace(hour=19)
    assert [order.track for order in orders_for(story.tick().view)] == ["prod-us"]


def test_a_campaign_without_windows_and_freezes_denies_nothing_at_any_time() -> None:
    view = frozen().view

    assert frozen_until(view, "prod-us", datetime(2026, 11, 21, 3, tzinfo=UTC)) is None


@pytest.mark.parametrize(("failures", "size", "limit"), [("5%", 66, 4), ("0.1%", 10, 1), ("50%", 5, 3), (2, 66, 2)])
def test_the_breaker_takes_any_percentage_of_the_grammar(failures: int | str, size: int, limit: int) -> None:
    resources = [{"id": f"r{number}"} for number in range(size)]
    campaign = the_campaign(resources=resources, breaker={"failures": failures})
    failed = tuple(f"r{number}" for number in range(size))

    assert tripped_at(campaign, failed) == limit


def tripped_at(campaign: Campaign, failed: tuple[str, ...]) -> int:
    counts = range(len(failed) + 1)
    return next(
        count for count in counts if breaker_is_open(Gate(campaign="a", failures={1: failed[:count]}), campaign, 1)
    )


@pytest.mark.parametrize("failures", ["0%", "0.0%", "101%", "-5%", 0, "five %"])
def test_a_breaker_that_trips_by_itself_or_is_no_number_is_refused(failures: int | str) -> None:
    with pytest.raises(ValueError, match="failures"):
        the_campaign(breaker={"failures": failures})
