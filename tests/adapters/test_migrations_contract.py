"""What every store of migrations promises: one consistent load, one conditional write of everything or nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.adapters.documents import STATE_LIMIT
from shared.domain.view import View
from shared.errors import NotFoundError, PermanentError, StaleStateError
from shared.ports.campaigns import CampaignCommit
from shared.ports.migrations import Loaded, Watch
from state_schema.gate import Gate, Place
from tests.adapters.store_subjects import Stores
from tests.builders import (
    ACTOR,
    NOW,
    A,
    B,
    a_campaign,
    a_commit,
    a_gate,
    a_migration,
    a_plan,
    a_record,
    a_summary,
)

PULL_REQUEST = "pull_request:42/7"
RUN = "workflow_run:42/1001"
WATCH = Watch(PULL_REQUEST, A, "shared", "infra.review")


def test_what_was_created_is_loaded_with_plan_campaign_and_an_empty_gate(stores: Stores) -> None:
    stores.with_campaign()
    commit = a_commit()

    stores.migrations.save(commit)

    view = View(commit.state, a_plan(), a_campaign(), Gate(campaign="airflow-3"))
    assert stores.migrations.load(A) == Loaded(view, commit.records[-1].hash)


def test_what_is_loaded_again_has_the_campaign_as_it_was_applied_last(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit(gate=a_gate(1)))
    stores.migrations.load(A)
    changed = a_campaign(channel="C0OTHER")

    stores.campaigns.save(CampaignCommit(1, changed, ACTOR, NOW))

    assert stores.migrations.load(A).view.campaign == changed


def test_what_is_missing_is_named(stores: Stores) -> None:
    with pytest.raises(NotFoundError, match=r"no migration airflow-3/alpha\. Apply a campaign"):
        stores.migrations.load(A)
    stores.migrations.save(a_commit())
    with pytest.raises(NotFoundError, match=r"(no campaign airflow-3\. Apply its file|no plan airflow-3@1)"):
        stores.migrations.load(A)
    stores.campaigns.save(CampaignCommit(0, a_campaign(), ACTOR, NOW))
    with pytest.raises(NotFoundError, match=r"no plan airflow-3@1\. Publish its file"):
        stores.migrations.load(A)


@pytest.mark.parametrize("name", ["", "airflow-3", "/", "airflow-3/alpha/more", "airflow-3/'; DROP TABLE states; --"])
def test_a_name_that_nobody_has_is_not_found(stores: Stores, name: str) -> None:
    stores.with_campaign().migrations.save(a_commit())

    with pytest.raises(NotFoundError):
        stores.migrations.load(name)


def test_a_migration_keeps_the_plan_that_it_pins_when_the_campaign_moves_on(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit())
    stores.plans.publish(a_plan(2))
    moved = a_campaign(plan="airflow-3@2")
    stores.campaigns.save(CampaignCommit(1, moved, ACTOR, NOW))

    view = stores.migrations.load(A).view

    assert (view.plan, view.campaign) == (a_plan(1), moved)


def test_creating_twice_loses(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit(signal="first"))

    with pytest.raises(StaleStateError, match=A):
        stores.migrations.save(a_commit(signal="second"))

    assert [record.signal for record in stores.history.events(A)] == ["first"]


def test_the_slower_of_two_steps_loses_and_leaves_nothing(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit())
    stores.migrations.save(a_commit(before=1, signal="faster", next_check_at=NOW))
    before = stores.migrations.load(A)

    with pytest.raises(StaleStateError):
        stores.migrations.save(a_commit(before=1, events=2, signal="slower", opened={WATCH}, gate=a_gate(1)))

    assert stores.migrations.load(A) == before
    assert [record.signal for record in stores.history.events(A)] == ["signal-1", "faster"]
    assert stores.watches.watching(PULL_REQUEST) == ()
    assert stores.due_times.next_due() == NOW


def test_a_step_on_a_migration_that_is_not_there_loses(stores: Stores) -> None:
    with pytest.raises(StaleStateError):
        stores.migrations.save(a_commit(before=3))


def test_the_gate_is_written_with_the_step_and_read_with_it(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit())
    gate = a_gate(1, held={f"{A}/test/migrate.items/1": Place(environment="test", wave=1, since=NOW)})

    stores.migrations.save(a_commit(before=1, gate=gate))

    assert stores.migrations.load(A).view.gate == gate


def test_who_saw_an_older_gate_loses_and_leaves_nothing(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit(gate=a_gate(1)))

    for stale in (1, 3):
        with pytest.raises(StaleStateError):
            stores.migrations.save(a_commit(B, gate=a_gate(stale), opened={WATCH}))

    with pytest.raises(NotFoundError):
        stores.migrations.load(B)
    assert (stores.history.events(B), stores.watches.watching(PULL_REQUEST)) == ((), ())
    assert stores.migrations.load(A).view.gate == a_gate(1)
    stores.migrations.save(a_commit(B, gate=a_gate(2)))
    assert stores.migrations.load(A).view.gate == a_gate(2)


def test_history_can_be_read_in_parts_and_one_by_one(stores: Stores) -> None:
    records = tuple(a_record(number) for number in range(1, 31))
    for before in range(0, 30, 6):  # DynamoDB Local is of a time when a transaction took 10 actions
        stores.migrations.save(a_commit(before=before, events=6))

    assert stores.history.events(A) == records
    assert stores.history.events(A, after=9, limit=3) == records[9:12]
    assert stores.history.events(A, after=28) == records[28:]
    assert stores.history.events(A, after=30) == ()
    assert stores.history.events(A, after=10**30, limit=10**30) == ()
    assert stores.history.events(A, limit=0) == ()
    assert stores.history.events(B) == ()
    assert stores.history.event(A, 30) == records[29]


@pytest.mark.parametrize("number", [0, -1, 3, 10**8, 10**30])
def test_an_event_that_is_not_there_is_named(stores: Stores, number: int) -> None:
    stores.migrations.save(a_commit(events=2))

    with pytest.raises(NotFoundError, match=f"{A} has no event {number}"):
        stores.history.event(A, number)


def test_one_address_may_serve_several_steps(stores: Stores) -> None:
    other = Watch(PULL_REQUEST, A, "prod-us", "infra.review")
    elsewhere = Watch(RUN, B, "test", "deploy.run")
    stores.migrations.save(a_commit(opened={WATCH, other}))
    stores.migrations.save(a_commit(B, opened={elsewhere}))

    assert sorted(stores.watches.watching(PULL_REQUEST)) == sorted([WATCH, other])
    assert stores.watches.watching(RUN) == (elsewhere,)
    assert stores.watches.watching("pull_request:42/70") == ()

    stores.migrations.save(a_commit(before=1, closed={WATCH, other, elsewhere}))

    assert (stores.watches.watching(PULL_REQUEST), stores.watches.watching(RUN)) == ((), ())


def test_a_watch_that_is_closed_and_opened_in_one_step_stays_open(stores: Stores) -> None:
    stores.migrations.save(a_commit(opened={WATCH}))

    stores.migrations.save(a_commit(before=1, opened={WATCH}, closed={WATCH}))

    assert stores.watches.watching(PULL_REQUEST) == (WATCH,)


def test_lists_are_by_wave_and_resource(stores: Stores) -> None:
    waves = {"airflow-3/zeta": 2, "airflow-3/b": 10, "airflow-3/a.b": 2, "airflow-3/a-c": 2, "airflow-30/a": 1}
    rows = {name: a_summary(name, wave=wave) for name, wave in waves.items()}
    for name, row in rows.items():
        stores.migrations.save(a_commit(name, summary=row))

    ordered = [rows[f"airflow-3/{resource}"] for resource in ("a-c", "a.b", "zeta", "b")]
    assert list(stores.index.in_campaign("airflow-3")) == ordered
    assert list(stores.index.in_campaign("airflow-3", wave=2)) == ordered[:3]
    assert list(stores.index.in_campaign("airflow-3", wave=1)) == []
    assert list(stores.index.in_campaign("airflow-3", wave=10**30)) == []
    assert list(stores.index.in_campaign("nobody")) == []


def test_a_list_shows_the_last_summary_only(stores: Stores) -> None:
    stores.migrations.save(a_commit())
    later = a_summary(version=2, status="completed", wave=2)

    stores.migrations.save(a_commit(before=1, summary=later))

    assert list(stores.index.in_campaign("airflow-3")) == [later]


def test_a_list_may_be_longer_than_a_page(stores: Stores) -> None:
    names = [f"airflow-3/r{number:03d}" for number in range(300)]
    for name in names:
        stores.migrations.save(a_commit(name, summary=a_summary(name, next_action="x" * 5000)))

    assert [row.migration for row in stores.index.in_campaign("airflow-3")] == names


def test_what_is_due_comes_oldest_first_whatever_its_zone(stores: Stores) -> None:
    ist = timezone(timedelta(hours=5, minutes=30))
    times = {
        "airflow-3/r1": NOW + timedelta(microseconds=1),
        "airflow-3/r2": (NOW - timedelta(hours=1)).astimezone(ist),
        "airflow-3/r3": NOW,
        "airflow-3/r4": datetime(999, 1, 1, tzinfo=UTC),
        "airflow-3/r5": None,
    }
    for name, at in times.items():
        stores.migrations.save(a_commit(name, next_check_at=at))

    due = [("airflow-3/r4", times["airflow-3/r4"]), ("airflow-3/r2", NOW - timedelta(hours=1)), ("airflow-3/r3", NOW)]
    assert list(stores.due_times.due(NOW, 10)) == due
    assert list(stores.due_times.due(NOW, 2)) == due[:2]
    assert list(stores.due_times.due(NOW, 0)) == []
    assert stores.due_times.next_due() == times["airflow-3/r4"]


def test_what_is_finished_is_never_due_again(stores: Stores) -> None:
    stores.migrations.save(a_commit(next_check_at=NOW))
    stores.migrations.save(a_commit(before=1, next_check_at=None))

    assert list(stores.due_times.due(NOW + timedelta(days=9999), 10)) == []
    assert stores.due_times.next_due() is None
    assert not stores.due_times.claim(A, NOW, NOW + timedelta(minutes=2))


def test_one_claim_wins(stores: Stores) -> None:
    until = NOW + timedelta(minutes=2, microseconds=7)
    stores.with_campaign().migrations.save(a_commit(next_check_at=NOW))

    assert [stores.due_times.claim(A, NOW, until) for _ in range(2)] == [True, False]
    assert list(stores.due_times.due(NOW, 10)) == []
    assert list(stores.due_times.due(until, 10)) == [(A, until)]
    assert stores.due_times.claim(A, until, NOW)
    assert stores.migrations.load(A).view.state.version == 1


def test_a_claim_on_nothing_creates_nothing(stores: Stores) -> None:
    assert not stores.due_times.claim(A, NOW, NOW)
    assert stores.due_times.next_due() is None
    with pytest.raises(NotFoundError):
        stores.migrations.load(A)


def test_a_claim_does_not_stop_the_step_that_is_under_way(stores: Stores) -> None:
    stores.migrations.save(a_commit(next_check_at=NOW))
    assert stores.due_times.claim(A, NOW, NOW + timedelta(minutes=2))
    later = NOW + timedelta(hours=1)

    stores.migrations.save(a_commit(before=1, next_check_at=later))

    assert stores.due_times.next_due() == later


def test_a_time_without_a_zone_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        stores.migrations.save(a_commit(next_check_at=NOW.replace(tzinfo=None)))
    with pytest.raises(NotFoundError):
        stores.migrations.load(A)


def test_a_state_that_has_grown_too_large_is_refused_with_its_size(stores: Stores) -> None:
    huge = a_migration(acts=("é" * STATE_LIMIT,))

    with pytest.raises(
        PermanentError, match=r"state of airflow-3/alpha has grown to 33\d\d\d bytes, allowed are 16384"
    ):
        stores.migrations.save(a_commit(state=huge))

    assert stores.history.events(A) == ()


@pytest.mark.parametrize("numbers", [(), (2,), (1, 1), (1, 3), (2, 1), (1, 2, 3)])
def test_records_that_do_not_lead_to_the_version_are_a_mistake(stores: Stores, numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not lead from version 0 to 2"):
        stores.migrations.save(
            a_commit(state=a_migration(version=2), records=tuple(a_record(number) for number in numbers))
        )
    assert stores.history.events(A) == ()


def test_any_text_comes_back_as_it_was(stores: Stores) -> None:
    strange = "Straße ✓ \u0000\u2028 \U0001f600 'quote' \"double\" \\ %s ? :name <!channel>"
    summary = a_summary(next_action=strange)
    state = a_migration(acts=(strange, ""))
    stores.with_campaign().migrations.save(a_commit(state=state, summary=summary, signal=strange))

    assert stores.migrations.load(A).view.state == state
    assert list(stores.index.in_campaign("airflow-3")) == [summary]
    assert stores.history.event(A, 1).signal == strange
