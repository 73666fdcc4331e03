"""Branch names: found again by the same step, and taken by git whatever the ids are."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.branches import branch_name

_IDS = st.text(alphabet="a.-_l0ock", min_size=1, max_size=60)
_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)


def test_a_branch_names_campaign_resource_track_and_step() -> None:
    name = branch_name("airflow-3/email.notifications", "prod-us", "infra.pull_request")
    assert name == "waymark/airflow-3/email.notifications/prod-us/infra.pull_request"


@pytest.mark.parametrize(
    ("resource", "written"),
    [
        (".hidden", "=2ehidden"),
        ("a..b", "a.=2eb"),
        ("ends.", "ends=2e"),
        ("packed.lock", "packed=2elock"),
        ("a.lock.b", "a.lock.b"),
        ("..", "=2e=2e"),
        ("-", "-"),
    ],
)
def test_a_dot_that_git_refuses_is_escaped(resource: str, written: str) -> None:
    assert branch_name(f"c/{resource}", "test", "infra.lock") == f"waymark/c/{written}/test/infra=2elock"


@given(
    one=st.tuples(_IDS, _IDS, _NAMES, _NAMES, _NAMES),
    other=st.tuples(_IDS, _IDS, _NAMES, _NAMES, _NAMES),
)
def test_two_steps_never_share_a_branch(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    names = [branch_name(f"{a}/{b}", c, f"{d}.{e}") for a, b, c, d, e in (one, other)]
    assert (names[0] == names[1]) == (one == other)
    assert all(len(f"refs/heads/{name}") <= 255 for name in names)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: its own check cannot be asked")
@pytest.mark.parametrize(
    "resource",
    [".", "..", "...", "a.lock", ".lock", "lock", "-a", "a.", "." * 60, "a" * 60, "._-._-", "head", "a.lock.lock"],
)
@pytest.mark.parametrize("campaign", ["airflow-3", "c." * 30])
def test_git_takes_every_branch(resource: str, campaign: str) -> None:
    name = branch_name(f"{campaign}/{resource}", "a" * 40, f"{'p' * 40}.lock")
    assert subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0, name
