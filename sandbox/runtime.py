"""Does what Lambda does: takes messages from the queues and calls each function's real handler with its real event."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Any, Final

from functions.advance.handler import handler as advance
from functions.observe.handler import handler as observe
from functions.park.handler import handler as park
from functions.post_comment.handler import handler as post_comment
from functions.skills.list_items.handler import handler as list_items
from functions.skills.migrate_items.handler import handler as migrate_items
from functions.skills.open_pull_request.handler import handler as open_pull_request
from functions.skills.post_checkpoint.handler import handler as post_checkpoint
from functions.skills.rewrite_dags.handler import handler as rewrite_dags
from functions.skills.run_workflow.handler import handler as run_workflow
from functions.skills.verify.handler import handler as verify
from functions.sweep.handler import handler as sweep
from sandbox import aws_events
from shared import names
from shared.ports.clock import Clock
from shared.ports.queues import Inbox, Message

Handler = Callable[[dict[str, Any], object], dict[str, Any]]
Done = Callable[[str, Sequence[Message]], None]
"""Called after each batch with the queue and its messages."""

HANDLERS: Final[Mapping[str, Handler]] = {
    names.SIGHTINGS: observe,
    names.SIGNALS: advance,
    names.CARDS: post_checkpoint,
    names.COMMENTS: post_comment,
    names.skill_queue("open_pull_request"): open_pull_request,
    names.skill_queue("rewrite_dags"): rewrite_dags,
    names.skill_queue("run_workflow"): run_workflow,
    names.skill_queue("list_items"): list_items,
    names.skill_queue("migrate_items"): migrate_items,
    names.skill_queue("verify"): verify,
    **dict.fromkeys(names.DEAD_LETTER_QUEUES, park),
}
BATCH: Final[Mapping[str, int]] = {names.SIGHTINGS: 10, names.CARDS: 10}
"""Messages at once; all other queues: one, so that a poison message holds up nobody else."""
LONGEST_DELAY: Final = 30
IDLE: Final = 0.1
"""Seconds between two looks at empty queues."""
_PATIENT: Final = 5
"""Receives of a card until it is worth a warning: cards wait for their turn."""
_LOG: Final = logging.getLogger("waymark.sandbox")


def _nothing(_queue: str, _messages: Sequence[Message]) -> None:
    return


@dataclass(frozen=True, slots=True)
class Runtime:
    """The workers of one world, to be used from one thread: PyGithub's client, which they share, is not for several."""

    inbox: Inbox
    clock: Clock
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)
    done: Done = _nothing
    longest_delay: int = LONGEST_DELAY
    """Seconds until a message that failed is shown again, at most; it doubles with each receive."""
    idle: float = IDLE

    def drain(self, stop: Flag | None = None) -> int:
        """Takes messages until no queue shows one any more, or `stop` is set; how many batches that were."""
        batches, flag = 0, stop or Flag()
        while not flag.is_set() and (taken := self._round(flag)):
            batches += taken
        return batches

    def _round(self, stop: Flag) -> int:
        """A batch of each queue; of the dead-letter queues only where no other has one: theirs are rare and can wait.

        Once it is to stop, the batch at hand is the last one.
        """
        living = self._taken([queue for queue in self.handlers if queue in names.QUEUES], stop)
        return living or self._taken([queue for queue in self.handlers if queue not in names.QUEUES], stop)

    def _taken(self, queues: Iterable[str], stop: Flag) -> int:
        return sum(self.take(queue) for queue in queues if not stop.is_set())

    def take(self, queue: str) -> int:
        """One batch of one queue: what succeeded is deleted, what failed goes back. 0 where the queue shows nothing.

        What the function itself has given back stays as it gave it.
        """
        messages = self.inbox.receive(queue, BATCH.get(queue, 1))
        if not messages:
            return 0
        failed = self._invoke(queue, messages)
        for message in messages:
            if message.id in failed:
                self.inbox.release(queue, message, min(2 ** (message.receives - 1), self.longest_delay))
            else:
                self.inbox.delete(queue, message)
        self.done(queue, messages)
        return 1

    def _invoke(self, queue: str, messages: Sequence[Message]) -> set[str]:
        """The ids that failed. A handler that raises has failed with all of its batch, as on Lambda."""
        event = aws_events.sqs_batch(queue, messages, self.clock())
        try:
            answer = self.handlers[queue](event, aws_events.context_of(queue))
        except Exception:  # noqa: BLE001 - the frame round every function: a bug in one must not stop the others
            _LOG.exception("the function of the queue %s raised", queue)
            return {message.id for message in messages}
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message.id in failed:
                usual = queue == names.CARDS and message.receives < _PATIENT
                level = logging.INFO if usual else logging.WARNING
                _LOG.log(level, "queue %s, receive %d failed: %.300s", queue, message.receives, message.body)
        return failed

    def sweep(self) -> None:
        """Calls the sweep as its schedule does."""
        sweep(aws_events.schedule(self.clock()), aws_events.context_of("sweep"))

    def work_until(self, stop: Flag, sweep_every: float) -> None:
        """Drains and sweeps until `stop` is set; `sweep_every` in seconds of the clock."""
        swept = None
        while not stop.is_set():
            now = self.clock()
            if swept is None or (now - swept).total_seconds() >= sweep_every:
                self.sweep()
                swept = now
            if not self.drain(stop):
                stop.wait(self.idle)
