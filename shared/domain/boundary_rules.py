"""What in a campaign's people and gates could not hold, or would loosen what nothing may loosen. Each with its place."""

from collections.abc import Iterator

from shared.domain.people import OWN_GROUP, is_same_person, named, not_read
from shared.domain.permissions import ALWAYS_EXPLICIT
from shared.domain.template_rules import Place, Problem
from state_schema.campaign import Campaign, People
from state_schema.ids import SHARED_TRACK
from state_schema.plan import Plan


def boundary_problems(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    """Groups that there are not, roles that nobody has, tracks that there are not, loosened gates, too few approvers."""
    yield from _groups(campaign.people)
    yield from _nobody(campaign, plan)
    yield from _tracks(campaign, plan)
    for action in sorted(ALWAYS_EXPLICIT):
        gate = getattr(campaign.gates, action)
        if any(layer != "explicit_command" for layer in (gate.values() if isinstance(gate, dict) else [gate]) if layer):
            yield ("gates", action), f"{action} is by explicit_command everywhere; nothing loosens that"
    yield from _approvers(campaign)


def _groups(people: People) -> Iterator[Problem]:
    for role, members in (("operators", people.operators), ("approvers", people.approvers)):
        for number, member in enumerate(members):
            name = member.removeprefix(OWN_GROUP)
            if member.startswith(OWN_GROUP) and name not in people.groups:
                there = ", ".join(people.groups) or "none"
                yield ("people", role, number), f"there is no group {name!r} under people.groups; there are: {there}"


def _nobody(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    """A role without people; members of a user group of Slack are not known here, and count as somebody."""
    people = named(campaign).people
    if not people.operators:
        yield ("people", "operators"), "name at least one operator: nobody could start or pause anything"
    if not people.approvers and (wanted := _wanting_approvers(campaign, plan)):
        yield ("people", "approvers"), f"name at least one approver: nobody could approve {'; '.join(wanted)}"


def _wanting_approvers(campaign: Campaign, plan: Plan) -> list[str]:
    every = tuple(plan.environments)
    chosen = {name for one in campaign.resources for name in (every if one.environments is None else one.environments)}
    required = [name for name, one in plan.environments.items() if name in chosen and one.approval_required]
    merges = campaign.gates.merge_approval
    return [
        *([f"{', '.join(required)} (approval_required)"] if required else []),
        *([f"merges in {', '.join(merges)} (gates.merge_approval)"] if merges else []),
    ]


def _tracks(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    allowed = [*([SHARED_TRACK] if plan.stops(SHARED_TRACK) else []), *plan.environments]
    gates = campaign.gates
    rules: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("four_eyes", gates.four_eyes),
        ("quorum", tuple(gates.quorum)),
        ("merge_approval", gates.merge_approval),
    )
    for rule, tracks in rules:
        for name in tracks:
            if name not in allowed:
                place: Place = ("gates", rule)
                yield place, f"{name!r} is no environment of {plan.ref}; allowed: {', '.join(allowed)}"


def _approvers(campaign: Campaign) -> Iterator[Problem]:
    """A user group of Slack may have any number of members, so only people that are named are counted."""
    people = named(campaign).people
    if not_read(people.approvers):
        return
    persons: list[str] = []
    for one in people.approvers:
        if not any(is_same_person(people, one, other) for other in persons):
            persons.append(one)
    for track, wanted in campaign.gates.quorum.items():
        if wanted > len(persons):
            people_there = "1 person" if len(persons) == 1 else f"{len(persons)} people"
            text = f"{track} wants {wanted} approvals, and people.approvers names {people_there}"
            yield ("gates", "quorum", track), text
