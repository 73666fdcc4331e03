"""Settings come from the environment, and what is wrong there is named."""

import pytest

from shared import names
from shared.errors import InvalidInputError
from shared.settings import Settings


@pytest.mark.parametrize(
    ("given", "pace"), [({}, 1.0), ({"WAYMARK_SLACK_PACE": "1.5"}, 1.5), ({"WAYMARK_SLACK_PACE": "0"}, 0.0)]
)
def test_the_pace_in_slack_is_in_seconds(given: dict[str, str], pace: float) -> None:
    assert Settings.from_environment(given).slack_pace == pace


@pytest.mark.parametrize("given", ["fast", "-1", "1e9", "nan", "100", "1,5", "1.2345", "\u0661"])
def test_a_pace_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError, match="WAYMARK_SLACK_PACE is"):
        Settings.from_environment({"WAYMARK_SLACK_PACE": given})


def test_a_card_is_received_far_more_often_than_anything_else_and_as_often_as_sqs_allows() -> None:
    assert {names.max_receives(queue) for queue in names.QUEUES if queue != names.CARDS} == {names.MAX_RECEIVES}
    assert 66 < names.max_receives(names.CARDS) <= 1000
