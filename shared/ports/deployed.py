"""A deployment as it was found, for `migrate doctor`: facts alone, without a verdict, and who can read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """One attempt to deliver a webhook; `guid` is the same for all attempts of one delivery. `status` 0: no answer."""

    id: int
    guid: str
    event: str
    at: datetime
    ok: bool
    status: int


@dataclass(frozen=True, slots=True)
class AppSeen:
    """The GitHub App and its installation. `bot_id`: the user id of its bot account, None where GitHub knows none."""

    slug: str
    permissions: Mapping[str, str]
    events: Sequence[str]
    hook_url: str
    installed_permissions: Mapping[str, str]
    suspended: bool
    bot_id: int | None


class GithubRegistration(Protocol):
    """The App as it is registered."""

    def app(self) -> AppSeen:
        """A WaymarkError where GitHub will not say."""
        ...

    def deliveries(self, since: datetime) -> Sequence[DeliverySeen]:
        """The attempts since then, newest first, a thousand at most."""
        ...

    def deliver_again(self, delivery: int) -> None:
        """Asks GitHub for another attempt; it takes deliveries of the last three days."""
        ...


@dataclass(frozen=True, slots=True)
class SlackSeen:
    """Whose the bot token is: the workspace's id, and what it may do."""

    team: str
    scopes: Sequence[str]


class SlackIdentity(Protocol):
    """Slack's view of the bot token."""

    def seen(self) -> SlackSeen:
        """A WaymarkError where Slack does not take the token, or cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class TableSeen:
    """`recoverable`: whether point-in-time recovery is on."""

    active: bool
    recoverable: bool


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """`actions`: the ARNs that it tells; `state` as CloudWatch says it."""

    actions: Sequence[str]
    state: str
    about: str


@dataclass(frozen=True, slots=True)
class TopicSeen:
    """`confirmed` and `pending` count subscriptions."""

    arn: str
    confirmed: int
    pending: int


@dataclass(frozen=True, slots=True)
class FunctionSeen:
    """What Lambda says of a function; `environment` holds settings, never secrets."""

    active: bool
    runtime: str
    architecture: str
    changed_at: str
    environment: Mapping[str, str]


class Foundations(Protocol):
    """Tables and queues; None stands for what there is not."""

    def table(self, name: str) -> TableSeen | None: ...

    def waiting(self, queue: str) -> int | None:
        """Messages in the queue of this name at AWS, visible or not."""
        ...


class Watch(Protocol):
    """What calls somebody."""

    def alarms(self, prefix: str) -> Mapping[str, AlarmSeen]: ...

    def topic(self, name: str) -> TopicSeen | None: ...


class Running(Protocol):
    """The functions, and what stands before them."""

    def function(self, name: str) -> FunctionSeen | None: ...

    def last_log(self, group: str) -> datetime | None:
        """When the log group got its last line."""
        ...

    def api_url(self, name: str) -> str | None:
        """The address of the HTTP API of this name, without a slash at its end."""
        ...

    def clock(self) -> datetime:
        """AWS's, to the second."""
        ...
