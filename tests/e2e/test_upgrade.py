"""A deployment in the middle of a migration: what was begun by one release is finished by the next."""

import json
from collections.abc import Iterable
from typing import Any

import boto3

from sandbox.fresh import EXAMPLES, files_below
from sandbox.scenario import Script, load
from sandbox.script import Act, Expectations, Rule, Scenario, When
from shared import names
from tests.e2e.assembly import Assembly
from tests.e2e.deployed import Deployed, function_name
from tests.e2e.deploying import deploy
from tests.e2e.journey import Journey, in_campaign
from tests.e2e.release import next_release
from tests.e2e.test_journeys import ENVIRONMENTS, dispatched, once_each, opened
from tests.stored.world import written


def test_a_migration_that_one_release_started_is_finished_by_the_next(deployed: Deployed, assembly: Assembly) -> None:
    journey = Journey(deployed, in_campaign(load("happy_path"), "upgraded", "C0UPGRADED", "upgraded.cluster"))
    journey.apply()
    journey.start()
    journey.go(lambda views: "test" in views[0].state.tracks and bool(views[0].state.tracks["test"].step), within=300)
    before = code()
    deploy(next_release(assembly, "2"))
    assert all(before[name] != now for name, now in code().items())
    journey.finish()
    assert opened(journey) == once_each(journey)
    assert dispatched(journey) == dict.fromkeys(ENVIRONMENTS, 1)


def code() -> dict[str, str]:
    """The hash of each function's code."""
    client = boto3.client("lambda")
    return {
        name: client.get_function_configuration(FunctionName=function_name(name))["CodeSha256"]
        for name in names.FUNCTIONS
    }


def test_a_migration_that_an_earlier_release_stored_is_finished(deployed: Deployed) -> None:
    """`tests/stored` keeps the items; this one failed before the deployment, and a person retries it after it."""
    files = files_below(EXAMPLES / "infrastructure")
    asks_nothing = {path: text.replace("required: true", "required: false") for path, text in files.items()}
    deployed.outside.github.create_repository("acme/infra", asks_nothing)
    put(stored_items())
    engine = deployed.world().engine
    _, campaign = engine.campaigns.load("airflow-3")
    failed = campaign.model_copy(
        update={"resources": tuple(one for one in campaign.resources if one.id == "billing.reports")}
    )
    retry = Rule(when=When(word="folder_not_found"), do=Act(command="retry {resource} {environment}"), times=1)
    expected = Expectations(state={"migrations": {"*": {"status": "completed"}}})
    scenario = Scenario(title="An earlier release began it", people=(retry,), expect=expected)
    journey = Journey(
        deployed, Script(name="stored", scenario=scenario, plan=engine.plans.load(campaign.plan), campaign=failed)
    )
    assert [view.state.status for view in journey.views()] == ["failed"]
    journey.finish()
    assert len(journey.world.github.runs()) == len(journey.runs_before) + 1


def stored_items() -> list[dict[str, Any]]:
    """As they are kept, but for the version of their plan: the other journeys have published that one."""
    text = written("dynamodb", 1).read_text().replace("airflow-3@1", "airflow-3@9")
    items: list[dict[str, Any]] = json.loads(text)
    for item in items:
        if item["pk"] == {"S": "PLAN#airflow-3"}:
            item["sk"] = {"S": "V#000009"}
            item["body"] = {"S": json.dumps(json.loads(item["body"]["S"]) | {"version": 9})}
    return items


def put(items: Iterable[dict[str, Any]]) -> None:
    """Into the deployed table, as they are."""
    for item in items:
        boto3.client("dynamodb").put_item(TableName=names.STATE_TABLE, Item=item)
