"""Log groups, which forget after as many days as the stage says."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from state_schema.stage import Stage


def log_group(scope: Construct, construct_id: str, name: str, stage: Stage) -> logs.LogGroup:
    """It goes with its stack: what happened is in the state table, which stays."""
    return logs.LogGroup(
        scope, construct_id, log_group_name=name, retention=_retention(stage), removal_policy=RemovalPolicy.DESTROY
    )


def _retention(stage: Stage) -> logs.RetentionDays:
    """CDK has a name for each number of days that CloudWatch takes."""
    return {
        7: logs.RetentionDays.ONE_WEEK,
        14: logs.RetentionDays.TWO_WEEKS,
        30: logs.RetentionDays.ONE_MONTH,
        60: logs.RetentionDays.TWO_MONTHS,
        90: logs.RetentionDays.THREE_MONTHS,
        180: logs.RetentionDays.SIX_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
        731: logs.RetentionDays.TWO_YEARS,
    }[stage.log_days]
