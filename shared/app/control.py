"""Acts on a whole campaign: pause, resume, open a wave. Whoever could start because of it is woken."""

from typing import Final

from shared.app.sending import send_wakes
from shared.domain.control import Controlled, control
from shared.errors import RetryableError, StaleStateError
from shared.ports.campaigns import Campaigns, Controls
from shared.ports.queues import Outbox
from state_schema.control import Control

_TRIES: Final = 10


def run_control(act: Control, *, campaigns: Campaigns, controls: Controls, outbox: Outbox) -> Controlled:
    """Decides and saves; the loser of a race decides again. NotFoundError where there is no such campaign."""
    for _ in range(_TRIES):
        _, campaign = campaigns.load(act.campaign)
        controlled = control(controls.gate(act.campaign), campaign, act)
        try:
            if controlled.record is not None:
                controls.save(controlled.gate, controlled.record)
        except StaleStateError:
            continue
        if controlled.refusal is None:
            send_wakes(controlled.gate, campaign, act.at, outbox)
        return controlled
    raise RetryableError(f"The gate of {act.campaign} is written by many at once.")
