"""Comments in the conversation of a pull request, by numeric repository id: a renamed repository stays the same one."""

from typing import Final

from github import Github
from github.Issue import Issue

from shared.adapters.github_client import translated

MOST_READ: Final = 300
"""Comments that are looked at, newest first: those of minutes. After so many a second answer is the smaller evil."""


class GithubComments:
    """The port `Comments`. `own` is the user id of our App's bot account: only what it wrote can be ours.

    Where it is not set, whose comment it is cannot be told, and the marker alone counts.
    """

    def __init__(self, client: Github, own: int | None) -> None:
        self._client = client
        self._own = own

    def find(self, repository_id: int, number: int, marker: str, after: int) -> bool:
        """Two calls where there are over a hundred comments, else one: the newest page is read first."""
        with translated(f"list the comments of pull request {number} of repository {repository_id}"):
            for read, comment in enumerate(self._issue(repository_id, number).get_comments().reversed):
                if comment.id <= after or read >= MOST_READ:
                    return False
                # At the end alone: an answer may repeat a command, and a command may look like a marker.
                if (comment.body or "").rstrip().endswith(marker) and self._own in {None, comment.user.id}:
                    return True
        return False

    def post(self, repository_id: int, number: int, body: str) -> None:
        """One call; not repeated here where it is unclear whether GitHub took it: the next try finds it."""
        with translated(f"comment on pull request {number} of repository {repository_id}"):
            self._issue(repository_id, number).create_comment(body)

    def _issue(self, repository_id: int, number: int) -> Issue:
        return self._client.get_repo(repository_id).get_issue(number)
