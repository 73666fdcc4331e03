"""`rewrite_dags`: what rules can repair is proposed, what they cannot is told to people."""

import pytest

from functions.skills.rewrite_dags.findings import findings_table
from functions.skills.rewrite_dags.skill import rewrite_dags
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from shared.ports.rewriting import Finding
from state_schema.migration import Outputs
from state_schema.signals import Failed, Succeeded
from state_schema.skills import RewriteDagsInputs
from tests.fakes.crashes import Crash
from tests.fakes.github import FakeContents, FakePullRequests
from tests.fakes.rewriting import FakeLinter
from tests.fakes.work import a_work

INPUTS = RewriteDagsInputs(repository="acme/dags", path="dags/email.notifications")
FOLDER = "dags/email.notifications"
OPENED: Outputs = {
    "pull_request": "https://github.example.com/acme/dags/pull/1",
    "number": 1,
    "repository_id": 4711,
    "head_sha": f"{1:040x}",
    "address": "pull_request:4711/1",
}


def a_repository() -> FakeContents:
    return FakeContents(
        {f"{FOLDER}/a.py": "old\n", f"{FOLDER}/b.py": "fine\n", f"{FOLDER}/c.py": "hopeless\nold\n", "dags/x.py": "old"}
    )


def run(
    github: FakePullRequests,
    contents: FakeContents | None = None,
    linter: FakeLinter | None = None,
    inputs: RewriteDagsInputs = INPUTS,
) -> Report:
    work = a_work("rewrite_dags", inputs, environment=None, step="code_migration.rewrite")
    return rewrite_dags(work, pull_requests=github, contents=contents or a_repository(), linter=linter or FakeLinter())


def test_changed_dags_become_a_pull_request_that_says_what_remains() -> None:
    github = FakePullRequests()
    assert run(github) == Succeeded(outputs={**OPENED, "changed": 2, "remaining": 1})
    proposal = github.proposals[0]
    assert proposal.branch == "waymark/airflow-3/email.notifications/shared/code_migration.rewrite"
    assert proposal.files == {f"{FOLDER}/a.py": "new\n", f"{FOLDER}/c.py": "hopeless\nnew\n"}
    assert proposal.body.startswith(
        "**What.** Rewrites 2 files below `dags/email.notifications` for Airflow 3 with ruff's AIR3 rules, unsafe fixes "
        "included.\n"
    )
    assert (
        "### 1 findings for a person to settle\n\n"
        "| rule | file | line | what |\n|---|---|---|---|\n"
        "| `AIR301` | `dags/email.notifications/c.py` | 1 | `'hopeless' is removed in Airflow 3.0` |\n"
    ) in proposal.body


@pytest.mark.parametrize(("text", "remaining"), [("fine\n", 0), ("hopeless\nhopeless\n", 2)])
def test_where_nothing_changes_there_is_no_pull_request_and_no_address(text: str, remaining: int) -> None:
    github = FakePullRequests()
    report = run(github, FakeContents({f"{FOLDER}/a.py": text}))
    assert report == Succeeded(outputs={"changed": 0, "remaining": remaining})
    assert github.acts == []


def test_twice_is_once_and_the_second_time_nothing_is_rewritten() -> None:
    github, linter = FakePullRequests(), FakeLinter()
    run(github, linter=linter)
    assert run(github, linter=linter) == Succeeded(outputs={**OPENED})
    assert (github.acts, linter.reads) == (["open"], ["rewrite"])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_round_the_act_leaves_one_pull_request(moment: str) -> None:
    github = FakePullRequests()
    github.crash = ("before", "open") if moment == "before" else ("after", "open")
    with pytest.raises(Crash):
        run(github)
    report = run(github)
    assert isinstance(report, Succeeded)
    assert report.outputs["address"] == "pull_request:4711/1"
    assert github.acts == ["open"]


def test_a_slash_at_the_end_of_the_folder_does_not_matter() -> None:
    contents = a_repository()
    run(FakePullRequests(), contents, inputs=INPUTS.model_copy(update={"path": f"{FOLDER}/"}))
    assert contents.reads == [f"acme/dags@main:{FOLDER}"]


@pytest.mark.parametrize("path", ["dags/../../x", "..", "dags//x", ".git/hooks", "dags/\x00"])
def test_a_folder_outside_the_repository_is_refused_unread(path: str) -> None:
    contents = a_repository()
    report = run(
        FakePullRequests(), contents, inputs=RewriteDagsInputs.model_construct(repository="a/b", path=path, base="m")
    )
    assert isinstance(report, Failed)
    assert (report.category, report.code, contents.reads) == ("blocking", "path_invalid", [])


@pytest.mark.parametrize(
    "error", [RetryableError("ruff took too long"), PermanentError("ruff crashed", "rewriter_crashed")]
)
def test_what_the_linter_cannot_do_passes_to_the_frame_and_nothing_is_proposed(error: RetryableError) -> None:
    github, linter = FakePullRequests(), FakeLinter()
    linter.refusals["rewrite"] = error
    with pytest.raises(type(error)):
        run(github, linter=linter)
    assert github.acts == []


def test_a_folder_that_is_not_there_passes_to_the_frame() -> None:
    with pytest.raises(PermanentError, match="has no folder"):
        run(FakePullRequests(), FakeContents({}))


def test_no_findings_make_no_table() -> None:
    assert findings_table(()) == ""


def test_ten_thousand_findings_are_cut_to_fit_and_the_rest_is_counted() -> None:
    findings = [Finding("AIR301", f"dags/{number}.py", number, "removed") for number in range(10_000)]
    table = findings_table(findings, limit=5000)
    shown = table.count("| `AIR301` |")
    assert len(table) < 5200
    assert shown > 50
    assert table.startswith("### 10000 findings")
    assert f"… and {10_000 - shown} more" in table


def test_hostile_names_in_findings_stay_in_their_cell() -> None:
    table = findings_table([Finding("AIR301", "a|b`@all`\n.py", 1, "<script> | @everyone `x`\n## no")])
    assert table.splitlines()[-1] == "| `AIR301` | `a¦b'@all' .py` | 1 | `<script> ¦ @everyone 'x' ## no` |"
