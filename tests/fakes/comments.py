"""The conversations of pull requests in memory, as the comment worker sees them."""

from shared.errors import NotFoundError
from tests.fakes.crashes import Outside


class FakeComments(Outside):
    """The port Comments. `said` is (repository id, number, body), in order; all of it is ours. `gone` are pull requests."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, int, str]] = []
        self.gone: set[tuple[int, int]] = set()

    def find(self, repository_id: int, number: int, marker: str, after: int) -> bool:
        self.read("find")
        self._exists(repository_id, number)
        place = (repository_id, number)
        return any(one[:2] == place and one[2].endswith(marker) for one in self.said)

    def post(self, repository_id: int, number: int, body: str) -> None:
        self._exists(repository_id, number)
        with self.act("post"):
            self.said.append((repository_id, number, body))

    def _exists(self, repository_id: int, number: int) -> None:
        if (repository_id, number) in self.gone:
            raise NotFoundError(f"There is no pull request {number} in repository {repository_id}.")
