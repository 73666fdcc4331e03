"""One living message for each track: posted once, updated in place, found again, never older than it was."""

from typing import Any

import pytest

from shared import names
from shared.errors import PermanentError, RetryableError
from shared.messages.cards import card
from shared.ports.effects import PostedCard
from state_schema.answers import done
from state_schema.orders import ReplyMessage
from state_schema.signals import ReplyTo
from tests.fakes.crashes import Crash
from tests.functional.journey import EMAIL, REPLY_URL, Journey
from tests.stories import CHOICES, STRANGER, pull_request, the_campaign, the_plan

CARD = f"{EMAIL}#shared"
CHANNEL = "C0MIGRATE"


def texts(journey: Journey) -> list[tuple[str, str]]:
    return [(one.channel, one.text) for one in journey.slack.messages.values() if not one.thread]


def now(journey: Journey) -> str:
    return card(journey.view(), "shared").text


def changed(journey: Journey) -> None:
    """One more event, so that the card is out of date."""
    journey.clock.advance(1)
    journey.take(journey.act("start", actor=STRANGER))
    journey.forget()


def answering(text: str = "Started.", **to: Any) -> dict[str, Any]:
    return ReplyMessage(reply_to=ReplyTo.model_validate(to), answer=done(text)).model_dump(mode="json")


# The card.


def test_a_card_is_posted_once_and_where_it_is_is_noted() -> None:
    journey = Journey().started()

    assert journey.show() == "shown"

    assert texts(journey) == [(CHANNEL, now(journey))]
    version = journey.view().state.version
    assert journey.posted_cards.cards == {CARD: PostedCard(CHANNEL, "1.0", version, told=version, telling=version)}


def test_the_same_message_twice_is_one_post() -> None:
    journey = Journey().started()

    assert [journey.show(), journey.show()] == ["shown", "up_to_date"]

    assert journey.slack.acts == ["post"]


def test_a_card_is_updated_in_place() -> None:
    journey = Journey().started()
    journey.show()
    before = texts(journey)
    journey.work(journey.orders()[0])
    journey.drain(names.SIGNALS)

    assert journey.show() == "shown"

    assert journey.slack.acts == ["post", "update", "post_in_thread"]
    assert texts(journey) == [(CHANNEL, now(journey))] != before
    version = journey.view().state.version
    assert journey.posted_cards.cards[CARD] == PostedCard(CHANNEL, "1.0", version, told=version, telling=version)


def test_what_is_shown_is_the_state_and_not_what_the_message_was_sent_for() -> None:
    journey = Journey().started()
    journey.work(journey.orders()[0])
    journey.drain(names.SIGNALS)
    assert [one["kind"] for one in journey.sent(names.CARDS)] == ["card", "digest"]

    journey.show()

    assert texts(journey) == [(CHANNEL, now(journey))]
    journey.drain(names.CARDS)
    assert journey.slack.acts == ["post", "post_in_thread"]


def test_after_a_crash_between_post_and_note_the_message_is_found_again() -> None:
    journey = Journey().started()
    journey.slack.crash = ("after", "post")
    with pytest.raises(Crash):
        journey.show()
    assert journey.posted_cards.cards == {}

    assert journey.show() == "shown"

    assert journey.slack.acts == ["post", "update"]
    assert len(journey.slack.messages) == 1
    assert journey.posted_cards.cards[CARD].ts == "1.0"


def test_a_message_that_somebody_deleted_is_posted_again() -> None:
    journey = Journey().started()
    journey.show()
    journey.slack.messages.clear()
    changed(journey)

    assert journey.show() == "shown"

    assert list(journey.slack.messages) == ["2.0"]
    assert journey.posted_cards.cards[CARD].ts == "2.0"


def test_an_older_version_never_overwrites_a_newer_one() -> None:
    journey = Journey().started()
    version = journey.view().state.version
    journey.slack.messages["9.0"] = journey_message(journey)
    newer = PostedCard(CHANNEL, "9.0", version + 1, told=version + 1, telling=version + 1)
    journey.posted_cards.save(CARD, newer)

    assert journey.show() == "up_to_date"

    assert journey.slack.acts == []
    assert journey.posted_cards.cards[CARD] == newer


def journey_message(journey: Journey) -> Any:
    journey.show()
    shown = journey.slack.messages.pop("1.0")
    journey.slack.acts.clear()
    return shown


