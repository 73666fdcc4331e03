"""`open_pull_request`: a rendered template becomes one pull request, once."""

from dataclasses import replace

import pytest

from functions.skills.open_pull_request.rendering import rendered_files
from functions.skills.open_pull_request.skill import open_pull_request
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from shared.ports.skills import Work
from state_schema.campaign import Resource
from state_schema.signals import Failed, Reported, Succeeded
from state_schema.skills import OpenPullRequestInputs
from tests.fakes.crashes import Crash
from tests.fakes.github import FakeContents, FakePullRequests
from tests.fakes.work import NOW, a_work

INPUTS = OpenPullRequestInputs(repository="acme/infrastructure", template="airflow3-component")
FOLDER = "templates/airflow3-component"
BRANCH = "waymark/airflow-3/email.notifications/test/infra.pull_request"
OPENED = Succeeded(
    outputs={
        "pull_request": "https://github.example.com/acme/infrastructure/pull/1",
        "number": 1,
        "repository_id": 4711,
        "head_sha": f"{1:040x}",
        "address": "pull_request:4711/1",
    }
)


def a_repository() -> FakeContents:
    return FakeContents(
        {
            f"{FOLDER}/main.tf": 'name = "{resource.id}{environment.cluster_suffix}"\n',
            f"{FOLDER}/{{environment.name}}/values.yaml": "owner: {campaign.id}\n",
            "templates/airflow3-component-old/x": "another template",
        }
    )


def run(
    pull_requests: FakePullRequests,
    contents: FakeContents | None = None,
    work: Work[OpenPullRequestInputs] | None = None,
) -> Report:
    return open_pull_request(
        work or a_work("open_pull_request", INPUTS), pull_requests=pull_requests, contents=contents or a_repository()
    )


def test_a_template_becomes_a_pull_request_below_its_component() -> None:
    github = FakePullRequests()
    assert run(github) == OPENED
    proposal = github.proposals[0]
    assert (proposal.repository, proposal.base, proposal.branch) == ("acme/infrastructure", "main", BRANCH)
    assert proposal.title == "[airflow-3] email.notifications · test: infra"
    assert proposal.files == {
        "components/email.notifications/test/main.tf": 'name = "email.notifications-test"\n',
        "components/email.notifications/test/test/values.yaml": "owner: airflow-3\n",
    }
    assert proposal.body.startswith(
        "**What.** Adds the 2 files of the template `airflow3-component` below `components/email.notifications/test`.\n"
    )


def test_the_shared_track_has_a_component_folder_of_its_own() -> None:
    github = FakePullRequests()
    contents = FakeContents({f"{FOLDER}/a": "{resource.id}"})
    run(github, contents, a_work("open_pull_request", INPUTS, environment=None))
    assert github.proposals[0].files == {"components/email.notifications/shared/a": "email.notifications"}


def test_the_template_is_read_at_the_base_that_the_plan_names() -> None:
    contents = a_repository()
    inputs = INPUTS.model_copy(update={"base": "develop"})
    github = FakePullRequests()
    run(github, contents, a_work("open_pull_request", inputs))
    assert contents.reads == [f"acme/infrastructure@develop:{FOLDER}"]
    assert github.proposals[0].base == "develop"


