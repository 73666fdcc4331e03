"""A deployment over a running campaign, forward and back: what one release stored is read, or refused loudly, by another."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from shared.errors import PermanentError
from state_schema import upcast
from state_schema.model import SCHEMA_VERSION
from state_schema.signals import Act
from tests.functional.hearing import heard
from tests.functional.journey import BILLING, EMAIL
from tests.stored.world import FOLDER, NEXT_DAY, STORES, Store, World, a_world, findings, load
from tests.stories import OPERATOR

__all__ = ["heard"]
KEPT: Final = [(store, int(folder.name[1:])) for store in STORES for folder in sorted(FOLDER.glob("v[0-9]*"))]
NOW_READ, LATER = '"schema_version":1', '"schema_version":2'


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.param
    return found


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Iterator[World]:
    """What the release before left, under this one."""
    with a_world(store, tmp_path, NEXT_DAY) as found:
        found.put(load(store, 1))
        yield found


def rewritten(world: World, before: str, after: str, *, only: str = "") -> None:
    """Every document of `only` (a migration, all where it is empty) reads otherwise now, as another release writes it."""
    content = json.loads(json.dumps(world.get()))
    changed = 0
    items = content if isinstance(content, list) else [row for rows in content.values() for row in rows]
    for item in items:
        if only and only not in {item.get("migration"), str(item.get("pk", {})).partition("M#")[2].rstrip("'}")}:
            continue
        body = item.get("body")
        text = body["S"] if isinstance(body, dict) else body
        if isinstance(text, str) and before in text:
            new = text.replace(before, after)
            item["body"] = {"S": new} if isinstance(body, dict) else new
            changed += 1
    assert changed > 0
    world.replace(content)


# Forward.


@pytest.mark.parametrize(("store", "version"), KEPT)
def test_a_migration_started_before_a_deployment_is_finished_after_it(
    store: Store, version: int, tmp_path: Path
) -> None:
    with a_world(store, tmp_path, NEXT_DAY) as world:
        world.put(load(store, version))
        assert world.state().status == "awaiting_human"

        world.finish()

        assert world.state().status == "completed"
        assert findings(world) == []


@pytest.mark.parametrize(("store", "version"), KEPT)
def test_every_kind_of_item_of_an_earlier_release_is_read(store: Store, version: int, tmp_path: Path) -> None:
    with a_world(store, tmp_path, NEXT_DAY) as world:
        world.put(load(store, version))
        engine = world.engine

        loaded = engine.migrations.load(EMAIL)
        assert (loaded.view.campaign.id, loaded.view.plan.ref, loaded.view.gate.campaign) == (
            "airflow-3",
            "airflow-3@1",
            "airflow-3",
        )
        assert loaded.view.state.schema_version == SCHEMA_VERSION
        assert len(engine.history.events(EMAIL)) == loaded.view.state.version
        assert [one.verb for one in engine.controls.records("airflow-3")] == ["pause", "resume"]
        assert len(engine.campaigns.history("airflow-3").records) == 1
        assert [one.id for one in engine.parked.in_campaign("airflow-3")] == ["a" * 16]
        assert [row.migration for row in engine.index.in_campaign("airflow-3")] == [EMAIL, BILLING]
        assert findings(world) == []


def test_what_this_release_writes_is_kept_for_the_next_one() -> None:
    """Raise SCHEMA_VERSION, and `python -m tests.stored.write` keeps what the new one writes."""
    assert {version for _, version in KEPT} == set(range(1, SCHEMA_VERSION + 1))


def test_the_next_release_brings_up_what_may_change_leaves_facts_as_they_are_and_finishes_what_this_one_began() -> None:
    told = json.loads(
        subprocess.run(
            [sys.executable, "-m", "tests.stored.next_release"],
            cwd=FOLDER.parent.parent,
            check=True,
            capture_output=True,
        ).stdout
    )

    assert told.pop("brought_up") == ["campaign", "gate", "migration", "parked"]
    assert set(told) == set(STORES)
    for found in told.values():
        assert found == {
            "at_first": [],
            "status": "completed",
            "state": SCHEMA_VERSION + 1,
            "events": [SCHEMA_VERSION, SCHEMA_VERSION + 1],
            "findings": [],
        }


def test_a_version_without_a_way_up_is_told_as_unreadable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcast, "SCHEMA_VERSION", SCHEMA_VERSION + 1)

    with pytest.raises(PermanentError, match="cannot be read") as refused:
        world.state()

    assert refused.value.code == "unreadable"


# And back.


def test_a_release_that_was_rolled_back_refuses_loudly_what_is_too_new_and_carries_on_with_the_rest(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = world.get()
    rewritten(world, NOW_READ, LATER, only=EMAIL)
    too_new = world.get()
    capsys.readouterr()

    world.act("abort", BILLING)
    world.act("abort")

    assert world.state(BILLING).status == "aborted"
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (line,) = [line for line in told if line.get("message") == "message failed"]
    assert (line["alert"], line["correlation"]) == ("unreadable", f"abort:{EMAIL}")
    assert "deploy the release that wrote it" in line["reason"]
    assert before != too_new
    assert [one for one in documents(world) if EMAIL in one] == [one for one in documents_of(too_new) if EMAIL in one]


def test_nothing_is_lost_by_a_roll_back(world: World) -> None:
    """A person's act waits in parking, and what machines would say is seen again, once the newer release is back."""
    rewritten(world, NOW_READ, LATER, only=EMAIL)
    world.act("abort")
    world.dead_letters()
    (kept,) = [item for item in world.engine.parked.in_campaign("airflow-3") if item.id != "a" * 16]
    assert isinstance(kept.act, Act)
    assert (kept.act.verb, kept.act.actor) == ("abort", OPERATOR)
    world.swept()

    rewritten(world, LATER, NOW_READ, only=EMAIL)
    world.finish()

    assert world.state().status == "completed"
    assert findings(world) == []


def test_the_sweep_goes_on_while_one_migration_cannot_be_read(world: World) -> None:
    rewritten(world, NOW_READ, LATER, only=EMAIL)

    world.swept()
    world.swept()

    assert world.state(BILLING).status == "failed"
    due_again = world.engine.due_times.next_due()
    assert due_again is not None
    assert due_again > world.clock()


def documents(world: World) -> list[str]:
    return documents_of(world.get())


def documents_of(content: Any) -> list[str]:
    """Every document that is stored for a migration, with the key that it lies under."""
    if isinstance(content, list):
        return [f"{one['pk']['S']} {one['sk']['S']} {one['body']['S']}" for one in content if "body" in one]
    return [f"{one['migration']} {one['body']}" for table in ("states", "events") for one in content[table]]
