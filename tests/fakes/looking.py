"""GitHub in memory, as looks see it."""

from collections.abc import Callable

from shared.errors import NotFoundError
from state_schema.migration import PullRequestSeen, RunSeen, Seen
from tests.fakes.crashes import Outside


class FakeGithubReader(Outside):
    """The port GithubReader. `truth` by address; `while_reading` happens between the beginning and the end of a read."""

    def __init__(self) -> None:
        super().__init__()
        self.truth: dict[str, Seen] = {}
        self.while_reading: Callable[[], object] = lambda: None

    def pull_request(self, repository_id: int, number: int) -> PullRequestSeen:
        seen = self._read(f"pull_request:{repository_id}/{number}")
        assert isinstance(seen, PullRequestSeen)
        return seen

    def workflow_run(self, repository_id: int, run_id: int) -> RunSeen:
        seen = self._read(f"workflow_run:{repository_id}/{run_id}")
        assert isinstance(seen, RunSeen)
        return seen

    def _read(self, address: str) -> Seen:
        self.read(address)
        self.while_reading()
        if address not in self.truth:
            raise NotFoundError(f"GitHub shows nothing at {address}.")
        return self.truth[address]