def test_twice_is_once() -> None:
    github = FakePullRequests()
    assert [run(github), run(github)] == [OPENED, OPENED]
    assert github.acts == ["open"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_round_the_act_leaves_one_pull_request(moment: str) -> None:
    github = FakePullRequests()
    github.crash = ("before", "open") if moment == "before" else ("after", "open")
    with pytest.raises(Crash):
        run(github)
    assert run(github) == OPENED
    assert github.acts == ["open"]


def test_a_merged_pull_request_is_the_result_even_where_the_template_is_gone() -> None:
    github = FakePullRequests()
    run(github)
    github.end(1, "merged")
    assert run(github, FakeContents({}), a_work("open_pull_request", INPUTS, attempt=2)) == OPENED


def test_a_closed_pull_request_is_followed_by_another() -> None:
    github = FakePullRequests()
    run(github)
    github.end(1, "closed")
    report = run(github, work=a_work("open_pull_request", INPUTS, attempt=2))
    assert isinstance(report, Succeeded)
    assert report.outputs["address"] == "pull_request:4711/2"
    assert run(github) == report


def test_a_name_of_ours_without_value_is_told_with_its_file() -> None:
    github = FakePullRequests()
    contents = FakeContents({f"{FOLDER}/main.tf": "{environment.regoin}"})
    with pytest.raises(PermanentError) as caught:
        run(github, contents)
    assert caught.value.code == "template_unknown_name"
    assert caught.value.reason == (
        "'templates/airflow3-component/main.tf' of the template asks for {environment.regoin}, which this step does not "
        "have: correct the name in the template, or add the attribute to the plan or the campaign."
    )
    assert github.acts == []


@pytest.mark.parametrize("template", ["../secrets", "a/../../b", "/etc", "a\nb", ".git", "a//b"])
def test_a_template_outside_its_folder_is_refused_unread(template: str) -> None:
    contents, github = a_repository(), FakePullRequests()
    report = run(github, contents, a_work("open_pull_request", INPUTS.model_copy(update={"template": template})))
    assert isinstance(report, Failed)
    assert (report.category, report.code) == ("blocking", "template_bad_path")
    assert contents.reads == []


def test_a_resource_id_that_would_climb_out_is_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        run(FakePullRequests(), work=a_work("open_pull_request", INPUTS, resource=Resource(id="..")))
    assert caught.value.code == "template_bad_path"


def test_a_template_folder_without_files_is_told() -> None:
    class Empty(FakeContents):
        def folder(self, repository: str, path: str, ref: str) -> dict[str, str]:
            return {}

    report = run(FakePullRequests(), Empty({}))
    assert report == Failed(
        category="blocking",
        reason="'templates/airflow3-component' of acme/infrastructure is empty: add the files.",
        code="template_empty",
    )


@pytest.mark.parametrize(
    "error", [RetryableError("GitHub limits us", 60), PermanentError("No right.", "github_forbidden")]
)
@pytest.mark.parametrize("where", ["find", "open"])
def test_what_github_refuses_passes_to_the_frame(where: str, error: RetryableError | PermanentError) -> None:
    github = FakePullRequests()
    github.refusals[where] = error
    with pytest.raises(type(error)):
        run(github)
    assert github.acts == []


def test_a_missing_template_folder_passes_to_the_frame() -> None:
    with pytest.raises(PermanentError, match="has no folder"):
        run(FakePullRequests(), FakeContents({}))


def test_the_report_is_small_and_can_be_sent() -> None:
    report = run(FakePullRequests())
    assert isinstance(report, Succeeded)
    key = a_work("open_pull_request", INPUTS).order.key
    signal = Reported(
        id="r", at=NOW, migration="airflow-3/email.notifications", key=key, skill="open_pull_request", report=report
    )
    assert len(signal.report.model_dump_json()) < 1024


SCOPE = {
    "resource.id": "email",
    "environment.name": "test",
    "resource.name": "{environment.name} `x`",
    "plan.version": 1,
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{resource.id}-{environment.name}", "email-test"),
        ("{resource.name}", "{environment.name} `x`"),
        ("v{plan.version}", "v1"),
        ('{"a": {"b": {resource.id}}}', '{"a": {"b": email}}'),
        ("{{ resource.id }} {{resource.id}}", "{{ resource.id }} {{resource.id}}"),
        (
            "${{ github.sha }} ${environment.name} ${resource.nothing}",
            "${{ github.sha }} ${environment.name} ${resource.nothing}",
        ),
        ("{other.name} {name} {} { resource.id } {resource.} {.id} {resource..id}",) * 2,
        ("{resource.id\n}",) * 2,
        ("", ""),
    ],
)
def test_only_our_names_are_replaced_and_only_once(text: str, rendered: str) -> None:
    assert rendered_files({"t/f": text}, "t", "c", SCOPE) == {"c/f": rendered}


@pytest.mark.parametrize("name", ["resource.idd", "environment.metadata.x", "campaign.people"])
def test_an_unknown_name_in_a_path_is_told_as_well(name: str) -> None:
    with pytest.raises(PermanentError, match=f"asks for {{{name}}}"):
        rendered_files({f"t/{{{name}}}.txt": ""}, "t", "c", SCOPE)


@pytest.mark.parametrize("value", ["../../.github/workflows/x", "/etc/passwd", "", ".git", "a\nb", "a/", "x" * 300])
def test_a_value_cannot_move_a_file_elsewhere(value: str) -> None:
    with pytest.raises(PermanentError) as caught:
        rendered_files({"t/{resource.metadata.x}/f": ""}, "t", "c", {"resource.metadata.x": value})
    assert caught.value.code == "template_bad_path"
    assert len(caught.value.reason) <= 500


def test_two_files_that_meet_at_one_path_are_told() -> None:
    with pytest.raises(PermanentError) as caught:
        rendered_files({"t/{resource.id}": "", "t/email": ""}, "t", "c", SCOPE)
    assert caught.value.code == "template_same_path"


def test_a_huge_hostile_file_is_rendered_in_no_time() -> None:
    text = "{resource." * 200_000 + "{resource.id}" + "{a" * 200_000 + "." * 200_000
    assert rendered_files({"t/f": text}, "t", "c", SCOPE)["c/f"] == text.replace("{resource.id}", "email")


def test_a_rollback_has_a_pull_request_of_its_own_beside_the_one_of_the_step() -> None:
    github, work = FakePullRequests(), a_work("open_pull_request", INPUTS)
    run(github)
    run(github, work=replace(work, order=work.order.model_copy(update={"rollback": True})))

    assert [proposal.branch for proposal in github.proposals] == [BRANCH, f"{BRANCH}=back"]
