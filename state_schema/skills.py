"""What each skill takes and which action it performs: declared once, for plan checks, gates, queues and roles."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from state_schema.model import Model

Action = Literal["read", "create_pr", "deploy", "run_migration", "merge", "delete"]
Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._{}-]+$")]


def _below_its_root(path: str) -> str:
    if {".", "..", ".git"}.intersection(path.lower().split("/")):
        message = f"{path!r} leaves its folder; write a path below the root of the repository, without `..`"
        raise ValueError(message)
    return path


RelativePath = Annotated[str, StringConstraints(pattern=r"^[^/\s][^\s]{0,200}$"), AfterValidator(_below_its_root)]


class NoInputs(Model):
    """The skill works on the resource and the environment alone."""


class OpenPullRequestInputs(Model):
    """Files of the template folder `template` of the repository, rendered for this resource, in one pull request."""

    repository: Repository
    template: Annotated[RelativePath, Field(max_length=100)]
    base: str = "main"


class RewriteDagsInputs(Model):
    """The folder `path` of the repository, rewritten for Airflow 3, in one pull request."""

    repository: Repository
    path: RelativePath
    base: str = "main"


class RunWorkflowInputs(Model):
    """One `workflow_dispatch` run. At most 24 inputs: the 25th (GitHub's limit) carries our operation id."""

    repository: Repository
    workflow: str = Field(min_length=1, max_length=200)
    ref: str = "main"
    inputs: dict[str, str] = Field(default_factory=dict, max_length=24)


class DeploymentInputs(Model):
    """The Airflow deployment at `url`; without it, the address that the settings derive for resource and environment."""

    url: str | None = None


class MigrateItemsInputs(DeploymentInputs):
    """The chosen items, `batch` at most in one order."""

    batch: int = Field(default=10, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class SkillSpec:
    """One skill: its name (also its queue's and its function's), its action, the model of its inputs."""

    name: str
    action: Action
    inputs: type[Model]


SKILLS: Final = {
    spec.name: spec
    for spec in (
        SkillSpec("open_pull_request", "create_pr", OpenPullRequestInputs),
        SkillSpec("rewrite_dags", "create_pr", RewriteDagsInputs),
        SkillSpec("run_workflow", "deploy", RunWorkflowInputs),
        SkillSpec("list_items", "read", DeploymentInputs),
        SkillSpec("migrate_items", "run_migration", MigrateItemsInputs),
        SkillSpec("verify", "read", DeploymentInputs),
    )
}
