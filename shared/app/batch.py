"""`migrate next` by the clock: each time of a schedule becomes one command on the signals queue, however often it is told."""

from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from shared import names
from shared.errors import InvalidInputError
from shared.ports.queues import Outbox
from state_schema.ids import CampaignId
from state_schema.model import Model, Moment
from state_schema.signals import Command

ACTOR: Final = "principal:schedule"
"""Who acts by the clock. The campaign's people must list it among the operators."""
_PREFIX: Final = "schedule:"


class Scheduled(Model):
    """What the schedule sends: the campaign, and the time that it is due at, which is the same when it is told twice."""

    campaign: CampaignId
    time: Moment


def start_scheduled(event: dict[str, Any], *, outbox: Outbox, now: datetime) -> Command:
    """Sends the command, and answers it. InvalidInputError where the event is no `{"campaign": …, "time": …}`.

    Within five minutes the queue drops a second one; after that, whoever takes it up finds what the first one started.
    """
    try:
        due = Scheduled.model_validate(event)
    except ValidationError as exc:
        wrong = exc.errors(include_input=False, include_url=False)
        problems = (
            f"The schedule's event: {'.'.join(map(str, one['loc'])) or 'all of it'}: {one['msg']}." for one in wrong
        )
        hint = 'Send {"campaign": "<id>", "time": "<the scheduled time>"}; the deployed rule does.'
        raise InvalidInputError((*problems, hint)) from exc
    command = Command(
        id=f"{_PREFIX}{due.campaign}/{due.time.isoformat()}",
        at=now,
        actor=ACTOR,
        text=f"next --campaign {due.campaign}",
    )
    outbox.send(names.SIGNALS, command.model_dump_json(), group=f"schedule:{due.campaign}", key=command.id)
    return command


def is_scheduled(command: Command) -> bool:
    """Whether a schedule sent it: its id is the same each time it is told."""
    return command.actor == ACTOR and command.id.startswith(_PREFIX)
