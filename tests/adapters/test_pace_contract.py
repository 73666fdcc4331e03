"""What every implementation of Pace does: in memory, on SQLite, and on DynamoDB (ministack, DynamoDB Local)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.ports.pace import Pace
from tests.adapters.store_subjects import EVERY, MAKERS

LANE = "C0MIGRATE"
NOW = datetime.now(UTC).replace(microsecond=0)
"""The machine's own: what expires does so by the database's clock."""
A, B, C = "airflow-3/alpha#test", "airflow-3/beta#test", "airflow-3/gamma#test"


@pytest.fixture(params=EVERY)
def pace(request: pytest.FixtureRequest) -> Pace:
    return MAKERS[request.param](request).pace


def asked(pace: Pace, who: str, after: float, every: float = 1.0, lane: str = LANE) -> float:
    return pace.turn(lane, who, NOW + timedelta(seconds=after), every)


def test_the_first_one_goes_ahead_and_the_others_get_turns_of_their_own(pace: Pace) -> None:
    assert [asked(pace, who, 0) for who in (A, B, C)] == [0.0, 1.0, 2.0]


def test_whoever_asks_again_before_its_turn_keeps_it(pace: Pace) -> None:
    asked(pace, A, 0)
    assert [asked(pace, B, 0), asked(pace, B, 0.25), asked(pace, C, 0.5)] == [1.0, 0.75, 1.5]


def test_a_turn_can_be_used_once(pace: Pace) -> None:
    asked(pace, A, 0)
    asked(pace, B, 0)
    assert [asked(pace, B, 1.2), asked(pace, B, 1.3)] == [0.0, pytest.approx(0.7)]


def test_whoever_comes_much_too_late_gets_another_turn(pace: Pace) -> None:
    asked(pace, A, 0)
    asked(pace, B, 0)
    asked(pace, C, 59.5)
    assert [asked(pace, B, 60), asked(pace, B, 60.5)] == [0.5, 0.0]


def test_a_quiet_lane_lets_everybody_go_ahead_at_once(pace: Pace) -> None:
    assert [asked(pace, who, after) for who, after in ((A, 0), (B, 1), (C, 7), (A, 8))] == [0.0] * 4


def test_each_lane_has_turns_of_its_own(pace: Pace) -> None:
    assert [asked(pace, A, 0), asked(pace, A, 0, lane="C0OTHER"), asked(pace, A, 0, lane="C0MIGRATE2")] == [0.0] * 3


def test_nobody_gets_a_new_turn_while_the_lane_is_held(pace: Pace) -> None:
    asked(pace, A, 0)
    pace.hold(LANE, NOW + timedelta(seconds=30))
    assert [asked(pace, B, 1), asked(pace, C, 1)] == [29.0, 30.0]


def test_a_lane_is_never_held_for_less_than_it_is_already(pace: Pace) -> None:
    pace.hold(LANE, NOW + timedelta(seconds=30))
    pace.hold(LANE, NOW + timedelta(seconds=3))
    assert asked(pace, A, 0) == 30.0


def test_of_many_that_ask_at_once_each_gets_a_turn_of_its_own(pace: Pace) -> None:
    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(lambda number: asked(pace, f"{A}{number}", 0), range(12)))
    assert sorted(waits) == [float(second) for second in range(12)]
