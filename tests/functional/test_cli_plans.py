"""`migrate plan …` as it is typed: what it prints, and the exit code that a script can trust."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from shared import bootstrap
from shared.adapters.yaml_files import LARGEST
from shared.messages.plan_graph import mermaid
from shared.messages.plan_words import explanation
from state_schema.skills import SKILLS
from tests.stories import EXAMPLES, the_plan

EXAMPLE = EXAMPLES / "airflow-3.plan.yaml"
READERS = ("validate", "graph", "explain")


def migrate(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["plan", *map(str, words)])


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """The example with three mistakes that only a look at all of the plan can find."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("blocked_by: [test]", "blocked_by: [tset]", 1).replace("skill: verify", "skill: verifi")
    file = tmp_path / "wrong.yaml"
    file.write_text(text.replace("resume: test-done", "resume: abort"), encoding="utf-8")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "trial.db"
    file.touch()
    yield file
    bootstrap.use(None)


def problems_in(file: Path) -> list[str]:
    def at(part: str) -> str:
        lines = file.read_text(encoding="utf-8").splitlines()
        return f"{file}:{next(number for number, line in enumerate(lines, start=1) if part in line)}"

    return [
        f"{at('tset')}: environments.prod-us.blocked_by[0]: 'tset' is no environment of this plan; allowed: "
        + ", ".join(the_plan().environments),
        (
            f"{at('verifi}')}: phases[4].steps[0].skill: there is no skill 'verifi'; did you mean 'verify'? "
            f"Allowed: {', '.join(SKILLS)}"
        ),
        f"{at('abort')}: phases[4].steps[1].confirmation.resume: 'abort' is a built-in command; choose another word",
    ]


def test_a_good_plan_is_valid() -> None:
    result = migrate("validate", EXAMPLE)

    assert (result.exit_code, result.stdout) == (0, "airflow-3@1 is valid: 5 phases, 11 steps.\n")


def test_a_good_plan_is_valid_for_machines_too() -> None:
    result = migrate("validate", EXAMPLE, "--json")

    assert json.loads(result.stdout) == {
        "plan": "airflow-3@1", "environments": ["test", "prod-us", "prod-eu"], "phases": 5, "steps": 11
    }  # fmt: skip


def test_a_good_plan_is_drawn() -> None:
    result = migrate("graph", EXAMPLE)

    assert (result.exit_code, result.stdout, result.stderr) == (0, mermaid(the_plan()), "")


def test_a_good_plan_is_explained() -> None:
    result = migrate("explain", EXAMPLE)

    assert (result.exit_code, result.stdout, result.stderr) == (0, explanation(the_plan()), "")


@pytest.mark.parametrize("command", READERS)
def test_a_wrong_plan_is_refused_with_all_that_is_wrong(command: str, wrong: Path) -> None:
    result = migrate(command, wrong)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == problems_in(wrong)


@pytest.mark.parametrize("command", READERS)
def test_every_mistake_in_the_shape_is_told_with_its_line(command: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("name: p\nversion: none\nunti: x\nenvironments: {test: {blocked_by: a}}\n")
    result = migrate(command, file)

    assert (result.exit_code, result.stdout) == (2, "")
    assert [problem.split(": ")[:2] for problem in result.stderr.splitlines()] == [
        [f"{file}:1", "phases"],
        [f"{file}:2", "version"],
        [f"{file}:3", "unti"],
        [f"{file}:4", "environments.test.blocked_by"],
    ]


def test_what_is_wrong_is_told_machines_as_data(wrong: Path, tmp_path: Path) -> None:
    result = migrate("validate", wrong, "--json")

    assert (result.exit_code, result.stderr) == (2, "")
    found = json.loads(result.stdout)["problems"]
    assert [f"{one['file']}:{one['line']}: {one['field']}: {one['problem']}" for one in found] == problems_in(wrong)

    nowhere = migrate("validate", tmp_path / "nowhere.yaml", "--json")
    assert (nowhere.exit_code, nowhere.stderr) == (2, "")
    assert json.loads(nowhere.stdout) == {
        "problems": [{"problem": f"{tmp_path / 'nowhere.yaml'}: cannot be read: No such file or directory"}]
    }


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (EXAMPLE.read_bytes(), 0, "airflow-3@1 is valid: 5 phases, 11 steps."),
        (b"name: p\n", 2, "<stdin>:1: "),
        (b"\xff\xfe", 2, "<stdin>: is not UTF-8 text; save it as UTF-8"),
        (b"", 2, "<stdin>: is empty"),
        (b"#" * (LARGEST + 1), 2, "<stdin>: larger than 1,000,000 bytes"),
    ],
    ids=["good", "wrong", "no text", "nothing", "huge"],
)
def test_a_plan_may_come_from_standard_input(given: bytes, code: int, said: str) -> None:
    result = CliRunner().invoke(app, ["plan", "validate", "-"], input=given)

    assert result.exit_code == code
    assert (result.stderr or result.stdout).startswith(said)


@pytest.mark.parametrize("command", READERS)
def test_a_file_that_is_not_there_is_refused(command: str, tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yaml"
    result = migrate(command, file)

    said = f"{file}: cannot be read: No such file or directory\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


@pytest.mark.parametrize("command", [*READERS, "publish"])
def test_a_command_without_a_file_says_so(command: str) -> None:
    assert migrate(command).exit_code == 2


@pytest.mark.parametrize("command", ["graph", "explain"])
def test_text_that_no_terminal_can_show_is_left_out(command: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    ask = r"a\ud800b\u202ec\x1b[31md"
    file.write_text(
        "name: p\nversion: 1\nenvironments: {test: {}}\nphases:\n"
        f'  - {{name: a, steps: [{{id: s, confirmation: {{ask: "{ask}", resume: "well"}}}}]}}\n'
    )
    result = migrate(command, file)

    assert result.exit_code == 0
    assert not {"\ud800", "\u202e", "\x1b"} & set(result.stdout)


def test_a_plan_is_published_once(data: Path) -> None:
    first, again = (migrate("publish", EXAMPLE, "--data", data) for _ in range(2))

    assert (first.exit_code, first.stdout) == (0, "Published airflow-3@1.\n")
    assert (again.exit_code, again.stdout) == (0, "airflow-3@1 is published already, exactly like this.\n")


def test_a_published_version_is_never_changed(data: Path, tmp_path: Path) -> None:
    migrate("publish", EXAMPLE, "--data", data)
    changed = tmp_path / "changed.yaml"
    changed.write_text(EXAMPLE.read_text(encoding="utf-8").replace("unit: cluster", "unit: table"), encoding="utf-8")
    result = migrate("publish", changed, "--data", data)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "airflow-3@1" in result.stderr


def test_a_wrong_plan_is_not_published(data: Path, wrong: Path) -> None:
    refused = migrate("publish", wrong, "--data", data)
    good = migrate("publish", EXAMPLE, "--data", data, "--json")

    assert (refused.exit_code, refused.stderr.splitlines()) == (2, problems_in(wrong))
    assert json.loads(good.stdout) == {"plan": "airflow-3@1", "published": True}


def test_publishing_needs_a_data_file(tmp_path: Path) -> None:
    result = migrate("publish", EXAMPLE, "--data", tmp_path / "none.db")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no data file" in result.stderr
