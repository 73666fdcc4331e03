"""Writes the JSON Schemas beside the models: `python -m state_schema.export`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.control import ControlRecorded
from state_schema.events import Recorded
from state_schema.gate import Gate
from state_schema.memberships import Memberships
from state_schema.migration import Migration
from state_schema.orders import CARDS, Order
from state_schema.parked import Parked
from state_schema.plan import Plan
from state_schema.signals import SIGNALS
from state_schema.stage import Stage

FOLDER = Path(__file__).parent / "json"
_EXPORTED: dict[str, TypeAdapter[Any]] = {
    "plan": TypeAdapter(Plan),
    "campaign": TypeAdapter(Campaign),
    "migration": TypeAdapter(Migration),
    "gate": TypeAdapter(Gate),
    "memberships": TypeAdapter(Memberships),
    "recorded_event": TypeAdapter(Recorded),
    "recorded_control": TypeAdapter(ControlRecorded),
    "recorded_application": TypeAdapter(CampaignApplied),
    "signal_message": SIGNALS,
    "order": TypeAdapter(Order),
    "card_message": CARDS,
    "parked": TypeAdapter(Parked),
    "stage": TypeAdapter(Stage),
}


def schema_files() -> Iterator[tuple[Path, str]]:
    """Each file and the text that it must hold."""
    for name, adapter in _EXPORTED.items():
        schema = adapter.json_schema(by_alias=True)
        yield FOLDER / f"{name}.schema.json", json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in schema_files():
        path.write_text(text, encoding="utf-8")
