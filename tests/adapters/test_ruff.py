"""The real ruff, on DAGs as they are found in the wild and on files that were made to hurt it."""

from pathlib import Path

import pytest

from shared.adapters import ruff
from shared.adapters.ruff import RuffLinter
from shared.errors import PermanentError, RetryableError
from shared.ports.rewriting import Finding, Rewritten

OLD = """from airflow import DAG
from airflow.operators.bash_operator import BashOperator

with DAG("daily", schedule_interval="@daily") as dag:
    BashOperator(task_id="date", bash_command="date")
"""
NEW = """from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("daily", schedule="@daily") as dag:
    BashOperator(task_id="date", bash_command="date")
"""
NEVER_ENDING = """from airflow import models
from airflow.operators.bash_operator import BashOperator
from airflow.utils.dates import days_ago

with models.DAG("daily", schedule_interval="@daily", start_date=days_ago(1)) as dag:
    BashOperator(task_id="date", bash_command="date")
"""
BROKEN = 'print "Python 2"\nprint "again"\n'


def rewrite(**files: str) -> Rewritten:
    return RuffLinter().rewrite({f"dags/{name}.py": text for name, text in files.items()})


def test_an_old_dag_is_rewritten_and_nothing_remains() -> None:
    assert rewrite(daily=OLD) == Rewritten({"dags/daily.py": NEW}, ())


def test_a_rewritten_dag_is_left_alone() -> None:
    assert rewrite(daily=NEW) == Rewritten({}, ())


def test_what_has_no_repair_remains_as_a_finding_with_its_line_in_the_new_text() -> None:
    text = "from airflow.utils.dates import days_ago\nfrom airflow import DAG\nDAG('x', start_date=days_ago(1))\n"
    rewritten = rewrite(x=text)
    assert list(rewritten.files) == ["dags/x.py"]
    lines = rewritten.files["dags/x.py"].splitlines()
    assert [(one.rule, one.path) for one in rewritten.remaining if "days_ago" in one.message] == [
        ("AIR301", "dags/x.py")
    ]
    assert all("days_ago(1)" in lines[one.line - 1] or "DAG(" in lines[one.line - 1] for one in rewritten.remaining)


def test_code_on_which_ruff_goes_round_in_circles_gets_no_half_repair_and_keeps_the_others() -> None:
    rewritten = rewrite(circle=NEVER_ENDING, daily=OLD)
    assert rewritten.files["dags/daily.py"] == NEW
    text = rewritten.files["dags/circle.py"]
    assert "from airflow.sdk import DAG" not in text, "an import that nothing uses: the half of a repair"
    assert text == (
        "from airflow import models\n"
        "from airflow.utils.dates import days_ago\n"
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "\n"
        'with models.DAG("daily", schedule="@daily", start_date=days_ago(1)) as dag:\n'
        '    BashOperator(task_id="date", bash_command="date")\n'
    )
    assert [(one.rule, one.path, one.line) for one in rewritten.remaining] == [
        ("AIR301", "dags/circle.py", 5),
        ("AIR311", "dags/circle.py", 5),
    ]


def test_what_is_rewritten_stays_as_it_is_when_it_is_rewritten_again() -> None:
    first = rewrite(circle=NEVER_ENDING, daily=OLD, broken=BROKEN)
    again = RuffLinter().rewrite({"dags/broken.py": BROKEN, **first.files})
    assert again == Rewritten({}, first.remaining)


def test_a_file_with_a_syntax_error_is_one_finding_and_the_others_are_rewritten() -> None:
    rewritten = rewrite(broken=BROKEN, daily=OLD)
    assert rewritten.files == {"dags/daily.py": NEW}
    assert [(one.rule, one.path, one.line) for one in rewritten.remaining] == [("syntax-error", "dags/broken.py", 1)]


def test_the_newest_syntax_is_no_error() -> None:
    assert rewrite(new="type Name = str\nx = f'{'nested'}'\n") == Rewritten({}, ())


def test_a_noqa_that_was_meant_for_another_tool_hides_nothing() -> None:
    rewritten = rewrite(
        quiet="# ruff: noqa\n# flake8: noqa\n" + OLD.replace("BashOperator\n", "BashOperator  # noqa\n", 1)
    )
    assert "airflow.operators.bash_operator" not in rewritten.files["dags/quiet.py"]


def test_line_endings_byte_order_mark_and_other_alphabets_stay() -> None:
    text = "\ufeff" + OLD.replace("daily", "日次 ü").replace("\n", "\r\n")
    assert rewrite(x=text).files["dags/x.py"] == "\ufeff" + NEW.replace("daily", "日次 ü").replace("\n", "\r\n")


@pytest.mark.parametrize(
    "path",
    [
        "../../outside.py", "/etc/outside.py", "--config=x.py", "-.py", "a\nb.py", "a b;$(touch x).py", "venv/x.py",
        "build/x.py", ".venv/x.py", "node_modules/x.py", "x" * 300 + ".py", "日.py", "@args.py", "a*?[.py", ".py",
    ],
)  # fmt: skip
def test_a_hostile_name_is_only_a_name(path: str) -> None:
    files = {path: OLD, "other.py": NEW}
    assert RuffLinter().rewrite(files) == Rewritten({path: NEW}, ())


def test_only_python_is_looked_at() -> None:
    files = {
        "a.pyc": OLD,
        "notes.md": OLD,
        "pyproject.toml": "[tool.ruff]\nexclude = ['*']",
        "a.py": OLD,
        "ruff.toml": "]",
    }
    assert RuffLinter().rewrite(files) == Rewritten({"a.py": NEW}, ())
    assert RuffLinter().rewrite({}) == Rewritten({}, ())


def test_neither_our_environment_nor_a_settings_file_nearby_changes_the_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ruff.toml").write_text("[lint.per-file-ignores]\n'*.py' = ['AIR3']\n")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "out"))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "full")
    assert rewrite(daily=OLD) == Rewritten({"dags/daily.py": NEW}, ())
    assert [path.name for path in tmp_path.iterdir()] == ["ruff.toml"], "it left something behind"


def test_hundreds_of_dags_are_rewritten_in_one_go() -> None:
    rewritten = rewrite(**{f"d{number}": OLD for number in range(700)})
    assert len(rewritten.files) == 700
    assert set(rewritten.files.values()) == {NEW}


def test_a_file_on_which_ruff_itself_crashes_is_told() -> None:
    with pytest.raises(PermanentError, match="ruff crashed on these DAGs") as caught:
        rewrite(deep="x = " + "-" * 300_000 + "1\n")
    assert caught.value.code == "rewriter_crashed"
    assert len(caught.value.reason) < 500


def test_time_runs_out() -> None:
    with pytest.raises(RetryableError, match=r"longer than 0.001 seconds on 1 DAGs"):
        RuffLinter(timeout=0.001).rewrite({"a.py": OLD})


def test_without_ruff_a_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "find_ruff_bin", lambda: "/nowhere/ruff")
    with pytest.raises(PermanentError, match="install it beside Waymark") as caught:
        rewrite(a=OLD)
    assert caught.value.code == "rewriter_missing"


def test_a_finding_is_whole() -> None:
    found = rewrite(x="from airflow.utils.dates import days_ago\ndays_ago(1)\n").remaining
    assert found == (Finding("AIR301", "dags/x.py", 2, "`airflow.utils.dates.days_ago` is removed in Airflow 3.0"),)
