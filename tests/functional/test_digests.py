"""One message a wave: counted, linked, updated in place, never too often, and never without the last change."""

import json
from datetime import timedelta

import pytest

from sandbox.slack.block_kit import problems, too_long
from shared import names
from shared.domain.display import summary_of
from shared.errors import RetryableError
from shared.messages.blocks import Block
from shared.messages.digests import Wave, digest
from shared.ports.pace import NotYetError
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.orders import DigestMessage
from tests.functional.journey import EMAIL, Journey
from tests.stories import MONDAY, Story, the_campaign

KEY = "airflow-3#wave:1"
HOSTILE = "<!channel> & \u202egnp.exe `x` *b* | <https://evil.test|ok> 😀" * 200


def message(journey: Journey, migration: str = EMAIL, version: int = 0) -> DigestMessage:
    version = version or journey.view(migration).state.version
    return DigestMessage(campaign="airflow-3", wave=1, migration=migration, version=version)


def shown(journey: Journey) -> list[str]:
    """Each digest as one text."""
    return [json.dumps([one.text, *one.blocks], ensure_ascii=False) for one in journey.digests.messages.values()]


def test_a_step_asks_for_the_digest_of_its_wave() -> None:
    journey = Journey()
    journey.take(journey.act("start"))

    (sent,) = [one for one in journey.sent(names.CARDS) if one["kind"] == "digest"]
    assert sent == message(journey).model_dump(mode="json")


def test_it_is_one_message_that_is_updated_in_place() -> None:
    journey = Journey()
    journey.under_review()
    journey.clock.advance(1)
    journey.take(journey.act("abort"))
    journey.drain()

    assert [one.card for one in journey.digests.messages.values()] == [KEY]
    assert journey.digests.acts == ["post", "update"]


def test_it_says_who_waits_for_whom_and_links_to_the_card_that_waits_longest() -> None:
    journey = Journey()
    journey.under_review()
    (text,) = shown(journey)
    posted = journey.posted_cards.cards[f"{EMAIL}#shared"]
    assert f"<https://acme.slack.com/archives/C0MIGRATE/p{posted.ts.replace('.', '')}|E-mail notifications>" in text
    assert "Review and merge the pull request." in text
    assert "`pr_created`" in text
    assert "for people: " in text


def test_nothing_is_said_to_slack_where_nothing_changed() -> None:
    journey = Journey().started()
    assert [journey.sum_up(message(journey)), journey.sum_up(message(journey))] == ["shown", "up_to_date"]
    assert journey.digests.acts == ["post"]


def test_a_list_that_lags_behind_is_read_again() -> None:
    journey = Journey().started()
    with pytest.raises(RetryableError, match="lags behind") as late:
        journey.sum_up(message(journey, version=99))
    assert late.value.delay == 2.0
    assert journey.digests.acts == []


def test_a_burst_of_changes_makes_one_update_and_it_has_the_last_change() -> None:
    journey = Journey().started()
    journey.sum_up(message(journey), every=10.0)
    journey.clock.advance(1)
    journey.work(journey.orders()[0])
    journey.drain(names.SIGNALS)
    assert journey.sum_up(message(journey), every=10.0) == "shown"
    delays = []
    for second in range(1, 5):
        journey.clock.advance(1)
        journey.take(journey.act("abort" if second == 4 else "retry"))
        with pytest.raises(NotYetError) as early:
            journey.sum_up(message(journey), every=10.0)
        delays.append(early.value.delay or 0)

    assert delays[-1] == pytest.approx(6.0, abs=0.1)
    journey.clock.advance(delays[-1])
    told = [journey.sum_up(message(journey), every=10.0) for _ in range(4)]
    assert told == ["shown", "up_to_date", "up_to_date", "up_to_date"]
    assert journey.digests.acts == ["post", "update", "update"]
    assert "1 aborted" in shown(journey)[0]


def test_the_first_digest_waits_for_its_channel_alone() -> None:
    journey = Journey().started()
    journey.digests.refusals["find"] = NotYetError("Others are before it.", 1)
    with pytest.raises(NotYetError):
        journey.sum_up(message(journey), every=10.0)
    journey.digests.refusals.clear()
    journey.clock.advance(1)
    assert journey.sum_up(message(journey), every=10.0) == "shown"


def test_after_a_crash_between_posting_and_noting_it_is_found_again() -> None:
    journey = Journey().started()
    journey.sum_up(message(journey))
    del journey.posted_cards.cards[KEY]
    assert journey.sum_up(message(journey)) == "shown"
    assert journey.digests.acts == ["post", "update"]


def test_a_digest_that_somebody_deleted_is_posted_again() -> None:
    journey = Journey()
    journey.under_review()
    journey.digests.messages.clear()
    journey.clock.advance(1)
    journey.take(journey.act("abort"))
    journey.drain(names.CARDS)
    assert len(journey.digests.messages) == 1


def many(count: int, text: str = "Cluster") -> tuple[Campaign, list[object]]:
    campaign = the_campaign(
        resources=[{"id": f"cluster-{number:04}", "wave": 1} for number in range(count)], waves={1: {}}
    )
    row = summary_of(Story().until("test", "infra.apply").view)
    rows = [
        row.model_copy(
            update={
                "migration": f"airflow-3/cluster-{number:04}",
                "resource": f"cluster-{number:04}",
                "name": text,
                "owner": f"{text[:150]}{number % 60}",
                "next_action": text,
                "word": f"phase_{number % 40}_running",
                "asked_at": MONDAY + timedelta(seconds=number),
            }
        )
        for number in range(count)
    ]
    return campaign, list(rows)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [one["text"] for block in blocks for one in (block.get("text"), *block.get("elements", ())) if one]


@pytest.mark.parametrize("text", ["Cluster", HOSTILE])
def test_two_thousand_resources_with_the_worst_texts_fit(text: str) -> None:
    campaign, rows = many(2000, text)
    links = {f"airflow-3/cluster-{number:04}#test": "https://acme.slack.com/archives/C0/p1" for number in range(2000)}

    made = digest(Wave(campaign, Gate(campaign="airflow-3"), 1, rows), links, MONDAY)  # type: ignore[arg-type]

    assert problems(made.blocks) == []
    assert not too_long(made.blocks)
    assert len(made.text) < 1000
    marked = " ".join(texts(made.blocks))
    assert "<!channel" not in marked
    assert "<https://evil" not in marked
    assert "2,000 completed" in marked


def test_the_longest_wait_comes_first() -> None:
    campaign, rows = many(20)
    made = digest(Wave(campaign, Gate(campaign="airflow-3"), 1, rows[::-1]), {}, MONDAY)  # type: ignore[arg-type]
    (longest,) = [text for text in texts(made.blocks) if text.startswith("*Waiting longest")]
    assert longest.count("\n") == 10
    assert longest.split("\n")[1].endswith(
        f"<!date^{int(MONDAY.timestamp())}^{{date_short_pretty}} {{time}}|2026-03-02 09:00 UTC>."
    )


def test_a_wave_without_migrations_has_a_digest_too() -> None:
    made = digest(Wave(the_campaign(), Gate(campaign="airflow-3"), 1, []), {}, MONDAY)
    assert problems(made.blocks) == []
