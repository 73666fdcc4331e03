"""A card whose update was lost: who clicks on it is refused, and must be shown how things are."""

from shared import names
from tests.functional.journey import EMAIL, Journey


def test_a_refused_click_brings_the_card_up_to_date_because_its_update_may_have_been_lost() -> None:
    journey = Journey()
    journey.take(journey.act("start"))
    journey.drain()
    stale = journey.act(
        "pr-merged", checkpoint={"track": "shared", "step": "code_migration.review", "attempt": 1, "digest": "0" * 16}
    )
    assert journey.queues.bodies(names.CARDS) == []

    assert journey.take(stale) == "out_of_date"

    cards = [body for body in journey.queues.bodies(names.CARDS) if '"card"' in body]
    assert cards == [f'{{"kind":"card","migration":"{EMAIL}","track":"shared"}}']
