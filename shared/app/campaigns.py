"""Publishing a plan and applying a campaign: everything is checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.campaign_changes import Changes, changes_between
from shared.domain.campaign_rules import campaign_problems
from shared.domain.display import summary_of
from shared.domain.evolve import evolve
from shared.domain.history import record
from shared.domain.reapplying import reapplying_problems, with_gone
from shared.domain.takeover import taken_over
from shared.domain.template_rules import Problem
from shared.domain.timing import OVER
from shared.domain.view import Cause, View
from shared.errors import InvalidInputError, NotFoundError, RetryableError, StaleStateError
from shared.ports.campaigns import CampaignCommit, Campaigns, Controls, Plans
from shared.ports.migrations import Commit, Migrations
from state_schema.campaign import Campaign, Resource
from state_schema.events import MigrationCreated
from state_schema.gate import Gate
from state_schema.ids import migration_id
from state_schema.migration import Migration
from state_schema.plan import Plan


@dataclass(frozen=True, slots=True)
class Application:
    """What applying a campaign file does, or would do: `problems` stop it; `new` resources get a migration.

    `elsewhere`: the unfinished migrations that are on another plan version (resource to plan). They stay there.
    """

    campaign: Campaign
    plan: Plan
    before: int
    problems: tuple[Problem, ...]
    new: tuple[Resource, ...]
    known: tuple[Resource, ...]
    changed: bool
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)


def prepare(campaign: Campaign, *, plans: Plans, campaigns: Campaigns, migrations: Migrations) -> Application:
    """Looks what applying the campaign would do, and writes nothing. NotFoundError where its plan is not published."""
    plan = plans.load(campaign.plan)
    problems = tuple(campaign_problems(campaign, plan))
    try:
        before, stored = campaigns.load(campaign.id)
    except NotFoundError:
        return Application(campaign, plan, 0, problems, campaign.resources, (), changed=True)
    names = {one.id for one in (*campaign.resources, *stored.resources, *stored.gone)}
    found = {name: _stored(migration_id(campaign.id, name), migrations) for name in names}
    states = {resource: state for resource, state in found.items() if state is not None}
    known = {one.id: states[one.id] for one in campaign.resources if one.id in states}
    unfinished = {resource: state.plan for resource, state in known.items() if state.status not in OVER}
    problems += tuple(reapplying_problems(campaign, states))
    campaign = with_gone(campaign, states)
    return Application(
        campaign=campaign,
        plan=plan,
        before=before,
        problems=problems,
        new=tuple(one for one in campaign.resources if one.id not in known),
        known=tuple(one for one in campaign.resources if one.id in known),
        changed=stored != campaign,
        elsewhere={resource: ref for resource, ref in unfinished.items() if ref != plan.ref},
        changes=changes_between(stored, campaign),
    )


def apply(
    application: Application,
    *,
    actor: str,
    at: datetime,
    campaigns: Campaigns,
    controls: Controls,
    migrations: Migrations,
) -> None:
    """Writes the campaign, then one migration for each new resource. Applying again after a crash does the rest.

    Before a new campaign has its first migration it takes over what stops all campaigns.

    InvalidInputError where there are problems; RetryableError where somebody else applied it since `prepare`.
    """
    if application.problems:
        raise InvalidInputError(tuple(f"{'.'.join(map(str, at))}: {text}" for at, text in application.problems))
    if application.changed:
        try:
            campaigns.save(CampaignCommit(application.before, application.campaign, actor, at))
        except StaleStateError as exc:
            raise RetryableError(f"{application.campaign.id} was applied by somebody else just now") from exc
    cause = Cause(at, actor, f"apply:{application.campaign.id}:{at.isoformat()}")
    if not application.known:
        _take_over(application.campaign.id, cause, campaigns, controls)
    for resource in application.new:
        try:
            migrations.save(_creation(application.campaign, application.plan, resource, cause))
        except StaleStateError:
            continue


def _take_over(campaign: str, cause: Cause, campaigns: Campaigns, controls: Controls) -> None:
    """The campaign is stored by now, so whoever stops all campaigns from here on finds it by its name."""
    others = [controls.gate(name) for name in campaigns.names() if name != campaign]
    for gate, act in taken_over(controls.gate(campaign), others, cause):
        try:
            controls.save(gate, act)
        except StaleStateError as exc:
            raise RetryableError(f"The gate of {campaign} was changed just now") from exc


def _creation(campaign: Campaign, plan: Plan, resource: Resource, cause: Cause) -> Commit:
    chosen = resource.environments if resource.environments is not None else tuple(plan.environments)
    created = MigrationCreated(
        campaign=campaign.id,
        resource=resource,
        plan=campaign.plan,
        environments=tuple(name for name in plan.environments if name in chosen),
    )
    state = evolve(None, created, cause)
    view = View(state, plan, campaign, Gate(campaign=campaign.id))
    return Commit(before=0, state=state, records=record([created], 0, "", cause), summary=summary_of(view))


def _stored(migration: str, migrations: Migrations) -> Migration | None:
    try:
        return migrations.load(migration).view.state
    except NotFoundError:
        return None
