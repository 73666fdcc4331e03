"""Partial batches and order, on the event-source mappings of the templates."""

import json
from itertools import takewhile

from shared import names
from shared.webhooks.sighting import Sighting
from tests.e2e.deployed import Deployed
from tests.e2e.mappings import hidden, mapping_of, paused, send, shown_again_at_once
from tests.e2e.waiting import eventually

NOW = "2026-11-20T10:16:00+00:00"


def test_of_a_batch_only_the_poison_comes_back(deployed: Deployed) -> None:
    with paused(names.SIGHTINGS):
        send(
            names.SIGHTINGS,
            ("first", "pull_request:7/1", _sighting("first", 1)),
            ("poison", "pull_request:7/2", "{}"),
            ("last", "pull_request:7/3", _sighting("last", 3)),
        )
    result = "OK - 2 records, 1 partial failures"
    eventually(lambda: mapping_of(names.SIGHTINGS)["LastProcessingResult"] == result, "one of three in a batch failed")
    assert hidden(names.SIGHTINGS) == 1
    eventually(lambda: len(_looked_at(deployed, "first", "last")) == 2, "both others were looked at, once")


def test_a_group_keeps_its_order_and_holds_up_no_other(deployed: Deployed) -> None:
    with shown_again_at_once(names.SIGNALS):
        with paused(names.SIGNALS):
            send(
                names.SIGNALS,
                ("order-1", "stuck", "poison"),
                ("order-2", "stuck", _tick("stuck-1")),
                ("order-3", "stuck", _tick("stuck-2")),
                ("order-4", "free", _tick("free-1")),
                ("order-5", "free", _tick("free-2")),
            )
        eventually(lambda: "stuck-2" in _taken(deployed), "what waits behind the poison is taken in the end")
    taken = _taken(deployed)
    assert [one for one in taken if one in {"stuck-1", "stuck-2", "free-1", "free-2"}] == [
        "free-1",
        "free-2",
        "stuck-1",
        "stuck-2",
    ]
    before = list(takewhile(lambda line: line.get("signal") != "stuck-1", deployed.log("advance")))
    assert [line["receives"] for line in before if line.get("message") == "message failed"][-5:] == [1, 2, 3, 4, 5]


def test_a_message_that_nobody_can_read_is_kept_until_somebody_discards_it(deployed: Deployed) -> None:
    parking = deployed.world().engine.parked

    def kept() -> list[str]:
        return [item.id for item in parking.in_campaign(None) if item.raw == "what is this?"]

    with shown_again_at_once(names.COMMENTS):
        send(names.COMMENTS, ("unreadable", "pull_request:7/9", "what is this?"))
        (found,) = eventually(kept, "it is parked")
    shown = deployed.migrate("parked", "--json")
    assert [one["id"] for one in json.loads(shown.stdout) if one["raw"] == "what is this?"] == [found]
    discarded = deployed.migrate("parked", "--discard", found)
    assert discarded.returncode == 0, discarded.stderr
    assert kept() == []


def _sighting(delivery: str, number: int) -> str:
    return Sighting(f"pull_request:7/{number}", "pull_request", "closed", delivery, "acme/dags", NOW).to_json()


def _looked_at(deployed: Deployed, *deliveries: str) -> list[str]:
    return [line["delivery"] for line in deployed.log("observe") if line.get("delivery") in deliveries]


def _tick(signal: str) -> str:
    return json.dumps({"kind": "ticked", "id": signal, "at": NOW, "migration": "nowhere/nothing"})


def _taken(deployed: Deployed) -> list[str]:
    return [line["signal"] for line in deployed.log("advance") if line.get("message") == "signal"]
