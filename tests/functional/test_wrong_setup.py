"""Settings and secrets that are missing or wrong: the log names them, a door answers 500 and leaks nothing, nothing is lost."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.advance.handler import handler as advance
from functions.commands.handler import handler as commands
from functions.github_webhook import handler as github_webhook
from functions.observe.handler import handler as observe
from functions.park.handler import handler as park
from functions.post_comment.handler import handler as post_comment
from functions.skills.open_pull_request.handler import handler as open_pull_request
from functions.skills.post_checkpoint.handler import handler as post_checkpoint
from functions.slack import handler as slack
from functions.status.handler import handler as status
from functions.sweep.handler import handler as sweep
from shared import bootstrap, bootstrap_doors, names
from shared.adapters.secrets import FixedSecrets
from shared.errors import InvalidInputError
from shared.outside import Outside
from shared.settings import Settings
from tests.deliveries import COMMANDS, captured_github, slack_event, typed
from tests.functional.doors import World, post_github, post_slack
from tests.functional.hearing import heard
from tests.functional.test_command_door import request
from tests.functional.test_handlers import Deployed, deployed, one_step, sighting

__all__ = ["deployed", "heard"]
NOT_SET_UP = {"error": "this door is not set up right; its log says why"}
SECRET = "hunter2"
Handler = Callable[[dict[str, Any], object], dict[str, Any]]
WORKERS: list[Handler] = [advance, observe, park, post_comment, post_checkpoint, open_pull_request, sweep]
WRONG = {
    "WAYMARK_ENGINE": "azure",
    "WAYMARK_GITHUB_BOT_ID": "waymark[bot]",
    "WAYMARK_GITHUB_INSTALLATION_ID": "acme",
    "WAYMARK_SLACK_TEAM": "acme.slack.com",
    "WAYMARK_SLACK_API": "slack.com",
    "WAYMARK_STATE_TABLE": "a table",
    "WAYMARK_SKILL_TIMEOUT": "901",
    "WAYMARK_ALERT_TOPIC": "somebody",
}


@pytest.fixture(autouse=True)
def _by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "waymark.db"))
    monkeypatch.setattr(bootstrap_doors, "_process", bootstrap_doors._Process())
    yield
    bootstrap.use(None)
    bootstrap_doors.use(None)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


# Settings.


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("door", [github_webhook, slack])
def test_a_door_with_a_wrong_setting_answers_500_and_names_it_in_the_log_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, door: Any, name: str
) -> None:
    monkeypatch.setenv(name, WRONG[name])

    answer = door.handler(captured_github("pull_request.closed.merged"), None)

    assert (answer["statusCode"], json.loads(answer["body"])) == (500, NOT_SET_UP)
    (line,) = lines(capsys)
    assert line["reason"].startswith(f"{name} is {WRONG[name]!r}; ")
    assert (line["level"], line["status"], line["alert"]) == ("ERROR", "500", "settings")


@pytest.mark.parametrize("route", [status, commands])
def test_a_route_with_a_wrong_setting_answers_500(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, route: Handler
) -> None:
    monkeypatch.setenv("WAYMARK_ENGINE", "azure")

    answer = route(request({"text": "status"}), None)

    assert (answer["statusCode"], json.loads(answer["body"])) == (500, NOT_SET_UP)
    told = lines(capsys)
    assert {line["alert"] for line in told} == {"settings"}
    assert all("WAYMARK_ENGINE is 'azure'" in line["reason"] for line in told)


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_with_a_wrong_setting_names_it_and_ends_so_that_its_messages_come_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, worker: Handler
) -> None:
    monkeypatch.setenv("WAYMARK_SLACK_PACE", "fast")

    with pytest.raises(InvalidInputError, match="WAYMARK_SLACK_PACE"):
        worker({"Records": []}, None)

    (line,) = lines(capsys)
    assert (line["level"], line["alert"]) == ("ERROR", "settings")
    assert line["reason"] == "WAYMARK_SLACK_PACE is 'fast'; allowed: seconds from 0 to 99, as in 1.5"


def test_on_aws_the_queues_have_to_be_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_ENGINE", "aws")

    with pytest.raises(InvalidInputError):
        advance({"Records": []}, None)

    (line,) = lines(capsys)
    assert line["reason"].startswith("WAYMARK_QUEUE_URL_PREFIX is empty. ")


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as refused:
        Settings.from_environment(WRONG)

    assert {problem.split()[0] for problem in refused.value.problems} == set(WRONG)


def test_the_import_of_a_door_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS would answer in its own words, and the log would hold a traceback."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "waymark-slack")
    monkeypatch.setenv("WAYMARK_ENGINE", "azure")

    bootstrap_doors.prepare()


def test_a_slack_door_without_a_workspace_is_not_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap_doors.use(World().doors(team=""))

    answer = post_slack(slack_event(COMMANDS, typed()))

    assert (answer.status, answer.body) == (500, NOT_SET_UP)
    (line,) = lines(capsys)
    assert (line["code"], line["alert"]) == ("settings", "settings")
    assert "WAYMARK_SLACK_TEAM" in line["reason"]


# Secrets.


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="absent"),
        pytest.param(f'{{"secret": "{SECRET}"}}', id="key and value, as the console stores them"),
        pytest.param(f"{SECRET}\n", id="a line break at the end"),
        pytest.param(f" {SECRET}", id="a blank before it"),
        pytest.param(f"{SECRET}\x00", id="a control character"),
    ],
)
def test_a_secret_of_the_wrong_shape_is_500_and_named_without_its_text(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    secrets = {names.GITHUB_WEBHOOK_SECRET: text, names.SLACK_SIGNING_SECRET: text}
    bootstrap_doors.use(World().doors(secrets=secrets))

    answers = [post_github(captured_github("pull_request.closed.merged")), post_slack(slack_event(COMMANDS, typed()))]

    assert [(one.status, one.body) for one in answers] == [(500, NOT_SET_UP)] * 2
    written = capsys.readouterr().err
    assert SECRET not in written
    told = [json.loads(line) for line in written.splitlines()]
    assert [(line["code"], line["alert"]) for line in told] == [("no_secret", "secret")] * 2
    assert f"The secret {names.GITHUB_WEBHOOK_SECRET} " in told[0]["reason"]
    assert f"The secret {names.SLACK_SIGNING_SECRET} " in told[1]["reason"]


@pytest.mark.parametrize("key", ["", "not a key", '{"key": "-----BEGIN RSA PRIVATE KEY-----"}'])
def test_an_order_that_finds_no_key_for_github_is_kept_and_told(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    plan = one_step("open_pull_request", repository="acme/dags", template="component")
    deployed.apply(plan, gates={}, limits={}, windows=[])
    order = deployed.started()
    settings = Settings(github_app_id="7", github_installation_id="8")
    composition = bootstrap.current()
    vars(composition)["outside"] = Outside(settings, FixedSecrets({names.GITHUB_APP_KEY: key}))
    capsys.readouterr()

    failed = deployed.call(open_pull_request, names.skill_queue("open_pull_request"), order.model_dump_json())

    assert failed == ["m0"]
    (line,) = lines(capsys)
    assert (line["message"], line["alert"], line["correlation"]) == ("message failed", "secret", order.key)
    assert names.GITHUB_APP_KEY in line["reason"]


def test_a_look_without_a_token_is_kept_and_told(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.apply()
    vars(bootstrap.current())["outside"] = Outside(Settings(), FixedSecrets({}))

    assert deployed.call(observe, names.SIGHTINGS, sighting("pull_request:7/1")) == ["m0"]

    (line,) = lines(capsys)
    assert (line["alert"], line["correlation"]) == ("secret", "delivery")
    assert names.GITHUB_TOKEN in line["reason"]
