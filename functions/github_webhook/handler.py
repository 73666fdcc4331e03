"""The door for GitHub's webhooks: `POST /github/webhooks` behind API Gateway (HTTP API, payload 2.0)."""

from shared import bootstrap_doors
from shared.app.answers import Response, prepared
from shared.app.ingest import ingest_github
from shared.observability import door_logger

bootstrap_doors.prepare()
LOG = door_logger("github-webhook")


def handler(event: object, context: object) -> Response:
    """202 for what was enqueued or does not matter; see `shared.app.answers.through` for the rest."""
    return prepared(
        bootstrap_doors.doors,
        lambda doors: ingest_github(
            event, secrets=doors.secrets, outbox=doors.outbox, now=doors.clock(), log=LOG, own_app=doors.own_app
        ),
        LOG,
    )
