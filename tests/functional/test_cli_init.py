"""`migrate init` asks until each answer fits, writes settings and manifests, and overwrites nothing unasked."""

import json
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from cli.main import app
from shared.domain.grants import GITHUB_EVENTS, GITHUB_PERMISSIONS, SLACK_SCOPES
from state_schema.stage import FOLDER, DeployRole, Stage
from tests.functional.command_line import no_traceback
from tests.functional.init_command import ANSWERS, FILES, PLAIN, URL, answered, init, written


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def test_enter_at_every_question_that_has_a_default_is_a_stage(checkout: Path) -> None:
    result = init(checkout, typed=PLAIN)

    assert result.exit_code == 0, result.output
    stage = Stage.from_toml(written(checkout, FILES[0]))
    assert (stage.name, stage.region, stage.account, stage.github.app_id) == ("trial", "eu-central-1", None, "0")
    assert [line for line in result.stdout.splitlines() if line.startswith("Wrote ")] == [
        f"Wrote {one}" for one in FILES
    ]


def test_every_answer_arrives(checkout: Path) -> None:
    typed = ["trial", "eu-west-1", "111122223333", "octo", "octo-mark", "11", "22", "33", "T0OCTO", URL]
    typed += ["https://{resource.id}.example.com", "a@example.com, b@example.com", "octo/waymark", "", "n"]

    assert init(checkout, typed=typed).exit_code == 0

    stage = Stage.from_toml(written(checkout, FILES[0]))
    assert (stage.account, stage.github.app_id, stage.slack.team) == ("111122223333", "11", "T0OCTO")
    assert stage.alarms.emails == ("a@example.com", "b@example.com")
    assert stage.deploy is not None
    assert stage.deploy == DeployRole(repository="octo/waymark", environment="trial", new_provider=False)
    manifest = written(checkout, FILES[1])
    assert (manifest["name"], manifest["redirect_url"]) == ("octo-mark", "https://github.com/settings/apps")


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, ["../production", "Production", "x" * 17, "example", "local"]),
        (1, ["Frankfurt", "eu", "eu-central-1; rm -rf /"]),
        (2, ["12", "acme"]),
        (3, ["", "acme/dags", "-x"]),
        (4, ["x" * 35]),
        (5, ["my-app", "-1"]),
        (8, ["", "acme", "xoxb-1234567890-abcdef"]),
        (9, ["http://plain.example.com", "https://user:pass@example.com", "https://example.com/path"]),
        (10, ["x" * 301]),
        (11, ["nobody", "a@example.com, nobody"]),
        (12, ["waymark"]),
    ],
)
def test_a_wrong_answer_is_asked_for_again_with_an_example(checkout: Path, place: int, wrong: list[str]) -> None:
    result = init(checkout, typed=[*PLAIN[:place], *wrong, *PLAIN[place:]])

    assert result.exit_code == 0, result.output
    said = result.stderr.count("That does not fit. For example:")
    assert said == len([one for one in wrong if one])


def test_without_a_terminal_nothing_is_written_and_it_is_said_what_to_give(checkout: Path) -> None:
    result = init(checkout, typed=PLAIN[:5])

    assert (result.exit_code, no_traceback(result)) == (2, True)
    assert "--answers FILE" in result.stderr
    assert [one for one in FILES if (checkout / one).exists()] == []


