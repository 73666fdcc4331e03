"""A sighting is a hint: it is looked at only where somebody waits, and what is told is what was read."""

import pytest

from shared import names
from shared.errors import RetryableError
from shared.ports.migrations import Watch
from state_schema.signals import Observed
from tests.fakes.races import DownOutbox
from tests.functional.journey import BILLING, EMAIL, Journey
from tests.stories import merged, pull_request, run


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("pull_request:7/999", id="somebody else's pull request"),
        pytest.param("pull_request:8/{number}", id="the same number in another repository"),
        pytest.param("workflow_run:7/{number}", id="a run of that number"),
        pytest.param("pull_request:7/" + "9" * 200, id="a number that no database holds"),
    ],
)
def test_where_nobody_waits_nothing_is_read_and_nobody_is_told(address: str) -> None:
    journey = Journey()
    number = journey.under_review().partition("/")[2]

    assert journey.look(address.format(number=number)) == []

    assert journey.github.reads == []
    assert journey.all_sent() == {}


def test_before_anything_is_started_nobody_waits() -> None:
    journey = Journey()

    assert journey.look("pull_request:7/1") == []
    assert journey.github.reads == []


def test_who_waits_is_told_what_was_read_and_when() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = merged()
    read_at = journey.clock()
    journey.github.while_reading = lambda: journey.clock.advance(5)

    assert journey.look(address) == [EMAIL]

    signal = Observed(
        id=f"observed:{address}@{read_at.isoformat()}",
        at=journey.clock(),
        migration=EMAIL,
        address=address,
        read_at=read_at,
        seen=merged(),
    )
    assert journey.clock() != read_at
    assert journey.all_sent() == {"signals": [signal.model_dump(mode="json")]}


def test_of_two_overlapping_reads_the_one_that_began_later_counts() -> None:
    """The first read begins, is slow, and says what was true before the second one read the merge."""
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = pull_request()
    slow = journey.github.truth[address]

    def overtaken() -> None:
        journey.github.while_reading = lambda: None
        journey.clock.advance(1)
        journey.github.truth[address] = merged()
        journey.look(address)
        journey.drain(names.SIGNALS)
        journey.github.truth[address] = slow

    journey.github.while_reading = overtaken
    journey.look(address)
    journey.drain(names.SIGNALS)

    assert journey.where()["shared"] == "code_migration.review completed"


def test_an_older_read_that_arrives_later_is_ignored() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = pull_request(review="approved", head_sha="new")
    journey.look(address)
    newer = journey.sent(names.SIGNALS)[0]
    older = {**newer, "id": "older", "read_at": "2026-03-02T08:00:00Z", "seen": pull_request().model_dump(mode="json")}

    journey.take(Observed.model_validate(newer))
    state = journey.view().state

    assert journey.take(Observed.model_validate(older)) == "0_events"
    assert journey.view().state == state


def test_two_migrations_that_wait_at_one_address_are_both_told() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.stores.watches.add(Watch(address, BILLING, "shared", "code_migration.review"))
    journey.stores.watches.add(Watch(address, BILLING, "test", "infra.review"))
    journey.github.truth[address] = merged()

    assert journey.look(address) == [BILLING, EMAIL]

    assert [signal["migration"] for signal in journey.sent(names.SIGNALS)] == [BILLING, EMAIL]
    assert journey.github.reads == [address]


def test_a_run_is_read_as_a_run() -> None:
    journey = Journey()
    address = "workflow_run:7/5"
    journey.stores.watches.add(Watch(address, EMAIL, "test", "deploy.run"))
    journey.github.truth[address] = run()

    assert journey.look(address) == [EMAIL]
    assert journey.sent(names.SIGNALS)[0]["seen"] == run().model_dump(mode="json")


def test_two_looks_one_after_the_other_are_two_signals() -> None:
    journey = Journey()
    address = journey.under_review()
    for seen in (pull_request(), merged()):
        journey.clock.advance(0.001)
        journey.github.truth[address] = seen
        journey.look(address)

    assert [signal["seen"]["merged"] for signal in journey.sent(names.SIGNALS)] == [False, True]


def test_what_is_gone_from_github_is_told_to_nobody() -> None:
    journey = Journey()
    address = journey.under_review()

    assert journey.look(address) == []

    assert journey.github.reads == [address]
    assert journey.all_sent() == {}


def test_a_github_that_limits_us_leaves_the_sighting_to_its_queue() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = merged()
    journey.github.refusals[address] = RetryableError("GitHub limits our rate", delay=60)

    with pytest.raises(RetryableError, match="limits our rate"):
        journey.look(address)
    assert journey.all_sent() == {}

    journey.github.refusals.clear()
    assert journey.look(address) == [EMAIL]


def test_a_queue_that_cannot_be_reached_leaves_the_sighting_to_its_queue() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = merged()

    with pytest.raises(RetryableError, match="cannot be reached"):
        journey.look(address, outbox=DownOutbox())
