"""One function of ours: its code, its role, its log, its environment."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.acknowledged import acknowledge_runtime, acknowledge_wildcards
from infra_cdk.arns import function_name, log_group_name
from infra_cdk.deployed import Deployed, bundle_of
from infra_cdk.environment import environment_of
from infra_cdk.grants import is_traced
from infra_cdk.log_groups import log_group
from infra_cdk.roles import FunctionRole
from infra_cdk.sizes import SIZES, seconds_of
from shared import names
from state_schema.stage import Stage


class WaymarkFunction(Construct):
    """The Lambda function `function` of `names.FUNCTIONS`, as `self.function`; `self.log` is its log group."""

    def __init__(self, scope: Construct, construct_id: str, *, function: str, deployed: Deployed) -> None:
        super().__init__(scope, construct_id)
        stage = deployed.stage
        self.log = log_group(self, "Log", log_group_name(function), stage)
        self.role = FunctionRole(self, "Role", function=function, arns=deployed.arns)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name(function),
            description=f"Waymark: {function}",
            runtime=_runtime(stage),
            architecture=lambda_.Architecture.ARM_64 if stage.architecture == "arm64" else lambda_.Architecture.X86_64,
            handler=f"{names.handler_module(function)}.handler",
            code=lambda_.Code.from_asset(str(bundle_of(function, deployed.bundles))),
            role=self.role.without_policy_updates(),
            log_group=self.log,
            memory_size=SIZES[function].memory,
            timeout=Duration.seconds(seconds_of(function, stage)),
            tracing=lambda_.Tracing.ACTIVE if is_traced(function) else lambda_.Tracing.DISABLED,
            environment=environment_of(function, stage, deployed.arns),
        )
        acknowledge_runtime(self.function)
        acknowledge_wildcards(self.role, function)


def _runtime(stage: Stage) -> lambda_.Runtime:
    if stage.own_runtime:
        return lambda_.Runtime.PROVIDED_AL2023
    return lambda_.Runtime(f"python{stage.python}", lambda_.RuntimeFamily.PYTHON)
