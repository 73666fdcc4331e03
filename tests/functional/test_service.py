"""The persistent service goes on: what cannot be reached is tried again, and a bug of the sweep stops nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag

import pytest

from sandbox.keeping import WorldInUseError
from sandbox.service import Listening, serving, work_until
from shared import bootstrap, names
from shared.adapters.secrets import FixedSecrets
from shared.errors import RetryableError
from shared.ports.queues import Inbox, Message
from shared.settings import Settings
from tests.fakes.clock import FakeClock
from tests.stories import MONDAY


@dataclass
class FlakyInbox:
    """Fails as often as it is told, then stops the service once it has been asked for every queue."""

    inner: Inbox
    stop: Flag
    errors: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def receive(self, queue: str, limit: int = 1) -> Sequence[Message]:
        if self.errors:
            raise self.errors.pop()
        self.asked.append(queue)
        if queue == names.DEAD_LETTER_QUEUES[-1]:
            self.stop.set()
        return self.inner.receive(queue, limit)

    def delete(self, queue: str, message: Message) -> None:
        self.inner.delete(queue, message)

    def release(self, queue: str, message: Message, delay: int = 0) -> None:
        self.inner.release(queue, message, delay)

    def depth(self, queue: str) -> int:
        return self.inner.depth(queue)


def composition(folder: Path) -> bootstrap.Composition:
    settings = Settings(data=str(folder / "waymark.db"), slack_team="T0ACME")
    return bootstrap.Composition(settings, FixedSecrets({}), FakeClock(MONDAY), lambda: 1.0)


@pytest.mark.parametrize(
    "errors",
    [[RetryableError("SQS is away.")] * 3, [RuntimeError("a bug")], [RetryableError("away"), RuntimeError("bug")]],
)
def test_it_tries_again_until_it_works(
    tmp_path: Path, errors: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    made, stop = composition(tmp_path), Flag()
    inbox = FlakyInbox(made.engine.inbox, stop, list(errors))
    vars(made)["engine"] = replace(made.engine, inbox=inbox)
    bootstrap.use(made)
    try:
        work_until(stop, made, first_pause=0)
    finally:
        bootstrap.use(None)

    assert set(inbox.asked) == {*names.QUEUES, *names.DEAD_LETTER_QUEUES}
    pauses = [record.message for record in caplog.records if record.name == "waymark.serve"]
    assert [said.startswith("the workers pause") for said in pauses] == [True] * len(errors)


def test_one_file_is_served_by_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        serving(composition(tmp_path), Listening("127.0.0.1", 0)),
        pytest.raises(WorldInUseError, match="in use"),
        serving(composition(tmp_path), Listening("127.0.0.1", 0)),
    ):
        pass
