"""Slack's user groups, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.errors import PermanentError


@dataclass
class FakeUserGroups:
    """The port UserGroups. `asked` is every read, in order; `error` is what all of them end in."""

    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def members(self, group: str) -> Sequence[str]:
        self.asked.append(group)
        if self.error is not None:
            raise self.error
        if group not in self.groups:
            raise PermanentError(f"no_such_subteam: {group}", "no_such_subteam")
        return self.groups[group]
