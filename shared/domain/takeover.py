"""A campaign that is new takes over what stops all campaigns: `pause all` came before it, and is meant for it too."""

from collections.abc import Sequence

from shared.domain.history import chained
from shared.domain.view import Cause
from state_schema.control import ControlRecorded
from state_schema.gate import Gate

_ALL = "all"


def taken_over(gate: Gate, others: Sequence[Gate], cause: Cause) -> list[tuple[Gate, ControlRecorded]]:
    """Each write that the gate of a new campaign needs, one after the other; none where nothing stops all, or it did so before.

    Of several pauses it takes the oldest, of several freezes the one that ends last.
    """
    writes: list[tuple[Gate, ControlRecorded]] = []
    pauses = sorted((one.pauses[_ALL] for one in others if _ALL in one.pauses), key=lambda pause: pause.at)
    if pauses and _ALL not in gate.pauses:
        record = ControlRecorded(
            number=gate.version + 1, at=cause.at, actor=cause.actor, signal=cause.signal,
            verb="pause", scope=_ALL, note=pauses[0].reason,
        )  # fmt: skip
        writes.append(_next(gate, record, "pauses", {**gate.pauses, _ALL: pauses[0]}))
        gate = writes[-1][0]
    freezes = [one.freezes[_ALL] for one in others if _ALL in one.freezes and one.freezes[_ALL].until > cause.at]
    if freezes and _ALL not in gate.freezes:
        freeze = max(freezes, key=lambda one: one.until)
        record = ControlRecorded(
            number=gate.version + 1, at=cause.at, actor=cause.actor, signal=cause.signal,
            verb="freeze", scope=_ALL, until=freeze.until, note=freeze.reason,
        )  # fmt: skip
        writes.append(_next(gate, record, "freezes", {**gate.freezes, _ALL: freeze}))
    return writes


def _next(gate: Gate, act: ControlRecorded, field: str, value: object) -> tuple[Gate, ControlRecorded]:
    record = chained(act, gate.tail)
    return gate.model_copy(update={field: value, "version": record.number, "tail": record.hash}), record
