"""`migrate_items`: nothing done is lost, and nothing is done twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.skills.migrate_items.skill import migrate_items
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.effects import Report
from state_schema.signals import Failed, Progressed, Succeeded
from state_schema.skills import MigrateItemsInputs
from tests.fakes.crashes import Crash
from tests.fakes.deployment import FakeDeployment
from tests.fakes.work import NOW, a_work

DAGS = tuple(f"dag_{number:02}" for number in range(1, 11))
REFUSED = PermanentError("Import error in dag_05.", "airflow_refused")


def run(
    deployment: FakeDeployment,
    items: tuple[str, ...] = DAGS,
    *,
    batch: int = 10,
    done: int = 0,
    cursor: str = "",
    attempt: int = 1,
    part: int = 0,
) -> Report:
    work = a_work(
        "migrate_items",
        MigrateItemsInputs(batch=batch),
        step="migrate.items",
        items=items,
        done=done,
        cursor=cursor,
        attempt=attempt,
        part=part,
    )
    return migrate_items(work, deployment=deployment, url_template="https://{resource.id}.example.com")


def reports(deployment: FakeDeployment, batch: int, items: tuple[str, ...] = DAGS) -> Iterator[Report]:
    """Order after order, as the core sends them, until the skill no longer reports progress."""
    done, cursor, part = 0, "", 0
    while True:
        report = run(deployment, items, batch=batch, done=done, cursor=cursor, part=part)
        yield report
        if not isinstance(report, Progressed):
            return
        done, cursor, part = report.done, report.cursor, part + 1


def test_all_items_that_fit_into_one_batch_are_migrated_at_once() -> None:
    deployment = FakeDeployment(*DAGS)
    assert run(deployment) == Succeeded(outputs={"items_completed": 10, "items_total": 10})
    assert deployment.migrated == list(DAGS)
    assert deployment.urls == {"https://email.notifications.example.com"}


def test_more_items_go_on_batch_by_batch_where_the_last_one_ended() -> None:
    deployment = FakeDeployment(*DAGS)
    assert list(reports(deployment, batch=4)) == [
        Progressed(done=4, total=10, cursor="4"),
        Progressed(done=8, total=10, cursor="8"),
        Succeeded(outputs={"items_completed": 10, "items_total": 10}),
    ]
    assert deployment.acts == [f"migrate {item}" for item in DAGS]


def test_only_chosen_items_are_migrated() -> None:
    deployment = FakeDeployment(*DAGS)
    assert run(deployment, ("dag_07", "dag_02")) == Succeeded(outputs={"items_completed": 2, "items_total": 2})
    assert deployment.acts == ["migrate dag_07", "migrate dag_02"]


def test_an_empty_choice_is_done_at_once_without_any_address() -> None:
    work = a_work("migrate_items", MigrateItemsInputs(), step="migrate.items")
    report = migrate_items(work, deployment=FakeDeployment(), url_template="")
    assert report == Succeeded(outputs={"items_completed": 0, "items_total": 0})


def test_item_five_of_ten_fails_after_four_are_told_and_retry_does_none_of_them_again() -> None:
    deployment = FakeDeployment(*DAGS)
    deployment.failing["dag_05"] = REFUSED
    assert list(reports(deployment, batch=10)) == [
        Progressed(done=4, total=10, cursor="4"),
        Failed(
            category="blocking",
            reason="item 5 of 10, `dag_05`: Import error in dag_05.; 4 of 10 done",
            code="migration_partial",
        ),
    ]
    assert deployment.migrated == list(DAGS[:4])
    deployment.failing.clear()
    deployment.reads.clear()
    assert run(deployment, done=4, cursor="4", attempt=2) == Succeeded(
        outputs={"items_completed": 10, "items_total": 10}
    )
    assert deployment.acts == [f"migrate {item}" for item in DAGS]
    assert deployment.reads == [f"is_migrated {item}" for item in DAGS[4:]]


def test_a_deployment_that_cannot_be_reached_is_a_failure_for_now_with_its_own_delay() -> None:
    deployment = FakeDeployment(*DAGS)
    deployment.failing["dag_01"] = RetryableError("No route to the deployment.", 90)
    assert run(deployment) == Failed(
        category="transient",
        reason="item 1 of 10, `dag_01`: No route to the deployment.; 0 of 10 done",
        code="migration_partial",
        retry_at=NOW + timedelta(seconds=90),
    )


def test_an_item_that_is_gone_blocks() -> None:
    deployment = FakeDeployment(*DAGS)
    deployment.failing["dag_01"] = NotFoundError("There is no DAG dag_01.")
    report = run(deployment)
    assert isinstance(report, Failed)
    assert (report.category, report.reason) == (
        "blocking",
        "item 1 of 10, `dag_01`: There is no DAG dag_01.; 0 of 10 done",
    )


def test_long_words_of_the_deployment_do_not_push_out_the_count() -> None:
    deployment = FakeDeployment("x" * 200)
    deployment.failing["x" * 200] = PermanentError("y" * 5000)
    report = run(deployment, ("x" * 200,))
    assert isinstance(report, Failed)
    assert report.reason.endswith("yyy; 0 of 1 done")


@pytest.mark.parametrize("item", DAGS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_at_any_item_the_same_order_ends_with_each_done_once(moment: str, item: str) -> None:
    deployment = FakeDeployment(*DAGS)
    deployment.die("before" if moment == "before" else "after", item)
    with pytest.raises(Crash):
        run(deployment)
    assert run(deployment) == Succeeded(outputs={"items_completed": 10, "items_total": 10})
    assert deployment.acts == [f"migrate {one}" for one in DAGS]


def test_twice_is_once() -> None:
    deployment = FakeDeployment(*DAGS)
    assert run(deployment) == run(deployment)
    assert len(deployment.acts) == 10


def test_an_order_at_the_end_has_nothing_left_to_do() -> None:
    deployment = FakeDeployment(*DAGS)
    assert run(deployment, done=10, cursor="10") == Succeeded(outputs={"items_completed": 10, "items_total": 10})
    assert deployment.acts == []


@pytest.mark.parametrize("cursor", ["11", "-1", "dag_05", "4.0", " 4", "٣", "²", "9" * 200, "0x4", "1_0"])
def test_a_cursor_that_is_no_place_in_the_choice_blocks_and_touches_nothing(cursor: str) -> None:
    deployment = FakeDeployment(*DAGS)
    report = run(deployment, cursor=cursor)
    assert isinstance(report, Failed)
    assert (report.category, report.code) == ("blocking", "cursor_invalid")
    assert (deployment.acts, deployment.reads) == ([], [])
