"""Says in the log, for an alarm to see, that Slack does not take our messages, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aws_lambda_powertools import Logger

from shared.ports.slack import SlackDownError, SlackRefusesError

PATIENT: Final = 3
"""Receives of one message until being limited is worth an alert: now and then it is nothing."""


@contextmanager
def slack_alerts(log: Logger, kind: str, receives: int) -> Iterator[None]:
    """Logs what Slack raises in the block, with `alert`: "slack", and lets it pass. `kind` is that of the message."""
    try:
        yield
    except (SlackDownError, SlackRefusesError) as exc:
        limited = isinstance(exc, SlackDownError) and exc.delay is not None
        if not limited or receives >= PATIENT:
            said = f"Slack does not take a {kind}: {exc.reason} Migrations go on; the {kind} follows by itself."
            told = {"alert": "slack", "kind": kind, "error": getattr(exc, "code", "slack_down"), "receives": receives}
            tell = log.warning if limited else log.error
            tell(said, extra=told)
        raise
