"""Composes the doors. Apart from `bootstrap`, because the doors must not load what the workers need (cold start)."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from shared import names
from shared.errors import InvalidInputError
from shared.ports.clock import Clock
from shared.ports.modals import ModalOpener
from shared.ports.queues import Outbox
from shared.ports.secrets import Secrets
from shared.settings import PREFIX, Settings

_VISIBILITY: Final = 60
"""Seconds; of no effect here, as a door only sends."""


@dataclass(frozen=True, slots=True)
class Doors:
    """All that the doors need. `team`: the Slack workspace; `own_app`: the user id of our GitHub App's bot account."""

    outbox: Outbox
    secrets: Secrets
    clock: Clock
    modals: ModalOpener
    team: str
    own_app: int | None = None


@dataclass(slots=True)
class _Process:
    """What this process uses: `override` where someone runs several worlds in it, else `built`, once."""

    override: Doors | None = None
    built: Doors | None = None


_process = _Process()


def use(doors: Doors | None) -> None:
    """From now on `doors` in this process; None goes back to those of the environment."""
    _process.override = doors


def doors() -> Doors:
    """The doors of this process, built from `WAYMARK_…` variables where none were given to `use`."""
    if _process.override is not None:
        return _process.override
    if _process.built is None:
        _process.built = build(Settings.from_environment(os.environ))
    return _process.built


def prepare() -> None:
    """On Lambda, builds while the handler is imported, when a new instance has the most CPU; elsewhere does nothing.

    Where the settings are wrong, each request says so: an import that fails would be answered by AWS, in AWS's words.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        with suppress(InvalidInputError):
            doors()


def build(settings: Settings) -> Doors:
    """Doors of their own for these settings; InvalidInputError names a setting that is wrong."""
    from shared.adapters.slack_modals import DOOR_TIMEOUT, SlackModals

    secrets, outbox = _aws(settings) if settings.engine == "aws" else _embedded(settings)
    modals = SlackModals(secrets, settings.slack_api, DOOR_TIMEOUT)
    return Doors(outbox, secrets, _now, modals, settings.slack_team, _own_app(settings.github_bot_id))


def _aws(settings: Settings) -> tuple[Secrets, Outbox]:
    from shared.adapters.secrets import SecretsManagerSecrets, secrets_client
    from shared.adapters.sqs import SqsQueues, sqs_client

    return (
        SecretsManagerSecrets(secrets_client(), settings.secrets_prefix, monotonic),
        SqsQueues(sqs_client(), settings.queue_url_prefix),
    )


def _embedded(settings: Settings) -> tuple[Secrets, Outbox]:
    from shared.adapters.secrets import FixedSecrets
    from shared.adapters.sql_engine import open_engine
    from shared.adapters.sql_queues import SqlQueues

    known = (names.GITHUB_WEBHOOK_SECRET, names.SLACK_SIGNING_SECRET, names.SLACK_BOT_TOKEN)
    texts = {name: os.environ.get(PREFIX + name.upper().replace("-", "_"), "") for name in known}
    return FixedSecrets(texts), SqlQueues(open_engine(settings.data), _now, _VISIBILITY)


def _own_app(bot: str) -> int | None:
    if bot and not (bot.isascii() and bot.isdecimal()):
        raise InvalidInputError(
            (f"{PREFIX}GITHUB_BOT_ID is {bot!r}; give the numeric user id of the App's bot account",)
        )
    return int(bot) if bot else None


def _now() -> datetime:
    return datetime.now(UTC)
