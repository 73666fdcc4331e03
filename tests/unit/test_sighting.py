"""A message of the sightings queue is what `to_json` wrote, or it is refused with a reason."""

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.webhooks.sighting import ADDRESS, Sighting
from state_schema.ids import Address

SIGHTING = Sighting(
    address="workflow_run:710001/9876543210",
    event="workflow_run",
    action="completed",
    delivery="00000005-c4a1-11f1-9d3e-0242ac120002",
    repository="acme/infrastructure",
    seen_at="2026-11-20T10:16:00+00:00",
)


def test_a_sighting_comes_back_as_it_was_sent() -> None:
    assert Sighting.from_json(SIGHTING.to_json()) == SIGHTING


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[]",
        "{}",
        "{" * 5000,
        "[" * 9000,
        json.dumps({**asdict(SIGHTING), "more": ""}),
        json.dumps({**asdict(SIGHTING), "event": 7}),
        json.dumps({**asdict(SIGHTING), "event": None}),
        json.dumps({**asdict(SIGHTING), "action": "x" * 301}),
        json.dumps({**asdict(SIGHTING), "repository": "x" * 20_000}),
        json.dumps({**asdict(SIGHTING), "address": "pull_request:1/2\n"}),
        json.dumps({**asdict(SIGHTING), "address": "issue:1/2"}),
        json.dumps({key: value for key, value in asdict(SIGHTING).items() if key != "seen_at"}),
    ],
)
def test_anything_else_is_refused(message: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Sighting.from_json(message)


@given(st.from_regex(ADDRESS, fullmatch=True) | st.from_regex(re.compile(r"[a-z_]{5,15}:[0-9]{0,3}/[0-9]{0,3}\n?")))
def test_an_address_has_the_same_shape_as_in_the_state(address: str) -> None:
    assert bool(ADDRESS.fullmatch(address)) == _is_valid(address)


def _is_valid(address: str) -> bool:
    try:
        TypeAdapter(Address).validate_python(address)
    except ValidationError:
        return False
    return True
