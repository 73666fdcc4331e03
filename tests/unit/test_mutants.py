"""The hunt for deliberate bugs, on a tree so small that it takes seconds; and that the real table has not gone stale."""

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.__main__ import ROOT, main
from tests.mutants.bug import Bug, Catcher, Examples, Simulation, StaleBugError, planted
from tests.mutants.hunt import NO_BUG
from tests.mutants.table import BUGS

SUM = "def both(one: int, other: int) -> int:\n    return one + other\n"
SUM_TEST = "from shared.sums import both\n\n\ndef test_both_are_counted() -> None:\n    assert both(2, 1) == 3\n"
SIMULATION = """
from types import SimpleNamespace

from shared.sums import both


def outcome_of(seed):
    wrong = seed == 3 and both(seed, 1) != 4
    violation = SimpleNamespace(rule="sums_are_right", problem="three and one are not four") if wrong else None
    return SimpleNamespace(violation=violation)
"""
THE_TEST = Examples(("tests/unit/test_sums.py",))
BUG = Bug("minus", "Takes away.", "shared/sums.py", "one + other", "one - other", (THE_TEST,))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one function, one test, and a simulation in which seed 3 comes upon the function."""
    root = tmp_path / "tree"
    files = {
        "shared/__init__.py": "",
        "shared/sums.py": SUM,
        "tests/__init__.py": "",
        "tests/unit/test_sums.py": SUM_TEST,
        "tests/simulation/__init__.py": "",
        "tests/simulation/many.py": SIMULATION,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        ".venv/what": "is not copied",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "mutants", root / "tests" / "mutants")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return root


def hunted(tree: Path, capsys: pytest.CaptureFixture[str], *bugs: Bug) -> tuple[int, dict[str, tuple[Any, ...]]]:
    """The exit code, and of each bug its last verdict: outcome, by, tried."""
    code = main(["--json"], bugs=bugs, root=tree)
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is (code == 0)
    return code, {one["bug"]: (one["outcome"], one["by"], one["tried"]) for one in found["verdicts"]}


def test_a_bug_that_the_test_finds_is_caught_and_the_tree_is_left_as_it_was(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = hunted(tree, capsys, BUG)

    assert found == {
        NO_BUG: ("passes", "", 1),
        "minus": ("caught", "tests/unit/test_sums.py::test_both_are_counted", 1),
    }
    assert code == 0
    assert (tree / "shared/sums.py").read_text(encoding="utf-8") == SUM


def test_the_simulator_stops_at_the_first_seed_that_breaks_a_rule(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = hunted(tree, capsys, replace(BUG, caught_by=(Simulation(1, 9),)))

    assert found == {NO_BUG: ("passes", "", 9), "minus": ("caught", "sums_are_right", 3)}
    assert code == 0


def test_one_survivor_among_those_that_are_caught_is_exit_code_one(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = replace(BUG, caught_by=(Simulation(1, 3),))
    unseen = replace(seen, name="swapped", new="other + one")

    code, found = hunted(tree, capsys, seen, unseen)

    assert found["minus"][0] == "caught"
    assert found["swapped"] == ("survived", "", 3)
    assert code == 1


def test_each_of_its_catchers_has_to_find_a_bug(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = hunted(tree, capsys, replace(BUG, caught_by=(THE_TEST, Simulation(1, 2))))

    assert found["minus"] == ("survived", "", 2)
    assert code == 1


@pytest.mark.parametrize(
    "change", [{"old": "one * other"}, {"old": "one"}, {"file": "shared/gone.py"}], ids=["gone", "twice", "no file"]
)
def test_a_bug_whose_place_has_changed_is_stale_and_an_error(
    change: dict[str, Any], tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = hunted(tree, capsys, replace(BUG, **change, caught_by=(Simulation(1, 1),)))

    assert found["minus"] == ("stale", "", 0)
    assert code == 1


@pytest.mark.parametrize("gone", [THE_TEST, Simulation(1, 3)], ids=["test", "simulator"])
def test_where_the_unchanged_code_fails_no_bug_is_judged(
    gone: Catcher, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "shared/sums.py").write_text(SUM.replace("+", "-"), encoding="utf-8")

    code, found = hunted(tree, capsys, replace(BUG, caught_by=(gone,)))

    assert {name: outcome for name, (outcome, *_) in found.items()} == {NO_BUG: "fails"}
    assert code == 1


@pytest.mark.parametrize("path", ["tests/unit/test_gone.py", "tests/unit/test_sums.py::test_gone"])
def test_a_test_that_is_not_there_catches_nothing(path: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = hunted(tree, capsys, replace(BUG, caught_by=(Examples((path,)),)))

    assert found == {NO_BUG: ("no answer", "", 0)}
    assert code == 1


def test_a_bug_that_breaks_the_code_altogether_is_not_taken_for_caught(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = hunted(tree, capsys, replace(BUG, new="one +", caught_by=(Simulation(1, 1),)))

    assert found["minus"][0] == "no answer"
    assert code == 1


def test_a_text_that_is_not_there_exactly_once_says_what_to_do() -> None:
    with pytest.raises(
        StaleBugError, match=r"minus is stale: shared/sums\.py holds 'one \+ other' 0 times; write into"
    ):
        planted(BUG, "")
    with pytest.raises(StaleBugError, match="2 times"):
        planted(BUG, SUM + SUM)


def test_the_list_says_what_each_bug_does_and_plants_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "no-fence", "--only", "unsigned"]) == 0

    assert capsys.readouterr().out == (
        "no-fence  A skill does whatever order arrives, without asking whether it is still wanted."
        "  (shared/app/run_skill.py)\n"
        "unsigned  A delivery counts whatever its signature says.  (shared/webhooks/signatures.py)\n"
    )


def test_a_name_that_no_bug_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "no-such-bug"])

    assert "no-such-bug" in capsys.readouterr().err


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_no_bug_in_the_table_is_stale(bug: Bug) -> None:
    text = planted(bug, (ROOT / bug.file).read_text(encoding="utf-8"))

    ast.parse(text)
    assert bug.file.startswith("shared/")
    assert bug.new != bug.old
    assert bug.caught_by != ()
    for path in (path for catcher in bug.caught_by if isinstance(catcher, Examples) for path in catcher.paths):
        file, _, test = path.partition("::")
        assert f"def {test.partition('[')[0]}" in (ROOT / file).read_text(encoding="utf-8")


def test_no_two_bugs_have_one_name() -> None:
    names = [bug.name for bug in BUGS]

    assert len(set(names)) == len(names)
    assert NO_BUG not in names
