"""Opens pull requests of ours, so that a crash between any two calls leaves nothing that the next try does not use.

    tree, commit ──▶ branch ──▶ pull request
    nobody sees      points at the whole commit from its first moment

A try that dies before the branch leaves loose objects, which git forgets. From then on, the branch is looked at first.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, cast

from github import Github, GithubException
from github.GitCommit import GitCommit
from github.GithubObject import NotSet
from github.GitTree import GitTree
from github.PullRequest import PullRequest
from github.Repository import Repository

from shared.adapters.github_client import named_repository, translated, words
from shared.adapters.github_trees import Tree, changes
from shared.errors import PermanentError, RetryableError
from shared.ports.github import OpenedPullRequest, Proposal

_NOT_FOUND: Final = 404
_REFUSED: Final = 422
_RACE: Final = re.compile("already exists|not a fast forward", re.IGNORECASE)


class GithubPullRequests:
    """The port `PullRequests`."""

    def __init__(self, client: Github) -> None:
        self._client = client

    def find(self, repository: str, branch: str) -> OpenedPullRequest | None:
        """Two calls."""
        with translated(f"list the pull requests from {branch} in {repository}"):
            return next((_opened(pull) for pull in _from_branch(self._repository(repository), branch)), None)

    def open(self, proposal: Proposal) -> OpenedPullRequest:
        """About ten calls, four of them writes. An open pull request keeps what people pushed to other files.

        PermanentError `nothing_to_change` where `base` holds all of it already, unless a merged pull request of this
        branch is the reason: then that one is the answer. RetryableError where somebody else was faster.
        """
        with translated(f"open a pull request from {proposal.branch} to {proposal.base} in {proposal.repository}"):
            repository = self._repository(proposal.repository)
            earlier = list(_from_branch(repository, proposal.branch))
            present = next((pull for pull in earlier if _is_open(pull) and pull.base.ref == proposal.base), None)
            base = _commit_of(repository, proposal.base)
            branch = _branch_sha(repository, proposal.branch)
            if present is not None and branch is not None:
                with _overtaken(proposal):
                    return _opened(present, _add_to(repository, proposal, branch))
            start = Tree(repository, base.tree.sha)
            if not changes(start, proposal.files):
                return _nothing_to_change(proposal, earlier)
            with _overtaken(proposal):
                _prepare(repository, proposal, base, start, branch)
                return _opened(_create(repository, proposal))

    def _repository(self, full_name: str) -> Repository:
        return named_repository(self._client, full_name)


def _from_branch(repository: Repository, branch: str) -> Iterator[PullRequest]:
    """Newest first. GitHub's filter also lets pull requests pass that come from a fork of the same owner."""
    head = f"{repository.owner.login}:{branch}"
    for pull in repository.get_pulls(state="all", head=head, sort="created", direction="desc"):
        source = cast("Repository | None", pull.head.repo)  # null where the fork is gone
        if pull.head.ref == branch and source is not None and source.id == pull.base.repo.id:
            yield pull


def _is_open(pull: PullRequest) -> bool:
    return pull.state == "open" and pull.merged_at is None


def _opened(pull: PullRequest, head_sha: str = "") -> OpenedPullRequest:
    """`merged` is told by `merged_at`: GitHub's lists leave the flag out."""
    state = "merged" if pull.merged_at is not None else pull.state
    return OpenedPullRequest(pull.base.repo.id, pull.number, pull.html_url, head_sha or pull.head.sha, state)


def _branch_sha(repository: Repository, branch: str) -> str | None:
    try:
        return repository.get_git_ref(f"heads/{branch}").object.sha
    except GithubException as exc:
        if exc.status != _NOT_FOUND:
            raise
        return None


def _commit_of(repository: Repository, branch: str) -> GitCommit:
    return repository.get_git_commit(repository.get_git_ref(f"heads/{branch}").object.sha)


def _prepare(repository: Repository, proposal: Proposal, base: GitCommit, start: Tree, branch: str | None) -> None:
    """Lets the branch hold `base` and the proposal, nothing else."""
    if branch is None:
        commit = _commit(repository, proposal, start, base.tree, [base])
        repository.create_git_ref(f"refs/heads/{proposal.branch}", commit.sha)
        return
    head = repository.get_git_commit(branch)
    fork = repository.compare(base.sha, branch).merge_base_commit.commit.tree
    if _holds(repository, proposal, fork, head.tree):
        return
    # What an earlier, closed try left is overruled by a merge with `base`: no history is thrown away by force.
    commit = _commit(repository, proposal, start, base.tree, [head, base])
    repository.get_git_ref(f"heads/{proposal.branch}").complete().edit(commit.sha)


def _holds(repository: Repository, proposal: Proposal, fork: GitTree, head: GitTree) -> bool:
    """Whether `head` is `fork` with the proposal, and nothing else."""
    needed = changes(Tree(repository, fork.sha), proposal.files)
    return bool(needed) and repository.create_git_tree(needed, fork).sha == head.sha


def _add_to(repository: Repository, proposal: Proposal, branch: str) -> str:
    """The branch's new head: one more commit where a file of the proposal differs, else as it was."""
    head = repository.get_git_commit(branch)
    tree = Tree(repository, head.tree.sha)
    if not changes(tree, proposal.files):
        return branch
    commit = _commit(repository, proposal, tree, head.tree, [head])
    repository.get_git_ref(f"heads/{proposal.branch}").complete().edit(commit.sha)
    return commit.sha


def _commit(
    repository: Repository, proposal: Proposal, start: Tree, tree: GitTree, parents: list[GitCommit]
) -> GitCommit:
    needed = changes(start, proposal.files)
    whole = repository.create_git_tree(needed, tree) if needed else tree
    return repository.create_git_commit(proposal.title, whole, parents)


def _create(repository: Repository, proposal: Proposal) -> PullRequest:
    return repository.create_pull(
        base=proposal.base, head=proposal.branch, title=proposal.title, body=proposal.body or NotSet
    )


@contextmanager
def _overtaken(proposal: Proposal) -> Iterator[None]:
    """Somebody else created the branch or the pull request, or pushed, since we looked: the next try finds that."""
    try:
        yield
    except GithubException as exc:
        if exc.status == _REFUSED and _RACE.search(words(exc)):
            raise RetryableError(
                f"Somebody else was at work on {proposal.branch} in {proposal.repository} just now: {words(exc)}"
            ) from exc
        raise


def _nothing_to_change(proposal: Proposal, earlier: Sequence[PullRequest]) -> OpenedPullRequest:
    merged = next((pull for pull in earlier if pull.merged_at is not None), None)
    if merged is not None:
        return _opened(merged)
    raise PermanentError(
        f"{proposal.repository} holds all of this at {proposal.base} already: there is nothing to open, skip the step.",
        "nothing_to_change",
    )
