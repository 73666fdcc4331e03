"""The rows of lists, brought up to what campaign and gate are now."""

from collections.abc import Mapping, Sequence

from shared.domain.display import ITS_TURN, START
from shared.domain.gate import in_line
from shared.domain.holding import may_start_in
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.summary import Summary


def as_of(gate: Gate, campaign: Campaign, rows: Sequence[Summary]) -> list[Summary]:
    """The rows as waves and slots are now: others open the one and free the other, which writes none of these rows."""
    waves = {row.wave for row in rows if row.status == "pending"}
    awaited = {wave: wave_awaited(gate, campaign, wave) for wave in waves}
    turns = _turns(gate)
    return [
        row.model_copy(update=_before_the_start(row, awaited[row.wave]))
        if row.status == "pending"
        else row.model_copy(update={"next_action": _in_line(row.next_action, turns[row.migration])})
        if row.migration in turns
        else row
        for row in rows
    ]


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
