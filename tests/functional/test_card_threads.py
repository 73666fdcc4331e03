"""Under each card: what happened since it was shown before, once, in order, whatever crashes or waits in between."""

import pytest

from shared import names
from shared.errors import NotFoundError, RetryableError
from shared.ports.pace import NotYetError
from state_schema.signals import Failed
from tests.fakes.crashes import Crash
from tests.functional.journey import EMAIL, Journey
from tests.stories import pull_request

CARD = f"{EMAIL}#shared"
CHANNEL = "C0MIGRATE"


def shown() -> Journey:
    """The card of the shared track is up and its thread is empty."""
    journey = Journey().started()
    journey.show()
    return journey


def rewritten(journey: Journey) -> Journey:
    journey.work(journey.orders()[0])
    journey.drain(names.SIGNALS)
    return journey


def thread(journey: Journey) -> list[tuple[str, str]]:
    return [(one.card, one.text) for one in journey.slack.messages.values() if one.thread]


def keys(journey: Journey) -> list[str]:
    return [key for key, _ in thread(journey)]


def test_the_first_card_needs_no_words_below_it() -> None:
    assert thread(shown()) == []


def test_one_rendering_is_one_message_of_what_happened_since() -> None:
    journey = rewritten(shown())
    before, after = 4, journey.view().state.version

    journey.show()

    ((key, text),) = thread(journey)
    assert key == f"{CARD}@{before}-{after}"
    assert [line.partition(" · ")[2] for line in text.split("\n")] == [
        "`skill:rewrite_dags` · shared: `code_migration.rewrite` is completed.",
        "`skill:rewrite_dags` · shared: `code_migration.review` asks: Review and merge the pull request.",
    ]


def test_what_was_told_is_not_told_again() -> None:
    journey = rewritten(shown())
    for _ in range(3):
        journey.show()
    assert len(thread(journey)) == 1


def test_what_nobody_cares_about_is_no_message_and_is_not_told_later() -> None:
    journey = shown()
    journey.clock.advance(1)
    journey.take(journey.act("retry"))
    journey.show()
    assert thread(journey) == []

    rewritten(journey).show()
    assert "Refused" not in thread(journey)[0][1]


def test_after_a_crash_between_posting_and_noting_it_is_found_and_not_posted_again() -> None:
    journey = rewritten(shown())
    journey.slack.crash = ("after", "post_in_thread")
    with pytest.raises(Crash):
        journey.show()

    assert journey.show() == "up_to_date"

    assert len(thread(journey)) == 1
    assert journey.posted_cards.cards[CARD].told == journey.view().state.version


def test_after_that_crash_a_later_rendering_tells_only_what_is_new() -> None:
    journey = rewritten(shown())
    first = journey.view().state.version
    journey.slack.crash = ("after", "post_in_thread")
    with pytest.raises(Crash):
        journey.show()
    journey.clock.advance(1)
    journey.take(journey.act("abort"))

    journey.show()

    assert keys(journey) == [f"{CARD}@4-{first}", f"{CARD}@{first}-{journey.view().state.version}"]


def test_after_a_crash_before_posting_it_is_posted() -> None:
    journey = rewritten(shown())
    journey.slack.crash = ("before", "post_in_thread")
    with pytest.raises(Crash):
        journey.show()

    journey.show()

    assert len(thread(journey)) == 1


def test_while_it_waits_for_its_turn_the_card_is_shown_and_the_thread_need_not_be_read() -> None:
    journey = rewritten(shown())
    journey.slack.refusals["post_in_thread"] = NotYetError("Others are before it.", 3)
    with pytest.raises(NotYetError):
        journey.show()
    assert journey.posted_cards.cards[CARD].version == journey.view().state.version

    journey.slack.refusals.clear()
    journey.slack.reads.clear()
    journey.show()

    assert len(thread(journey)) == 1
    assert journey.slack.reads == []


def test_what_happens_while_slack_takes_no_message_is_told_afterwards_in_one() -> None:
    journey = shown()
    journey.slack.refusals["post_in_thread"] = RetryableError("Slack is down.")
    rewritten(journey)
    with pytest.raises(RetryableError):
        journey.show()
    journey.clock.advance(1)
    journey.take(journey.act("abort"))

    journey.slack.refusals.clear()
    journey.show()

    assert keys(journey) == [f"{CARD}@4-{journey.view().state.version}"]


def test_below_a_card_that_somebody_deleted_nothing_is_told_and_nothing_fails() -> None:
    journey = rewritten(shown())
    journey.slack.refusals["post_in_thread"] = NotFoundError("Somebody deleted it.")

    assert journey.show() == "shown"
    assert journey.show() == "up_to_date"


def test_two_hundred_events_make_one_message_that_says_how_many_it_leaves_out() -> None:
    journey = shown()
    reason = "The rewriting was not possible, because " + "x" * 380
    journey.skills["rewrite_dags"] = lambda _: Failed(category="blocking", reason=reason)
    for _ in range(60):
        rewritten(journey)
        journey.clock.advance(1)
        journey.take(journey.click("shared", "retry"))
        journey.forget(names.CARDS)

    journey.show()

    ((_, text),) = thread(journey)
    assert 1000 < len(text) < 3000
    assert text.startswith("… ")
    assert text.split("\n")[0].endswith(" more before these")


def test_each_track_is_told_only_what_is_its_own() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = pull_request(state="closed", merged=True)
    journey.look(address)
    journey.drain()

    told = {
        card: [text for key, text in thread(journey) if key.startswith(f"{EMAIL}#{card}@")]
        for card in ("shared", "test")
    }
    assert all(told.values())
    assert "test: " not in " ".join(told["shared"])
    assert "shared: " not in " ".join(told["test"])