def test_a_file_answers_everything(checkout: Path) -> None:
    result = init(checkout, "--answers", answered(checkout), "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["written"], set(told)) == (FILES, {"written", "github_app", "slack_app", "next"})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "name"),
        ("name = ", "cannot be read as TOML"),
        (ANSWERS.replace('owner = "acme"', ""), "apps.owner"),
        (ANSWERS.replace("acme", "acme/dags"), "apps.owner"),
        (ANSWERS.replace("T0ACME", "acme"), "slack.team"),
        (ANSWERS.replace('app_id = "1"', 'app_id = "x"'), "github.app_id"),
        (ANSWERS.replace("[apps]", "[apps]\ncolour = 1"), "apps.colour"),
        (ANSWERS.replace("[apps]\nowner", "apps"), "apps"),
        (ANSWERS.replace('"trial"', "7"), "name"),
        (ANSWERS.replace('"trial"', '"../../trial"'), "name"),
        ('deployment_url = "https://admin:hunter2@airflow.example.com"\n' + ANSWERS, "deployment_url"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_and_nothing_is_written(checkout: Path, text: str, place: str) -> None:
    result = init(checkout, "--answers", answered(checkout, text))

    assert (result.exit_code, no_traceback(result)) == (2, True)
    assert place in result.stderr
    assert "hunter2" not in result.output
    assert [one for one in FILES if (checkout / one).exists()] == []


@pytest.mark.parametrize(
    "url", ["http://x.example.com", "example.com", "https://a.example.com/x", "https://u:p@a.example.com"]
)
def test_an_address_that_is_none_is_refused(checkout: Path, url: str) -> None:
    assert init(checkout, "--answers", answered(checkout), "--url", url).exit_code == 2


@pytest.mark.parametrize("words", [["--answers", "nowhere.toml"], ["--json"]])
def test_answers_that_are_not_there_are_wrong_input(checkout: Path, words: list[str]) -> None:
    assert init(checkout, *words).exit_code == 2


def test_outside_a_checkout_it_says_so(tmp_path: Path) -> None:
    result = init(tmp_path, typed=PLAIN)

    assert result.exit_code == 2
    assert "--root" in result.stderr


def test_the_help_names_the_table_of_an_answers_file_and_it_can_be_followed(checkout: Path) -> None:
    told = " ".join(CliRunner().invoke(app, ["init", "--help"], env={"COLUMNS": "200"}).output.split())

    assert "a table [apps] with owner, organisation, name, url." in told
    followed = '[apps]\nowner = "octo"\norganisation = false\nname = "octo-mark"\nurl = "https://a.example.com"\n'
    text = ANSWERS.replace('[apps]\nowner = "acme"\n', followed)
    assert init(checkout, "--answers", answered(checkout, text)).exit_code == 0
    assert written(checkout, FILES[1])["name"] == "octo-mark"


def test_before_the_first_deployment_the_hook_sleeps_and_the_next_step_is_to_deploy(checkout: Path) -> None:
    result = init(checkout, "--answers", answered(checkout), "--json")

    hook = written(checkout, FILES[1])["hook_attributes"]
    assert hook == {"url": "https://not-deployed-yet.invalid/github/webhooks", "active": False}
    assert json.loads(result.stdout)["next"][0].startswith("Deploy: ")


def test_with_its_address_the_apps_find_the_doors(checkout: Path) -> None:
    init(checkout, "--answers", answered(checkout))

    result = init(checkout, "--answers", checkout / FILES[0], "--url", f"{URL}/", "--force")

    assert result.exit_code == 0, result.output
    assert written(checkout, FILES[1])["hook_attributes"] == {"url": f"{URL}/github/webhooks", "active": True}
    slack = written(checkout, FILES[2])
    assert slack["features"]["slash_commands"][0]["url"] == f"{URL}/slack/commands"
    assert slack["settings"]["interactivity"]["request_url"] == f"{URL}/slack/interactions"


def test_the_doors_that_the_manifests_name_are_those_that_are_served() -> None:
    from cli.manifests import COMMANDS_PATH, GITHUB_PATH, INTERACTIONS_PATH
    from sandbox import web

    assert (GITHUB_PATH, COMMANDS_PATH, INTERACTIONS_PATH) == (web.GITHUB, web.COMMANDS, web.INTERACTIONS)


def test_the_manifests_ask_for_exactly_what_is_granted_with_a_reason(checkout: Path) -> None:
    init(checkout, "--answers", answered(checkout))

    manifest, slack = written(checkout, FILES[1]), written(checkout, FILES[2])
    assert manifest["default_permissions"] == {one.name: one.level for one in GITHUB_PERMISSIONS}
    assert manifest["default_events"] == [one.event for one in GITHUB_EVENTS]
    assert slack["oauth_config"]["scopes"] == {"bot": [one.name for one in SLACK_SCOPES]}
    assert "event_subscriptions" not in slack["settings"]
    page = written(checkout, FILES[3])
    assert [one.why for one in (*GITHUB_PERMISSIONS, *GITHUB_EVENTS, *SLACK_SCOPES) if one.why not in page] == []


def test_the_links_open_forms_that_say_the_same_as_the_manifests(checkout: Path) -> None:
    result = init(checkout, "--answers", answered(checkout), "--json")

    told = json.loads(result.stdout)
    github, manifest = urlsplit(told["github_app"]), written(checkout, FILES[1])
    query = parse_qs(github.query)
    assert (github.netloc, github.path) == ("github.com", "/organizations/acme/settings/apps/new")
    assert query["events[]"] == manifest["default_events"]
    assert {name: query[name] for name in manifest["default_permissions"]} == {
        name: [level] for name, level in manifest["default_permissions"].items()
    }
    assert json.loads(parse_qs(urlsplit(told["slack_app"]).query)["manifest_json"][0]) == written(checkout, FILES[2])


def test_with_github_enterprise_server_the_links_lead_there(checkout: Path) -> None:
    text = ANSWERS.replace("github = {", 'github = {api = "https://github.example.com/api/v3", ')

    result = init(checkout, "--answers", answered(checkout, text), "--json")

    link = urlsplit(json.loads(result.stdout)["github_app"])
    assert (link.netloc, link.path) == ("github.example.com", "/organizations/acme/settings/apps/new")


def test_no_file_that_is_written_holds_or_asks_for_a_secret(checkout: Path) -> None:
    init(checkout, "--answers", answered(checkout))

    assert "secret" not in tomllib.loads(written(checkout, FILES[0]))
    page = written(checkout, FILES[3])
    assert page.count("--secret-string file://") == page.count("--secret-string") == 5
