"""An order that was on its way when a pause or a window began: it is not done now, and not lost either."""

from datetime import timedelta

import pytest

from shared import names
from state_schema.orders import Order
from state_schema.signals import SIGNALS
from tests.functional.journey import EMAIL, REWRITE, Journey
from tests.functional.test_begun_again import RUN, a_campaign, a_journey, a_plan, let_time_pass
from tests.stories import the_campaign


@pytest.mark.parametrize("scope", ["campaign", "wave 1", "migration email.notifications"])
def test_an_order_that_a_pause_overtook_is_not_done_until_somebody_resumes(scope: str) -> None:
    journey = Journey().started()
    (order,) = journey.orders()
    assert journey.type(f"pause {scope}").ok

    assert journey.work(order) == "held_back"
    assert journey.worked == []
    assert journey.sent(names.SIGNALS) == []

    assert journey.type(f"resume {scope}").ok
    assert journey.work(order) == "done"
    assert journey.worked == [REWRITE]


def test_an_order_that_a_pause_elsewhere_overtook_is_done() -> None:
    journey = Journey().started()
    (order,) = journey.orders()
    assert journey.type("pause environment prod-us").ok

    assert journey.work(order) == "done"


def test_an_order_that_a_window_overtook_is_done_when_the_sweep_sends_it_after_the_window() -> None:
    freeze = {"deny": "Mon 12:00 - Mon 18:00", "zone": "UTC"}
    journey = Journey(the_campaign(windows=[freeze])).started()
    (order,) = journey.orders()
    journey.clock.now = journey.clock().replace(hour=13)

    assert journey.work(order) == "held_back"
    assert journey.worked == []

    journey.clock.advance(timedelta(hours=6).total_seconds())
    journey.forget()
    journey.sweep()
    journey.drain(names.SIGNALS)
    (sent,) = journey.sent(names.skill_queue("rewrite_dags"))
    assert Order.model_validate(sent) == order
    assert (order.migration, journey.work(order)) == (EMAIL, "done")


@pytest.mark.parametrize("verb", ["pause", "freeze"])
def test_time_that_runs_out_while_we_hold_an_order_back_is_no_failure(verb: str) -> None:
    journey = a_journey(RUN | {"timeout": "30m"}, breaker={"failures": 1})
    journey.type("pause campaign lunch" if verb == "pause" else "freeze campaign for 3h")
    journey.drain()
    let_time_pass(journey, 60)

    assert (journey.where(), journey.worked) == ({"test": "work.run queued"}, [])
    assert (journey.view().gate.failures, journey.view().gate.held) == ({}, {})

    journey.type("resume campaign")
    journey.drain()
    let_time_pass(journey, 2)
    assert journey.where() == {"test": "work.run waiting"}
    assert journey.worked == ["airflow-3/email.notifications/test/work.run/2"]


def test_a_report_that_comes_late_starts_nothing_in_a_window_that_began_meanwhile() -> None:
    look = {"id": "look", "skill": "verify"}
    journey = Journey(
        plan=a_plan(look, RUN), campaign=a_campaign(windows=[{"deny": "Mon 09:30 - Mon 18:00", "zone": "UTC"}])
    )
    journey.take(journey.act("start"))
    (order,) = journey.orders()
    journey.work(order)
    (report,) = journey.sent(names.SIGNALS)
    journey.clock.advance(3600)
    journey.take(journey.act("nonsense"))

    journey.take(SIGNALS.validate_python(report))

    assert journey.where() == {"test": "work.run queued"}
    times = [one.at for one in journey.engine.history.events(EMAIL)]
    assert times == sorted(times)
