"""Paths that come from outside never leave the folder that they are meant for."""

import pytest

from shared.domain.repository_paths import is_repository_path


@pytest.mark.parametrize("path", ["a", "a/b.py", "a b/ü/-x", ".github/workflows/ci.yml", "a/..b/c..", "x" * 255])
def test_a_relative_path_is_accepted(path: str) -> None:
    assert is_repository_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/etc/passwd", "a//b", "a/", "..", "a/../b", "a/..", "./a", ".git/config", "a/.GIT/hooks/x",
        "a\\..\\b", "a\nb", "a\x00b", "\x7f", "x" * 256, "ü" * 128, "/".join("a" * 3000),
    ],
)  # fmt: skip
def test_a_path_that_climbs_out_or_that_git_refuses_is_not(path: str) -> None:
    assert not is_repository_path(path)
