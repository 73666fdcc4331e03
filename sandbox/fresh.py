"""What a fresh world holds: the example repositories, and a published plan with its campaign."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sandbox.github.server import MockGithub
from sandbox.github.world import RefusedError
from shared.app import campaigns
from shared.engines import Engine
from shared.errors import InvalidInputError
from state_schema.campaign import Campaign
from state_schema.plan import Plan

EXAMPLES: Final = Path(__file__).parent / "examples"
PLAN: Final = EXAMPLES / "airflow-3.plan.yaml"
CAMPAIGN: Final = EXAMPLES / "airflow-3.campaign.yaml"
DAGS: Final = "acme/dags"
INFRASTRUCTURE: Final = "acme/infrastructure"
APPLIED_BY: Final = "principal:local"


def fill_github(github: MockGithub, resources: Iterable[str]) -> None:
    """The two repositories that the example plan names, each only where it is missing."""
    dags = files_below(EXAMPLES / "dags")
    folders = {f"dags/{resource}/{path}": text for resource in resources for path, text in dags.items()}
    for name, files in {DAGS: folders, INFRASTRUCTURE: files_below(EXAMPLES / "infrastructure")}.items():
        try:
            github.world.repository(name)
        except RefusedError:
            github.create_repository(name, files)


def apply_campaign(engine: Engine, plan: Plan, campaign: Campaign, at: datetime) -> None:
    """Publishes the plan and applies the campaign, each where that is still to be done.

    InvalidInputError where the campaign does not fit the plan, or another plan has this version.
    """
    engine.plans.publish(plan)
    application = campaigns.prepare(
        campaign, plans=engine.plans, campaigns=engine.campaigns, migrations=engine.migrations
    )
    if application.problems:
        raise InvalidInputError(tuple(f"{'.'.join(map(str, place))}: {what}" for place, what in application.problems))
    campaigns.apply(
        application,
        actor=APPLIED_BY,
        at=at,
        campaigns=engine.campaigns,
        controls=engine.controls,
        migrations=engine.migrations,
    )


def files_below(folder: Path) -> Mapping[str, str]:
    """Path (from the folder) to text."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}
