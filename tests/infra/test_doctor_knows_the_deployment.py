"""What `migrate doctor` looks for is what the stacks make: a deployment fresh from the template is well."""

import pytest

from infra_cdk.arns import topic_name
from infra_cdk.secrets import DESCRIPTIONS
from shared import names
from shared.app.doctor import API, TOPIC
from shared.app.doctor_aws import check_functions, check_tables, function_name, log_group, required_alarms
from shared.app.doctor_secrets import SHAPES
from shared.ports.deployed import FunctionSeen, TableSeen
from tests.infra.conftest import Synthesised


@pytest.fixture(params=["production", "local"])
def synthesised(request: pytest.FixtureRequest) -> Synthesised:
    found: Synthesised = request.getfixturevalue(request.param)
    return found


def test_the_functions_are_those_of_the_stage(synthesised: Synthesised) -> None:
    seen: dict[str, FunctionSeen | None] = {
        name: FunctionSeen(
            active=True,
            runtime=made["Runtime"],
            architecture=made["Architectures"][0],
            changed_at="",
            environment=made["Environment"]["Variables"],
        )
        for name, made in synthesised.by("AWS::Lambda::Function", "FunctionName").items()
    }

    assert {function_name(function) for function in names.FUNCTIONS} <= set(seen)
    assert [one.level for one in check_functions(seen, synthesised.stage)] == ["ok"]


def test_the_alarms_that_are_required_are_made(synthesised: Synthesised) -> None:
    assert set(required_alarms()) <= set(synthesised.by("AWS::CloudWatch::Alarm", "AlarmName"))


def test_the_tables_can_be_recovered(synthesised: Synthesised) -> None:
    made = synthesised.by("AWS::DynamoDB::GlobalTable", "TableName")
    seen: dict[str, TableSeen | None] = {
        name: TableSeen(True, one["Replicas"][0]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
        for name, one in made.items()
    }

    assert set(seen) == {names.STATE_TABLE, names.EFFECTS_TABLE}
    assert [one.level for one in check_tables(seen)] == ["ok", "ok"]


def test_every_queue_has_the_name_under_which_it_is_looked_for(synthesised: Synthesised) -> None:
    looked_for = {names.PREFIX + names.queue_file_name(queue) for queue in (*names.QUEUES, *names.DEAD_LETTER_QUEUES)}

    assert looked_for == set(synthesised.by("AWS::SQS::Queue", "QueueName"))


def test_api_topic_log_and_secrets_have_the_names_too(synthesised: Synthesised) -> None:
    assert set(synthesised.by("AWS::ApiGatewayV2::Api", "Name")) == {API}
    assert topic_name() == TOPIC
    assert log_group("sweep") in synthesised.by("AWS::Logs::LogGroup", "LogGroupName")
    assert set(SHAPES) == set(DESCRIPTIONS)
