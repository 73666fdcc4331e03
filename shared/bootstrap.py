"""The one composition: settings in, ports out. Everything is built on demand; the functions wire it to their use cases."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from shared import names
from shared.engines import Engine, aws_engine, embedded_engine
from shared.errors import SETTINGS, InvalidInputError
from shared.observability import door_logger
from shared.outside import Outside
from shared.ports.clock import Clock
from shared.ports.secrets import Secrets
from shared.settings import PREFIX, Settings


@dataclass(frozen=True)
class Composition:
    """Settings and the sources of time, chance and secrets, and everything that is built from them."""

    settings: Settings
    secrets: Secrets
    clock: Clock
    jitter: Callable[[], float]

    @cached_property
    def engine(self) -> Engine:
        """The ports that depend on the engine."""
        build = aws_engine if self.settings.engine == "aws" else embedded_engine
        return build(self.settings, self.clock)

    @cached_property
    def outside(self) -> Outside:
        """The ports that reach the outside world."""
        return Outside(self.settings, self.secrets)


_in_use: Composition | None = None


def use(composition: Composition | None) -> None:
    """Makes all functions of this process use it; None goes back to the environment's settings."""
    global _in_use  # noqa: PLW0603 - Lambda keeps one composition between invocations, the sandbox one a scenario
    _in_use = composition


def current() -> Composition:
    """The composition in use; at first use it is built from the environment.

    InvalidInputError where its settings are wrong, and a log line that names them: a worker ends with it, and its messages
    come again. An alarm counts the lines whose `alert` is `settings`.
    """
    if _in_use is None:
        try:
            use(from_environment())
        except InvalidInputError as exc:
            told = {"reason": " ".join(exc.problems), "code": SETTINGS, "alert": SETTINGS}
            door_logger("bootstrap").error("the settings are wrong", extra=told)
            raise
    return _in_use or from_environment()


def from_environment() -> Composition:
    """The composition that the environment's settings ask for; InvalidInputError where they are wrong."""
    return from_settings(Settings.from_environment(os.environ))


def from_settings(settings: Settings) -> Composition:
    """The composition for these settings, with the machine's time and chance."""
    return Composition(settings, _secrets(settings), utc_now, random.random)


def _secrets(settings: Settings) -> Secrets:
    from shared.adapters.secrets import FixedSecrets, SecretsManagerSecrets, secrets_client

    if settings.engine == "aws":
        return SecretsManagerSecrets(secrets_client(), settings.secrets_prefix, time.monotonic)
    return FixedSecrets({name: os.environ.get(PREFIX + name.upper().replace("-", "_"), "") for name in names.SECRETS})


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)
