"""What in a campaign does not fit its plan. Every problem, each with its place."""

from collections.abc import Iterator

from shared.domain.boundary_rules import boundary_problems
from shared.domain.overrun_rules import overrun_problems
from shared.domain.step_rules import SHORTEST_REMINDER
from shared.domain.template_rules import Place, Problem
from shared.domain.windows import check_window, zone_of
from shared.domain.working_hours import check_hours
from state_schema.campaign import Campaign
from state_schema.grammar import parse_duration
from state_schema.plan import Plan


def campaign_problems(campaign: Campaign, plan: Plan) -> list[Problem]:
    """Everything in the campaign that does not fit its plan."""
    return [
        *_resources(campaign, plan),
        *_kept_by_us(campaign),
        *_environments_named(campaign, plan),
        *boundary_problems(campaign, plan),
        *_waves(campaign),
        *(_windows(campaign) or overrun_problems(campaign, plan)),
        *_reminders(campaign),
    ]


def _resources(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, resource in enumerate(campaign.resources):
        if resource.id in seen:
            yield ("resources", number, "id"), f"{resource.id!r} is listed twice"
        seen.add(resource.id)
        if resource.wave not in campaign.waves:
            yield ("resources", number, "wave"), f"there is no wave {resource.wave}; waves: {sorted(campaign.waves)}"
        optional = [phase.name for phase in plan.phases if phase.optional]
        for place, name in enumerate(resource.skip):
            if name not in optional:
                allowed = ", ".join(optional) or "none"
                yield (
                    ("resources", number, "skip", place),
                    f"{name!r} is no optional phase of {plan.ref}; allowed: {allowed}",
                )
        chosen = set(resource.environments if resource.environments is not None else plan.environments)
        for name in sorted(chosen):
            blockers = plan.environments[name].blocked_by if name in plan.environments else ()
            if name not in plan.environments:
                yield ("resources", number, "environments"), f"{name!r} is no environment of {plan.ref}"
            elif missing := [blocker for blocker in blockers if blocker not in chosen]:
                text = f"{name} is blocked by {', '.join(missing)}, which this resource leaves out"
                yield ("resources", number, "environments"), text


def _kept_by_us(campaign: Campaign) -> Iterator[Problem]:
    if campaign.gone:
        yield ("gone",), "Waymark keeps this itself, from what was applied before: leave it out"


def _environments_named(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    named: list[tuple[Place, tuple[str, ...]]] = [
        (("limits", "environments"), tuple(campaign.limits.environments)),
    ]
    named += [(("windows", number), window.environments or ()) for number, window in enumerate(campaign.windows)]
    for action in ("create_pr", "deploy", "run_migration", "merge", "delete"):
        gate = getattr(campaign.gates, action)
        if isinstance(gate, dict):
            named.append((("gates", action), tuple(gate)))
    for place, names in named:
        for name in names:
            if name not in plan.environments:
                yield place, f"{name!r} is no environment of {plan.ref}; allowed: {', '.join(plan.environments)}"


def _waves(campaign: Campaign) -> Iterator[Problem]:
    for number, wave in campaign.waves.items():
        if wave.after is not None and (wave.after not in campaign.waves or wave.after >= number):
            yield ("waves", number, "after"), f"{wave.after} is no earlier wave; waves: {sorted(campaign.waves)}"


def _windows(campaign: Campaign) -> list[Problem]:
    found: list[Problem] = []
    for number, window in enumerate(campaign.windows):
        try:
            check_window(window)
        except ValueError as exc:
            found.append((("windows", number), str(exc)))
    return found


def _reminders(campaign: Campaign) -> Iterator[Problem]:
    rule = campaign.reminders
    if rule is None:
        return
    try:
        zone_of(rule.zone)
        check_hours(rule.hours)
    except ValueError as exc:
        yield ("reminders",), str(exc)
    if parse_duration(rule.every) < SHORTEST_REMINDER:
        yield ("reminders", "every"), f"a reminder every {rule.every} is noise; the shortest is 15m"
    if rule.escalate_after is not None and not rule.escalate_to:
        text = "nobody is named whom it is escalated to; name people as slack:<team>/<user>, or topic"
        yield ("reminders", "escalate_to"), text
    if rule.escalate_after is None and rule.escalate_to:
        yield ("reminders", "escalate_after"), "it is not said when it is escalated; write for example 48h"
