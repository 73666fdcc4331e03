"""An order that an abort came before: its slot is freed at once where nobody is at it, and else left to whoever is."""

from pathlib import Path

import pytest

from shared import names
from shared.adapters.effects import PowertoolsEffects
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_idempotency import SqlIdempotency
from shared.app.calling_off import called_off
from shared.messages.status_page import track_rows
from shared.ports.effects import Report
from state_schema.migration import Progress
from state_schema.orders import Order
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.fakes.crashes import Crash
from tests.fakes.races import DyingOutbox
from tests.functional.journey import EMAIL, REWRITE, Journey

FENCED = Failed(
    category="blocking",
    reason="The migration was aborted before anybody began this, and now nobody will.",
    code="fenced",
)


def aborted(done: Report | None = None) -> tuple[Journey, Order]:
    """The first order is out when the migration is aborted; `done`: what came of it, of which nobody has heard."""
    journey = Journey().started()
    (order,) = journey.orders()
    if done is not None:
        journey.effects.reports[order.key] = done
    journey.take(journey.act("abort"))
    journey.forget()
    assert list(journey.view().gate.held) == [REWRITE]
    return journey, order


def test_where_nobody_began_it_that_is_reported_and_the_slot_is_free() -> None:
    journey, order = aborted()

    assert journey.work(order) == "fenced"
    (signal,) = journey.sent(names.SIGNALS)
    assert (signal["key"], signal["report"]) == (REWRITE, FENCED.model_dump(mode="json"))
    journey.drain()
    assert (journey.worked, journey.view().gate.held) == ([], {})
    assert journey.kinds()[-1] == "slot_released"


def test_nobody_can_begin_it_after_that() -> None:
    journey, order = aborted()
    journey.work(order)

    assert journey.effects.once(order.key, Succeeded) == FENCED


def test_where_somebody_may_be_at_it_the_slot_is_left_to_the_deadline() -> None:
    journey, order = aborted()
    journey.effects.held.add(order.key)

    assert journey.work(order) == "fenced"
    assert journey.all_sent() == {}
    assert list(journey.view().gate.held) == [REWRITE]
    assert order.key not in journey.effects.reports


def test_what_was_done_and_not_heard_of_is_reported_as_it_was() -> None:
    report = Succeeded(outputs={"address": "pull_request:7/1"})
    journey, order = aborted(report)

    assert journey.work(order) == "fenced"
    assert [signal["report"] for signal in journey.sent(names.SIGNALS)] == [report.model_dump(mode="json")]


def test_a_crash_before_the_report_is_sent_is_healed_when_the_order_comes_again() -> None:
    journey, order = aborted()
    with pytest.raises(Crash):
        journey.work(order, outbox=DyingOutbox(journey.queues, 0))
    assert journey.sent(names.SIGNALS) == []

    journey.work(order)
    journey.drain()
    assert journey.view().gate.held == {}


def test_once_the_slot_is_free_the_same_order_leaves_no_trace() -> None:
    journey, order = aborted()
    journey.work(order)
    journey.drain()
    events, reports = journey.kinds(), dict(journey.effects.reports)
    journey.clock.advance(600)

    assert journey.work(order) == "fenced"
    assert (journey.all_sent(), journey.kinds(), journey.effects.reports) == ({}, events, reports)


def test_an_order_of_an_earlier_part_frees_no_slot_of_a_later_one() -> None:
    journey = Journey().started()
    (first,) = journey.orders()
    state = journey.view().state
    step = state.tracks["shared"].steps["code_migration.rewrite"]
    further = step.model_copy(update={"progress": Progress(done=1, total=2, cursor="1", part=1)})
    track = state.tracks["shared"].model_copy(update={"steps": {"code_migration.rewrite": further}})
    journey.stores.states[EMAIL] = state.model_copy(update={"tracks": {"shared": track}, "status": "aborted"})
    journey.effects.reports[first.key] = Progressed(done=1, total=2, cursor="1")

    assert journey.work(first) == "fenced"
    assert journey.all_sent() == {}
    assert journey.work(first.model_copy(update={"key": f"{first.key}+1"})) == "fenced"
    assert [signal["key"] for signal in journey.sent(names.SIGNALS)] == [f"{first.key}+1"]


def test_work_that_was_handed_over_to_machines_elsewhere_keeps_its_slot_until_they_end() -> None:
    journey = Journey().started()
    journey.skills["rewrite_dags"] = lambda work: Pending(watches=("workflow_run:7/1",))
    (order,) = journey.orders()
    journey.work(order)
    journey.drain(names.SIGNALS)
    journey.take(journey.act("abort"))
    journey.forget()
    journey.clock.advance(600)

    assert journey.work(order) == "fenced"
    assert journey.all_sent() == {}
    assert list(journey.view().gate.held) == [REWRITE]


def test_a_claim_whose_worker_died_at_work_is_left_to_the_deadline_though_its_lease_is_over(tmp_path: Path) -> None:
    journey, order = aborted()
    engine = open_engine(str(tmp_path / "effects.db"))
    effects = PowertoolsEffects(SqlIdempotency(engine), lease=-1.0)

    def dies() -> Report:
        raise SystemExit

    with pytest.raises(SystemExit):
        effects.once(order.key, dies)

    assert called_off(order, journey.view(), effects) is None
    engine.dispose()


def test_whoever_waits_is_told_who_holds_the_slot_and_how_far_the_line_is() -> None:
    journey, _ = aborted()
    assert journey.type("start billing.reports").ok

    told = "waits for its turn (1 of 1 in line; at work: code_migration.rewrite of email.notifications in shared)"
    assert f"code_migration.rewrite of shared {told}" in journey.type("explain billing.reports").text
    (row,) = track_rows(journey.view("airflow-3/billing.reports"))[:1]
    assert row[-1] == told.removeprefix("waits for ")


def test_the_list_says_how_far_the_line_is_whoever_moved_it() -> None:
    journey, _ = aborted()
    assert journey.type("start billing.reports").text.endswith(
        "now code_migration.rewrite of shared waits for its turn (1 of 1 in line; at work: code_migration.rewrite of "
        "email.notifications in shared)."
    )

    told = journey.type("status").text
    assert "shared: code_migration.rewrite waits for its turn (1 of 1 in line)" in told
