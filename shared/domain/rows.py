"""The rows of lists, brought up to what campaign and gate are now."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.domain.display import ITS_TURN, START
from shared.domain.gate import in_line
from shared.domain.holding import may_start_in
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.summary import Summary

_LEFT_OUT: Final = {"next_action": "no longer in the campaign", "command": "", "actionable": False}
"""Of a resource that the campaign's file names no more: whatever is typed about it is refused."""


def as_of(gate: Gate, campaign: Campaign, rows: Sequence[Summary]) -> list[Summary]:
    """The rows as waves, slots and resources are now: others open, free and leave them out, which writes none of these rows."""
    there = {resource.id for resource in campaign.resources}
    waves = {row.wave for row in rows if row.status == "pending"}
    awaited = {wave: wave_awaited(gate, campaign, wave) for wave in waves}
    turns = _turns(gate)

    def updates(row: Summary) -> Mapping[str, object]:
        if row.resource not in there:
            return _LEFT_OUT
        if row.status == "pending":
            return _before_the_start(row, awaited[row.wave])
        return {"next_action": _in_line(row.next_action, turns[row.migration])} if row.migration in turns else {}

    return [row.model_copy(update=found) if (found := updates(row)) else row for row in rows]


def _turns(gate: Gate) -> dict[str, dict[str, str]]:
    """Migration to what its row says of each step that is in line, and where in line that is: `2 of 5 in line`."""
    line, found = in_line(gate), dict[str, dict[str, str]]()
    for number, (key, _) in enumerate(line, 1):
        campaign, resource, track, step, _ = key.split("/")
        said = found.setdefault(f"{campaign}/{resource}", {})
        said[f"{track}: {step} {ITS_TURN}"] = f"{number} of {len(line)} in line"
    return found


def _in_line(told: str, turns: Mapping[str, str]) -> str:
    for said, place in turns.items():
        told = told.replace(said, f"{said} ({place})")
    return told


def wave_awaited(gate: Gate, campaign: Campaign, wave: int) -> str:
    """`wave 1`: what must be completed before this wave opens by itself; empty where it is open."""
    return "" if may_start_in(gate, campaign, wave) else f"wave {campaign.waves[wave].after}"


def _before_the_start(row: Summary, waits: str) -> dict[str, object]:
    if waits:
        return {"next_action": f"waits for {waits}", "command": "", "actionable": False}
    return {"next_action": START, "command": f"start {row.resource}", "actionable": True}
