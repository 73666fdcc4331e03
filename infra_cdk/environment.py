"""What each function is told in its environment: the variables that `shared.settings` reads, and of them only what it uses."""

from collections.abc import Mapping
from typing import Final

from infra_cdk.arns import Arns
from infra_cdk.grants import ALERTS, EFFECTS, GRANTS
from shared import names
from shared.settings import PREFIX as VARIABLE
from state_schema.stage import Stage

_READS_SLACK: Final = ("slack", "post_checkpoint", "sweep")
_LOCATES: Final = ("list_items", "migrate_items", "verify")
_PROPOSES: Final = ("open_pull_request", "rewrite_dags")
_KNOWS_THE_BOT: Final = ("github_webhook", "post_comment")


def environment_of(function: str, stage: Stage, arns: Arns) -> dict[str, str]:
    """Variables and their texts; a secret is never among them, only where secrets are kept."""
    stack = arns.stack
    # The settings ask every function of the engine `aws` for it, whether it sends or not.
    queues = f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{names.PREFIX}"
    told = {
        "engine": "aws",
        "queue_url_prefix": queues,
        **_by_grants(function, stage, arns),
        **_by_role(function, stage),
    }
    variables = {VARIABLE + name.upper(): text for name, text in told.items() if text}
    return variables if function in names.DOORS else {**variables, "POWERTOOLS_LOG_LEVEL": "INFO"}


def _by_grants(function: str, stage: Stage, arns: Arns) -> Mapping[str, str]:
    """What a function that may reach a thing must know of it."""
    may = GRANTS[function]
    reached = {resource for grant in may for resource in grant.resources}
    told: dict[str, str] = {}
    if names.GITHUB_APP_KEY in reached:
        told["github_api"] = stage.github.api
        told["github_app_id"] = stage.github.app_id
        told["github_installation_id"] = stage.github.installation_id
    if ALERTS in reached:
        told["alert_topic"] = arns.topic()
    if EFFECTS in reached and function in names.SKILL_NAMES:
        told["skill_timeout"] = str(stage.skill_timeout)
    return told


def _by_role(function: str, stage: Stage) -> Mapping[str, str]:
    """What a function says or shows."""
    told: dict[str, str] = {}
    if function in _KNOWS_THE_BOT:
        told["github_bot_id"] = stage.github.bot_id
    if function in _READS_SLACK:
        told["slack_api"] = stage.slack.api
        told["slack_team"] = stage.slack.team
    if function == "post_checkpoint":
        told["slack_pace"] = f"{stage.slack.pace:.3f}"
    if function in _LOCATES:
        told["deployment_url"] = stage.deployment_url
    if function in _PROPOSES:
        told["title_prefix"] = stage.title_prefix
    return told
