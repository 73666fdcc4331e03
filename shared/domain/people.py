"""Who is who at a moment: a campaign's groups resolved into people, and the ids that are one person's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from state_schema.campaign import Campaign, People
from state_schema.memberships import GroupMembers

TRUSTED: Final = timedelta(hours=1)
"""A snapshot of a user group counts for so long. After it nobody is taken for a member: who left must not get in."""
OWN_GROUP: Final = "group:"
SLACK_GROUP: Final = "slack-group:"


def as_of(campaign: Campaign, groups: Mapping[str, GroupMembers], at: datetime) -> Campaign:
    """The campaign with the members of its groups in the place of the groups.

    A user group of Slack that was not read within the hour before `at` stays as it is: it is nobody.
    """
    fresh = {name: one.members for name, one in groups.items() if at - one.read_at <= TRUSTED}
    return _resolved(campaign, fresh)


def named(campaign: Campaign) -> Campaign:
    """The campaign with its own groups resolved, as its file says it; user groups of Slack stay as they are."""
    return _resolved(campaign, {})


def _resolved(campaign: Campaign, known: Mapping[str, tuple[str, ...]]) -> Campaign:
    people = campaign.people
    if not any(one.startswith((OWN_GROUP, SLACK_GROUP)) for one in (*people.operators, *people.approvers)):
        return campaign
    known = {**{f"{OWN_GROUP}{name}": members for name, members in people.groups.items()}, **known}
    roles = {"operators": people.operators, "approvers": people.approvers}
    found = {
        role: tuple(dict.fromkeys(one for member in members for one in known.get(member, (member,))))
        for role, members in roles.items()
    }
    return campaign.model_copy(update={"people": people.model_copy(update=found)})


def slack_groups(campaign: Campaign) -> tuple[str, ...]:
    """Every user group of Slack that a role of the campaign names, once."""
    people = campaign.people
    return not_read(tuple(dict.fromkeys((*people.operators, *people.approvers))))


def not_read(allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The user groups among these that stand for nobody: after `as_of`, those that were not read in time."""
    return tuple(one for one in allowed if one.startswith(SLACK_GROUP))


def is_one_of(people: People, actor: str, allowed: tuple[str, ...]) -> bool:
    """Whether the actor, or an id linked to the same person, is in the list."""
    return not _ids_of(people, actor).isdisjoint(allowed)


def is_same_person(people: People, one: str, other: str | None) -> bool:
    """Whether both ids are those of one person; None is nobody."""
    return other is not None and not _ids_of(people, one).isdisjoint(_ids_of(people, other))


def _ids_of(people: People, actor: str) -> set[str]:
    """All ids of the actor: what is linked to a linked id is theirs too."""
    if not people.linked:
        return {actor}
    ids, rest = {actor}, [{one, *others} for one, others in people.linked.items()]
    while found := [one for one in rest if not ids.isdisjoint(one)]:
        ids = ids.union(*found)
        rest = [one for one in rest if one not in found]
    return ids
