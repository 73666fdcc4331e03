"""The persistent service: doors, workers and sweep of a deployment in one process that goes on until it is stopped.

Nothing in here is a mock: the queues and tables are those of the settings, GitHub and Slack are the real ones.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import Final

from sandbox.doors_server import DoorsServer
from sandbox.guarded import Guarded
from sandbox.keeping import only_one
from sandbox.reclaiming import reclaim
from sandbox.runtime import Runtime
from sandbox.web import Web
from shared import bootstrap, bootstrap_doors, names
from shared.errors import InvalidInputError, WaymarkError

SWEEP_EVERY: Final = 60.0
"""Seconds, as the deployed rule."""
IDLE: Final = {"aws": 2.0, "embedded": 0.1}
"""Seconds between two looks at empty queues: SQS counts each look as a request."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds until the workers try again, at most, where store or queues cannot be reached; it doubles with each try."""
_NEEDED: Final = (names.GITHUB_WEBHOOK_SECRET, names.SLACK_SIGNING_SECRET, names.SLACK_BOT_TOKEN)
_LOG: Final = logging.getLogger("waymark.serve")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the service listens; `token` opens the status routes, which without one are not there."""

    host: str
    port: int
    token: str = ""


@contextmanager
def serving(composition: bootstrap.Composition, listening: Listening) -> Iterator[str]:
    """Serves the doors until the block ends; its address. InvalidInputError where it cannot listen there."""
    with ExitStack() as stack:
        stack.callback(bootstrap.use, None)
        stack.callback(bootstrap_doors.use, None)
        bootstrap.use(composition)
        bootstrap_doors.use(bootstrap_doors.build(composition.settings))
        if composition.settings.engine == "embedded":
            data = Path(composition.settings.data)
            stack.enter_context(only_one(data))
            reclaim(data, composition.clock)
        app = Guarded(Web(composition.clock), listening.token)
        yield stack.enter_context(DoorsServer(app, listening.host, listening.port)).url


def require(composition: bootstrap.Composition) -> None:
    """InvalidInputError or PermanentError where the settings or a secret lack what the doors cannot do without."""
    settings, problems = composition.settings, []
    if not settings.slack_team:
        problems.append("WAYMARK_SLACK_TEAM is empty: set the id of the Slack workspace that is listened to.")
    if not settings.github_app_id and not _has(composition, names.GITHUB_TOKEN):
        problems.append("WAYMARK_GITHUB_APP_ID is empty, and there is no secret github-token: give one of the two.")
    problems += [f"The secret {name} is absent or unreadable." for name in _NEEDED if not _has(composition, name)]
    if problems:
        raise InvalidInputError(tuple(problems))


def work_until(stop: Flag, composition: bootstrap.Composition, *, first_pause: float = 2.0) -> None:
    """Works until `stop` is set, and then ends with the batch at hand. What goes wrong is tried again, for ever.

    `first_pause`: seconds until then; the next one is twice as long, until the workers have been well for a while.
    """
    runtime = Runtime(composition.engine.inbox, composition.clock, idle=IDLE[composition.settings.engine])
    pause = first_pause
    while not stop.is_set():
        began = composition.clock()
        try:
            runtime.work_until(stop, SWEEP_EVERY)
        except WaymarkError as exc:
            _LOG.warning("the workers pause: %s", exc)
        except Exception:  # noqa: BLE001 - the frame round all functions: a bug in the sweep must not stop the others
            _LOG.exception("the workers pause")
        if (composition.clock() - began).total_seconds() > _LONGEST_PAUSE:
            pause = first_pause
        stop.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _has(composition: bootstrap.Composition, name: str) -> bool:
    try:
        return bool(composition.secrets.get(name))
    except WaymarkError:
        return False