def test_a_card_moves_to_the_channel_that_the_campaign_names_now() -> None:
    journey = Journey().started()
    journey.show()
    journey.apply(the_campaign(channel="C0OTHER"))

    assert journey.show() == "shown"

    assert [one.channel for one in journey.slack.messages.values()] == [CHANNEL, "C0OTHER"]
    assert journey.posted_cards.cards[CARD].channel == "C0OTHER"
    assert journey.show() == "up_to_date"


def test_each_track_has_a_card_of_its_own() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.show()
    journey.github.truth[address] = pull_request(state="closed", merged=True)
    journey.look(address)
    journey.drain()

    assert sorted(one.card for one in journey.slack.messages.values() if not one.thread) == [CARD, f"{EMAIL}#test"]


def test_a_track_that_has_not_started_has_no_card() -> None:
    journey = Journey().started()

    assert journey.show(track="prod-us") == "not_started"
    assert journey.slack.messages == {}


def test_a_decision_shows_what_is_offered_from_its_event() -> None:
    plan = the_plan(
        environments={"test": {"primary": True}},
        phases=[
            {
                "name": "migrate",
                "steps": [
                    {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
                    {"id": "items", "skill": "migrate_items"},
                ],
            }
        ],
    )
    journey = Journey(the_campaign(gates={}, limits={}, windows=[]), plan)
    journey.take(journey.act("start"))
    journey.drain()

    (shown,) = [one for one in journey.slack.messages.values() if not one.thread]
    assert list(shown.blocks) == list(card(journey.view(), "test", CHOICES).blocks)
    assert "dag_02" in repr(shown.blocks)


@pytest.mark.parametrize("call", ["find", "post"])
def test_a_slack_that_limits_us_leaves_the_card_to_its_queue(call: str) -> None:
    journey = Journey().started()
    journey.slack.refusals[call] = RetryableError("Slack limits our rate.", 30)

    with pytest.raises(RetryableError, match="limits our rate"):
        journey.show()
    assert journey.posted_cards.cards == {}

    journey.slack.refusals.clear()
    assert journey.show() == "shown"
    assert journey.slack.acts == ["post"]


def test_an_update_that_slack_limits_is_not_noted_as_shown() -> None:
    journey = Journey().started()
    journey.show()
    changed(journey)
    journey.slack.refusals["update"] = RetryableError("Slack limits our rate.")
    with pytest.raises(RetryableError):
        journey.show()

    journey.slack.refusals.clear()
    assert journey.show() == "shown"
    assert len(journey.slack.messages) == 1


def test_a_card_that_slack_refuses_for_good_passes_so_that_somebody_hears_of_it() -> None:
    journey = Journey().started()
    journey.slack.refusals["post"] = PermanentError("Invite the app to the channel.", "not_in_channel")

    with pytest.raises(PermanentError, match="Invite the app"):
        journey.show()


# The answers.


def test_an_answer_goes_to_the_person_who_acted() -> None:
    journey = Journey()

    assert journey.post(answering("Started.", response_url=REPLY_URL, channel=CHANNEL, user="U_OPERATOR")) == "answered"

    assert journey.replies.said == [(REPLY_URL, "Started.")]
    assert journey.slack.acts == []


def test_an_answer_to_nowhere_is_dropped() -> None:
    journey = Journey()

    assert journey.post(answering("Started.", channel=CHANNEL, user="U_OPERATOR")) == "nowhere_to_answer"
    assert journey.replies.said == []


def test_an_answer_that_comes_too_late_is_dropped_because_no_later_try_is_better() -> None:
    journey = Journey()
    journey.replies.refusals["reply"] = PermanentError("It is too late to answer.", "reply_too_late")

    assert journey.post(answering(response_url=REPLY_URL)) == "reply_too_late"


def test_an_answer_to_an_address_that_is_not_slacks_passes_so_that_somebody_hears_of_it() -> None:
    journey = Journey()
    journey.replies.refusals["reply"] = PermanentError("That is not an address of Slack.", "response_url_refused")

    with pytest.raises(PermanentError, match="not an address of Slack"):
        journey.post(answering(response_url="https://evil.example.com/"))


def test_an_answer_that_slack_limits_stays_in_the_queue() -> None:
    journey = Journey()
    journey.replies.refusals["reply"] = RetryableError("Slack limits our rate of replies.")

    with pytest.raises(RetryableError):
        journey.post(answering(response_url=REPLY_URL))


def test_of_two_answers_to_one_act_within_minutes_the_queue_keeps_one() -> None:
    journey = Journey()
    command = journey.command("help", reply_to=ReplyTo(response_url=REPLY_URL))
    journey.take(command)
    journey.take(command, again=True)

    journey.drain(names.CARDS)

    assert len(journey.replies.said) == 1
