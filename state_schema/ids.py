"""Names and keys. Each has one shape, checked wherever it enters."""

from typing import Annotated

from pydantic import StringConstraints

ResourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}$")]
CampaignId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}$")]
MigrationId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60}$")]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
TrackName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""An environment's name, or `shared`."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A phase, a step or a skill."""
StepPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}$")]
"""`<phase>.<step>`: unique in a track, because a step is unique in its phase."""
Verb = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PlanRef = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}@[1-9][0-9]{0,5}$")]
"""`<plan name>@<version>`."""
OrderKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60}/[a-z][a-z0-9-]{0,39}/"
        r"[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}/[1-9][0-9]*(\+[1-9][0-9]*)?$"
    ),
]
"""`<migration>/<track>/<phase>.<step>/<attempt>[+<part>]`; a part is one more order of the same attempt, sent after
the skill said `Progressed`."""
Address = Annotated[str, StringConstraints(pattern=r"^(pull_request|workflow_run):[1-9][0-9]*/[1-9][0-9]*$")]
"""`<kind>:<GitHub repository id>/<pull request number or run id>`: where a look goes."""
Person = Annotated[
    str,
    StringConstraints(
        pattern=r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]*|principal:[\x21-\x7e]{1,200})$"
    ),
]
"""`slack:<team>/<user>`, `github:<numeric id>` or `principal:<verified IAM or JWT principal>`; never a display name."""
GroupName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
SlackGroup = Annotated[str, StringConstraints(pattern=r"^slack-group:[A-Z0-9_]{1,40}/S[A-Z0-9_]{0,39}$")]
"""`slack-group:<team>/<user group>`: a user group of Slack, whose members are kept there."""
Member = Annotated[
    str,
    StringConstraints(
        pattern=r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]*|principal:[\x21-\x7e]{1,200}"
        r"|group:[a-z][a-z0-9_-]{0,39}|slack-group:[A-Z0-9_]{1,40}/S[A-Z0-9_]{0,39})$"
    ),
]
"""A person, `group:<name>` of the campaign's own groups, or a user group of Slack."""
Actor = Annotated[
    str,
    StringConstraints(
        pattern=r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]*|principal:[\x21-\x7e]{1,200}"
        r"|skill:[a-z][a-z0-9_]{0,39}|observer|timer)$"
    ),
]
"""Who caused an event: a person, a skill, a look at the outside world, or the clock."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""First 16 hexadecimal digits of a SHA-256 over what was shown or ordered."""

SHARED_TRACK = "shared"


def migration_id(campaign: str, resource: str) -> str:
    """The id of one resource's migration in one campaign."""
    return f"{campaign}/{resource}"


def order_key(migration: str, track: str, step: str, attempt: int, part: int = 0) -> str:
    """The deterministic key of an order: the same work always has the same key."""
    key = f"{migration}/{track}/{step}/{attempt}"
    return f"{key}+{part}" if part else key


def plan_ref(name: str, version: int) -> str:
    """How a campaign names the plan that it pins."""
    return f"{name}@{version}"
