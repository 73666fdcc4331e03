"""The door for Slack: `POST /slack/interactions` and `POST /slack/commands` behind API Gateway (HTTP API, payload 2.0)."""

from shared import bootstrap_doors
from shared.app.answers import Response, prepared
from shared.app.ingest_slack import SlackDoor
from shared.observability import door_logger

bootstrap_doors.prepare()
LOG = door_logger("slack")


def handler(event: object, context: object) -> Response:
    """200 for what was enqueued or opened; see `shared.app.answers.through` for what went wrong."""
    return prepared(
        bootstrap_doors.doors,
        lambda doors: SlackDoor(doors.secrets, doors.outbox, doors.modals, doors.clock(), LOG, doors.team).take(event),
        LOG,
    )
