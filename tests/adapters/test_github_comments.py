"""Comments of ours, with the real PyGithub on the mock GitHub: found before they are posted again, and nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github.world import WAYMARK
from shared.adapters.github_comments import GithubComments
from shared.errors import NotFoundError, PermanentError, RetryableError
from tests.adapters.github_world import ANA, GithubWorld, a_github_world

MARKER = "<!-- waymark:reply:1 -->"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        found.open_pull()
        yield found


def comments(world: GithubWorld, own: int | None = WAYMARK.id) -> GithubComments:
    return GithubComments(world.client, own)


def said(world: GithubWorld) -> list[tuple[str, str]]:
    return [(one["user"]["login"], one["body"]) for one in world.mock.comments()]


def commented(world: GithubWorld, text: str = "/migrate status") -> int:
    return int(world.mock.comment("acme/dags", 1, text, person=ANA)["id"])


def test_an_answer_is_posted_and_found(world: GithubWorld) -> None:
    asked = commented(world)

    assert not comments(world).find(world.repository_id, 1, MARKER, asked)
    comments(world).post(world.repository_id, 1, f"Done. {MARKER}")

    assert said(world) == [("ana", "/migrate status"), (WAYMARK.login, f"Done. {MARKER}")]
    assert comments(world).find(world.repository_id, 1, MARKER, asked)
    assert not comments(world).find(world.repository_id, 1, "<!-- waymark:reply:2 -->", asked)


def test_a_marker_in_somebody_elses_comment_keeps_nobody_from_answering(world: GithubWorld) -> None:
    asked = commented(world)
    commented(world, f"Nothing to see {MARKER}")

    assert not comments(world).find(world.repository_id, 1, MARKER, asked)
    assert comments(world, own=None).find(world.repository_id, 1, MARKER, asked)


def test_an_answer_that_repeats_a_marker_is_not_the_answer_to_the_comment_of_that_marker(world: GithubWorld) -> None:
    asked = commented(world)
    comments(world).post(world.repository_id, 1, f"I don't know `{MARKER}`.\n\n<!-- waymark:reply:2 -->")

    assert not comments(world).find(world.repository_id, 1, MARKER, asked)


def test_what_is_older_than_the_command_is_no_answer_to_it(world: GithubWorld) -> None:
    comments(world).post(world.repository_id, 1, MARKER)

    assert not comments(world).find(world.repository_id, 1, MARKER, commented(world))


def test_the_newest_page_is_read_first_however_long_the_talk_is(world: GithubWorld) -> None:
    for number in range(250):
        commented(world, f"talk {number}")
    asked = commented(world)
    comments(world).post(world.repository_id, 1, MARKER)
    before = len(world.calls())

    assert comments(world).find(world.repository_id, 1, MARKER, asked)
    assert len(world.calls()) - before == 2


def test_an_answer_that_was_posted_and_not_confirmed_is_found(world: GithubWorld) -> None:
    asked = commented(world)
    world.mock.fail_next_calls(1, status=502, method="POST", applied=True)
    with pytest.raises(RetryableError):
        comments(world).post(world.repository_id, 1, MARKER)

    assert comments(world).find(world.repository_id, 1, MARKER, asked)


def test_a_limit_says_when_to_come_again(world: GithubWorld) -> None:
    world.mock.limit_next_calls(1, retry_after=17)
    with pytest.raises(RetryableError) as raised:
        comments(world).post(world.repository_id, 1, MARKER)
    assert raised.value.delay == 17


@pytest.mark.parametrize(("repository", "number"), [(None, 99), (424242, 1)])
def test_what_is_gone_is_not_found(world: GithubWorld, repository: int | None, number: int) -> None:
    place = (repository or world.repository_id, number)
    with pytest.raises(NotFoundError):
        comments(world).find(*place, MARKER, 1)
    with pytest.raises(NotFoundError):
        comments(world).post(*place, MARKER)


def test_a_refusal_names_the_pull_request(world: GithubWorld) -> None:
    with pytest.raises(PermanentError, match=f"comment on pull request 1 of repository {world.repository_id}"):
        comments(world).post(world.repository_id, 1, "")
