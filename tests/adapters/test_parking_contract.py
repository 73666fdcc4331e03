"""What every store of parked items promises."""

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import NotFoundError
from state_schema.parked import LARGEST_RAW, Parked
from state_schema.signals import Act, Command
from tests.adapters.store_subjects import Stores
from tests.builders import ACTOR, NOW, A

FIRST, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16


def an_act(**changes: Any) -> Act:
    fields = {"id": "slack:1", "at": NOW, "migration": A, "actor": ACTOR, "verb": "approve", "note": "fein ✓ \x00"}
    return Act.model_validate(fields | changes)


def an_item(item: str = FIRST, minutes: float = 0, campaign: str | None = "airflow-3", **changes: Any) -> Parked:
    fields = {"id": item, "at": NOW + timedelta(minutes=minutes), "campaign": campaign, "queue": "signals-dead"}
    return Parked.model_validate({**fields, "act": an_act(), "size": 300} | changes)


def test_what_was_parked_is_found_as_it_was(stores: Stores) -> None:
    item = an_item()

    assert stores.parked.add(item) is True

    assert stores.parked.in_campaign("airflow-3") == (item,)
    assert stores.parked.load("airflow-3", FIRST) == item


def test_parking_twice_is_once(stores: Stores) -> None:
    assert [stores.parked.add(an_item()) for _ in range(3)] == [True, False, False]

    assert stores.parked.in_campaign("airflow-3") == (an_item(),)


def test_those_who_acted_first_come_first(stores: Stores) -> None:
    late, early, same = an_item(FIRST, 0.0001), an_item(THIRD, -5), an_item(SECOND, -5)
    for item in (late, early, same):
        stores.parked.add(item)

    assert stores.parked.in_campaign("airflow-3") == (same, early, late)


@pytest.mark.parametrize("other", [None, "airflow", "airflow-30", "-", "airflow-3.1"])
def test_campaigns_do_not_mix(stores: Stores, other: str | None) -> None:
    stores.parked.add(an_item())
    stores.parked.add(an_item(SECOND, campaign=other))

    assert stores.parked.in_campaign("airflow-3") == (an_item(),)
    assert stores.parked.in_campaign(other) == (an_item(SECOND, campaign=other),)


def test_what_is_of_no_campaign_is_not_that_of_a_campaign_named_like_a_dash(stores: Stores) -> None:
    stores.parked.add(an_item(FIRST, campaign=None))
    stores.parked.add(an_item(SECOND, campaign="-"))

    assert stores.parked.in_campaign(None) == (an_item(FIRST, campaign=None),)
    assert stores.parked.in_campaign("-") == (an_item(SECOND, campaign="-"),)


def test_what_is_removed_is_gone_and_removing_it_again_is_fine(stores: Stores) -> None:
    stores.parked.add(an_item())
    stores.parked.add(an_item(SECOND))

    stores.parked.remove(an_item())
    stores.parked.remove(an_item())

    assert stores.parked.in_campaign("airflow-3") == (an_item(SECOND),)
    assert stores.parked.add(an_item()) is True


@pytest.mark.parametrize(("campaign", "item"), [("airflow-3", SECOND), (None, FIRST), ("airflow-3", "")])
def test_what_is_not_parked_is_named(stores: Stores, campaign: str | None, item: str) -> None:
    stores.parked.add(an_item())

    with pytest.raises(NotFoundError) as missing:
        stores.parked.load(campaign, item)

    assert str(missing.value) == f"Nothing is parked under {item!r}, or not any more. `migrate parked` lists what is."


def test_the_largest_choices_and_the_largest_raw_body_fit(stores: Stores) -> None:
    choices = tuple(f"dag-{number:05d}-" + "x" * 30 for number in range(3900))
    act = an_item(act=an_act(verb="decide", choices=choices), size=200_000)
    raw = an_item(SECOND, act=None, raw="\x01{" + "ü" * (LARGEST_RAW // 2 - 1), size=999_999)

    assert [stores.parked.add(act), stores.parked.add(raw)] == [True, True]

    assert stores.parked.in_campaign("airflow-3") == (act, raw)


def test_a_command_is_parked_too(stores: Stores) -> None:
    command = Command(id="slack:2", at=NOW, actor=ACTOR, text="start alpha", channel="C0MIGRATE")
    item = an_item(campaign=None, act=command)

    stores.parked.add(item)

    assert stores.parked.load(None, FIRST) == item


def test_hundreds_are_listed_whole(stores: Stores) -> None:
    items = [an_item(f"{number:016x}", number, act=an_act(note="x" * 3000)) for number in range(500)]
    for item in items:
        stores.parked.add(item)

    assert list(stores.parked.in_campaign("airflow-3")) == items
