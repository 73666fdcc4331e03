"""What becomes of an order whose migration was aborted before it was done: its slot waits for word of it."""

from typing import Final

from shared.domain.aftermath import still_out
from shared.domain.reports import failed
from shared.domain.view import View
from shared.ports.effects import ClaimHeldError, Effects, Report
from state_schema.ids import order_key
from state_schema.orders import Order

FENCED: Final = "fenced"
"""The failure code of what an abort came before."""


# Is anybody at the work of an aborted order? Only who finds no claim, and then lays one himself, can say no.
#
#   worker A   load: wanted ─────────────────────── claim ─ acts ─ report ──▶
#   a person           abort
#   worker B                 load: not wanted ─ claim? ─┬ held: leaves it to A, or to the deadline where A has died
#                                                       ├ reported: sends that report (again)
#                                                       └ none: claims it, A or B is first and the other one goes by that
def called_off(order: Order, view: View, effects: Effects) -> Report | None:
    """The report that frees the slot of an aborted order: that nothing was done and never will be, or what was done.

    None where no abort is why it is not wanted, where its slot is free already, or where somebody may be at it.
    """
    if not _keeps_a_slot(order, view) or effects.claim(order.key) == "held":
        return None
    nothing = failed("blocking", "The migration was aborted before anybody began this, and now nobody will.", FENCED)
    try:
        return effects.once(order.key, lambda: nothing)
    except ClaimHeldError:
        return None


def _keeps_a_slot(order: Order, view: View) -> bool:
    """Whether it is the very order that was out at the abort. What it handed over to machines elsewhere is watched there."""
    out = (
        order_key(view.state.id, track, path, step.attempt, step.progress.part if step.progress else 0)
        for track, path, step in still_out(view.state)
        if step.status == "in_progress"
    )
    return view.state.status == "aborted" and order.key in out
