"""Every scenario holds, and one that expects what does not happen fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sandbox import play, scenario
from sandbox.clock import VirtualClock
from sandbox.github.server import MockGithub
from sandbox.real_github import Repository
from sandbox.run import run_script
from shared.domain.view import View
from shared.errors import InvalidInputError, NotFoundError

SHORT: dict[str, Any] = {
    "title": "One environment is enough",
    "plan": {"environments": {"prod-us": None, "prod-eu": None}},
    "campaign": {
        "resources": [{"id": "email.notifications"}],
        "waves": None,
        "gates": None,
        "limits": None,
        "windows": None,
    },
    "expect": {"final_state": "completed"},
}


def a_script(path: Path, **changes: Any) -> scenario.Script:
    file = path / "changed.yaml"
    with file.open("w") as out:
        YAML().dump(SHORT | changes, out)
    return scenario.read(file)


@pytest.mark.parametrize("name", scenario.names())
def test_what_a_scenario_expects_comes_true(name: str) -> None:
    result = run_script(scenario.load(name))
    assert result.actual == result.expected
    assert result.passed


def test_a_result_has_these_fields_and_no_others(tmp_path: Path) -> None:
    document = run_script(a_script(tmp_path)).model_dump(mode="json")
    seconds = document.pop("seconds")
    phases = dict.fromkeys(("infra", "deploy", "migrate", "verify"), "completed")
    tracks = {
        "shared": {"status": "completed", "phases": {"code_migration": "completed"}},
        "test": {"status": "completed", "phases": phases},
    }
    history = document["migrations"]["airflow-3/email.notifications"].pop("history")
    assert seconds > 0
    assert history > 20
    assert document == {
        "scenario": "changed",
        "passed": True,
        "expected": {"final_state": "completed"},
        "actual": {"final_state": "completed"},
        "migrations": {"airflow-3/email.notifications": {"status": "completed", "tracks": tracks}},
        "cards": 2,
        "pull_requests": 2,
        "workflow_runs": 1,
    }


def test_a_wrong_expectation_fails_and_says_what_was_found(tmp_path: Path) -> None:
    expect = {
        "final_state": "aborted",
        "checkpoints": [{"track": "shared", "word": "deploy_failed"}, {"track": "test", "word": "deploy_running"}],
        "state": {"pull_requests": 3, "items": {"email.notifications": {"*": {"done": 9}}}},
    }
    result = run_script(a_script(tmp_path, expect=expect))
    assert not result.passed
    assert result.actual == {
        "final_state": "completed",
        "checkpoints": [
            {"track": "shared", "words": ["pr_created", "completed"]},
            {"track": "test", "word": "deploy_running"},
        ],
        "state": {"pull_requests": 2, "items": {"email.notifications": {"test": {"done": 10}}}},
    }


def test_lost_webhooks_are_made_up_for_by_the_sweep(tmp_path: Path) -> None:
    result = run_script(a_script(tmp_path, world={"lost_webhooks": 1000}))
    assert result.passed


def test_people_who_leave_a_pull_request_alone_are_waited_for(tmp_path: Path) -> None:
    people = [{"when": {"word": "pr_created"}, "do": {"nothing": True}}]
    expect = {"checkpoints": [{"track": "shared", "word": "pr_created", "last": True}], "state": {"pull_requests": 1}}
    result = run_script(a_script(tmp_path, people=people, expect=expect))
    assert result.passed


def test_a_command_answers_as_a_click_does(tmp_path: Path) -> None:
    people = [{"when": {"word": "infra_to_confirm"}, "do": {"command": "infra-applied {resource} {environment}"}}]
    result = run_script(a_script(tmp_path, people=people))
    assert result.passed


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"expect": {}}, "expect at least one of final_state, checkpoints, state"),
        (
            {"people": [{"do": {"merge": True, "close": True}}]},
            "an act is exactly one of its fields; given: merge, close",
        ),
        ({"peple": []}, "peple: there is no such field; check its spelling"),
        ({"plan": {"phases": []}}, "plan: phases"),
        ({"campaign": {"plan": "other@1"}}, "campaign"),
    ],
)
def test_a_wrong_file_is_refused_with_its_field(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match="changed.yaml") as refused:
        a_script(tmp_path, **changes)
    assert sentence in str(refused.value)


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="There is no scenario 'nope'. There are: deploy_failure, happy_path"):
        scenario.load("nope")


class Merger:
    """The user of a real repository, here one in another mock GitHub: merges what the scenario asks for."""

    def __init__(self, github: MockGithub) -> None:
        self.github = github
        self.wishes: list[str] = []

    def on_change(self, views: Sequence[View]) -> None: ...

    def on_card(self, text: str) -> None: ...

    def on_wish(self, text: str) -> None:
        self.wishes.append(text)
        for pull in self.github.pull_requests():
            if pull["state"] == "open":
                self.github.merge(pull["repository"], pull["number"])


def test_with_a_repository_pull_requests_are_opened_there_and_merged_by_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play, "PACE", 0)
    github = MockGithub(
        tmp_path / "real.db", webhook_url="", webhook_secret="s", token="ghp_users", clock=VirtualClock().now
    )
    url = github.serve()
    github.create_repository("acme/trial", {"README.md": "A test repository.\n"}, default_branch="trunk")
    user = Merger(github)
    try:
        real = Repository.find("acme/trial", "ghp_users", url)
        result = run_script(a_script(tmp_path), user, repository=real)
        pulls = github.pull_requests()
    finally:
        github.close()
    assert result.passed
    assert result.pull_requests == 2
    assert [(pull["repository"], pull["base"], pull["state"]) for pull in pulls] == [
        ("acme/trial", "trunk", "merged")
    ] * 2
    assert all(pull["title"].startswith("[SANDBOX] [sandbox-") for pull in pulls)
    assert user.wishes == [f"Your turn: review and merge: {url}/acme/trial/pull/{number}" for number in (1, 2)]


def test_a_repository_that_the_token_cannot_see_is_refused(tmp_path: Path) -> None:
    github = MockGithub(tmp_path / "real.db", webhook_url="", webhook_secret="s", token="t", clock=VirtualClock().now)
    url = github.serve()
    try:
        with pytest.raises(InvalidInputError, match="GitHub answers 404 for acme/none"):
            Repository.find("acme/none", "t", url)
        with pytest.raises(InvalidInputError, match="GitHub answers 401"):
            Repository.find("acme/none", "wrong", url)
        with pytest.raises(InvalidInputError, match="set GITHUB_TOKEN"):
            Repository.find("acme/none", "", url)
    finally:
        github.close()
