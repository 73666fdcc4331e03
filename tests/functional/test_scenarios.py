"""Every scenario holds, and one that expects what does not happen fails."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sandbox import play, scenario
from sandbox.clock import VirtualClock
from sandbox.github.server import MockGithub
from sandbox.real_github import Repository
from sandbox.result import part
from sandbox.run import run_script
from sandbox.runtime import Runtime
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


PAUSED_ENDS = ["billing.reports shared/code_migration.review"]
LONG = {"sixty_six_clusters"}
"""These take minutes: `migrate sandbox run --all` runs them."""


@pytest.mark.parametrize("name", sorted(set(scenario.names()) - LONG))
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


def test_an_answer_that_nobody_got_fails_and_shows_what_they_were_told(tmp_path: Path) -> None:
    expect = {
        "told": [{"user": "U_OPERATOR", "shows": ["Started", "billing"]}, {"user": "U_NOBODY", "shows": ["Started"]}]
    }
    result = run_script(a_script(tmp_path, expect=expect))
    assert not result.passed
    assert result.actual == {
        "told": [
            {
                "user": "U_OPERATOR",
                "told": [
                    "Got it: `/migrate start email.notifications`. The answer follows here.",
                    "Started email.notifications; now code_migration.rewrite of shared is at work.",
                ],
            },
            {"user": "U_NOBODY", "told": []},
        ]
    }


def test_a_webhook_that_is_heard_is_acted_on_at_once(tmp_path: Path) -> None:
    heard = {
        "webhooks": {"dropped": None},
        "first_ends": {"email.notifications": {"shared/code_migration.review": "Mon 09:00"}},
    }
    result = run_script(a_script(tmp_path, expect={"state": heard}))
    assert result.passed


EXCEPTED_START = {"first_starts": {"email.notifications": {"prod-us": "Wed 09:00"}}}
NEVER_APPROVED = {"decided": {"email.notifications": {"shared/code_migration.review": 2}}}
FROZEN_START = {"first_starts": {"email.notifications": {"prod-us": "Mon 09:00"}}}


@pytest.mark.parametrize(
    ("name", "broken", "found"),
    [
        ("pause_and_resume", "shared.domain.gate.holds_back", {"pauses": {"campaign": {"starts": 2}}}),
        ("wave_circuit_breaker", "shared.domain.acts.breaker_is_open", {"refused": {"breaker_open": None}}),
        ("freeze_window", "shared.domain.follow.start_frozen_until", FROZEN_START),
        ("freeze_exception", "shared.domain.freezing.exception_at", EXCEPTED_START),
        ("four_eyes", "shared.domain.permissions.is_same_person", {"refused": {"four_eyes": None}}),
        ("stale_approval", "shared.domain.react.has_merge_approval", NEVER_APPROVED),
        ("nobody_answers", "shared.app.nudge._topic_told", {"alerts": []}),
    ],
)
def test_a_scenario_fails_where_what_it_is_about_does_not_work(
    name: str, broken: str, found: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broken, lambda *_: None)
    result = run_script(scenario.load(name))
    assert not result.passed
    assert part(found, result.actual["state"]) == found


def test_the_plan_upgrade_fails_where_a_move_leaves_open_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domain.moved._begun_anew", lambda step: step)
    result = run_script(scenario.load("plan_upgrade_in_flight"))
    assert not result.passed
    assert result.actual["checkpoints"] != result.expected["checkpoints"]


def test_without_the_sweep_a_lost_webhook_is_never_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "sweep", lambda _: None)
    result = run_script(scenario.load("lost_webhook"))
    assert result.actual["final_state"] == "awaiting_human"


def test_a_pause_of_one_migration_counts_only_what_it_covers(tmp_path: Path) -> None:
    resource = {"resource": "email.notifications"}
    people = [
        {"when": resource | {"word": "pr_created"}, "do": {"command": "pause migration billing.reports"}, "times": 1},
        {
            "when": resource | {"word": "verify_to_confirm"},
            "do": {"command": "resume migration billing.reports"},
            "times": 1,
        },
    ]
    resources = [{"id": "email.notifications"}, {"id": "billing.reports"}]
    pauses = {"migration:billing.reports": {"resumed": True, "starts": 0, "ended": PAUSED_ENDS}}
    script = a_script(
        tmp_path,
        people=people,
        campaign=SHORT["campaign"] | {"resources": resources},
        expect={"state": {"pauses": pauses}},
    )
    result = run_script(script)
    assert result.actual == result.expected


def test_next_starts_one_after_the_other_wave_by_wave(tmp_path: Path) -> None:
    resources = [{"id": f"cluster.{number}", "wave": wave} for number, wave in ((1, 2), (2, 1), (3, 1))]
    campaign = SHORT["campaign"] | {"resources": resources, "waves": {1: {}, 2: {"after": 1}}}
    expect = {
        "final_state": "completed",
        "told": [
            {"user": "U_OPERATOR", "shows": ["Started cluster.2", "1 more is ready in wave 1."]},
            {"user": "U_OPERATOR", "shows": ["Started cluster.3", "0 more are ready in wave 1."]},
            {"user": "U_OPERATOR", "shows": ["Started cluster.1", "0 more are ready in wave 2."]},
        ],
        "state": {"refused": {}},
    }
    result = run_script(a_script(tmp_path, campaign=campaign, start=[], next_below=1, expect=expect))
    assert result.actual == result.expected


def test_a_long_campaign_has_every_kind_of_step_in_four_waves_of_66_clusters() -> None:
    script = scenario.load("sixty_six_clusters")
    kinds = {type(step).__name__ for phase in script.plan.phases for step in phase.steps}
    waves = Counter(resource.wave for resource in script.campaign.resources)
    assert kinds == {"SkillStep", "ApprovalStep", "ConfirmationStep", "DecisionStep", "WaitStep"}
    assert waves == {1: 6, 2: 15, 3: 20, 4: 25}
    assert len(script.plan.environments) == 3
    assert [script.campaign.waves[wave].after for wave in sorted(script.campaign.waves)] == [None, 1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"expect": {}}, "expect at least one of final_state, checkpoints, told, state"),
        (
            {"people": [{"do": {"merge": True, "close": True}}]},
            "an act is exactly one of its fields; given: merge, close",
        ),
        ({"people": [{"do": {"merge": True, "then_by": ["U_OPERATOR"]}}]}, "then_by goes with click"),
        ({"people": [{"do": {"click": "approve", "unheard": True}}]}, "unheard goes with an act on GitHub"),
        ({"people": [{"do": {"merge": True, "old": True}}]}, "old goes with click"),
        ({"later_plans": [{"version": 2, "phases": []}]}, "later_plans: phases"),
        ({"later_plans": [{"version": 2, "environments": {"test": {"blocked_by": ["tset"]}}}]}, "later_plans"),
        ({"next_below": 0}, "next_below"),
        ({"expect": {"told": [{"user": "U_OPERATOR", "shows": []}]}}, "expect.told"),
        ({"peple": []}, "peple: there is no such field; did you mean `people`?"),
        ({"plan": {"phases": []}}, "plan: phases"),
        ({"campaign": {"plan": "other@1"}}, "campaign"),
    ],
)
def test_a_wrong_file_is_refused_with_its_field(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match="changed.yaml") as refused:
        a_script(tmp_path, **changes)
    assert sentence in str(refused.value)


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="There is no scenario 'nope'. There are: burst_of_cards, "):
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
