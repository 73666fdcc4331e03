"""The stacks, which only compose: what outlives every deployment, what is deployed, and who may deploy."""

from pathlib import Path

from aws_cdk import Environment, Stack
from constructs import Construct

from infra_cdk.alarms import Alarms
from infra_cdk.api import Api
from infra_cdk.arns import Arns
from infra_cdk.dashboard import Dashboard
from infra_cdk.deploy_role import DeployRole
from infra_cdk.deployed import Deployed
from infra_cdk.key import Key
from infra_cdk.queues import Queues
from infra_cdk.schedules import Batches, Sweep
from infra_cdk.secrets import Secrets
from infra_cdk.tables import Tables
from infra_cdk.topic import Topic
from infra_cdk.workers import workers
from state_schema.stage import DeployRole as DeploySettings
from state_schema.stage import Stage

DATA, APP, DEPLOY_ROLE = "WaymarkData", "WaymarkApp", "WaymarkDeployRole"


def environment(stage: Stage) -> Environment:
    """Where the stage's stacks go."""
    return Environment(account=stage.account, region=stage.region)


class DataStack(Stack):
    """What must outlive every deployment."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(
            scope,
            DATA,
            env=environment(stage),
            description="Waymark: what outlives every deployment",
            termination_protection=True,
        )
        self.key = Key(self, "Key")
        Tables(self, "Tables", key=self.key)
        Queues(self, "Queues", stage=stage)
        Secrets(self, "Secrets", key=self.key)
        Topic(self, "Alerts", alarms=stage.alarms, key=self.key)


class AppStack(Stack):
    """What a deployment replaces: the functions, what calls them, and what watches them."""

    def __init__(self, scope: Construct, stage: Stage, bundles: Path, data: DataStack) -> None:
        super().__init__(scope, APP, env=environment(stage), description="Waymark: functions, API, schedules, alarms")
        self.add_stack_dependency(data)
        deployed = Deployed(stage, bundles, Arns(self, data.key.key_arn))
        api = Api(self, "Doors", deployed=deployed)
        logs = api.logs | {function: made.log for function, made in workers(self, deployed).items()}
        logs["sweep"] = Sweep(self, "Sweep", deployed=deployed).log
        logs["batch"] = Batches(self, "Batches", deployed=deployed).log
        alarms = Alarms(self, "Alarms", deployed=deployed, api_id=api.api.api_id, function_logs=logs)
        Dashboard(self, "Dashboard", api_id=api.api.api_id, alarms=alarms.all)


class DeployRoleStack(Stack):
    """Deployed once, by a person; then the workflow deploys the others."""

    def __init__(self, scope: Construct, stage: Stage, deploy: DeploySettings) -> None:
        super().__init__(scope, DEPLOY_ROLE, env=environment(stage), description="Waymark: who may deploy")
        DeployRole(self, "Deploy", deploy=deploy)
