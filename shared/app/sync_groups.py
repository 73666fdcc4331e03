"""Reads again who is in the Slack user groups that campaigns name, so that who left them loses what they could do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain.people import TRUSTED, slack_groups
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.campaigns import Campaigns
from shared.ports.groups import Groups, UserGroups
from state_schema.memberships import GroupMembers, Memberships

REFRESH: Final = timedelta(minutes=5)
"""So old a snapshot is read again: who leaves a group can act for so long, and a dozen reads may fail before none can."""


@dataclass(slots=True)
class Synced:
    """What was read, and why the rest could not be: a group, or the campaign that names some.

    `unknown` are those of whom nobody counts as a member any more.
    """

    read: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def sync_groups(*, campaigns: Campaigns, groups: Groups, user_groups: UserGroups, now: datetime) -> Synced:
    """Each group is read once, for all campaigns that name it. What cannot be read stays as it was, and grows old.

    Any error of the store passes; none of Slack does.
    """
    found: dict[str, GroupMembers] = {}
    synced = Synced()
    for name in campaigns.names():
        try:
            wanted = slack_groups(campaigns.load(name)[1])
        except PermanentError as exc:  # a later release wrote it: the others' people may act all the same
            synced.failed[name] = exc.reason
            continue
        if not wanted:
            continue
        stored = groups.load(name)
        known = dict(stored.groups) if stored else {}
        due = [one for one in wanted if one not in known or now - known[one].read_at >= REFRESH]
        for one in due:
            _read(one, user_groups, now, found, synced)
        after = {one: found.get(one) or known[one] for one in wanted if one in found or one in known}
        if after != known:
            groups.save(Memberships(campaign=name, at=now, groups=after))
        synced.unknown |= _unknown(wanted, after, now)
    return synced


def _read(group: str, user_groups: UserGroups, now: datetime, found: dict[str, GroupMembers], synced: Synced) -> None:
    """`now` is the time of the read, because it began no earlier."""
    if group in found or group in synced.failed:
        return
    try:
        members = tuple(user_groups.members(group))
    except (NotFoundError, PermanentError, RetryableError) as exc:
        synced.failed[group] = str(exc)
        return
    found[group] = GroupMembers(members=members, read_at=now)
    synced.read.append(group)


def _unknown(wanted: tuple[str, ...], known: Mapping[str, GroupMembers], now: datetime) -> set[str]:
    return {one for one in wanted if one not in known or now - known[one].read_at > TRUSTED}
