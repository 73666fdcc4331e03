"""Settings from the environment, read once. Standard library only: the doors import this."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from shared import names
from shared.errors import InvalidInputError

Engine = Literal["aws", "embedded"]
PREFIX: Final = "WAYMARK_"
_PREFIX_OF_URLS: Final = "https://sqs.<region>.amazonaws.com/<account>/waymark-"
_URL: Final = r"https?://[!-~]{1,500}"
_NUMBER: Final = r"[0-9]{1,20}"
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "engine": ("aws|embedded", "allowed: aws, embedded"),
    "state_table": ("[A-Za-z0-9_.-]{3,255}", "give a table's name"),
    "effects_table": ("[A-Za-z0-9_.-]{3,255}", "give a table's name"),
    "queue_url_prefix": (_URL, f"give what all queues' URLs begin with: {_PREFIX_OF_URLS}"),
    "github_api": (_URL, "give an address that begins with https://"),
    "github_app_id": ("[A-Za-z0-9.]{1,40}", "give the App's id"),
    "github_installation_id": (_NUMBER, "give the number in the address of the App's installation page"),
    "github_bot_id": (_NUMBER, "give the numeric user id of the App's bot account"),
    "slack_api": (_URL, "give an address that begins with https://"),
    "slack_team": ("[A-Z0-9_]{1,40}", "give the workspace's id, as in T0123ABCD"),
    "slack_pace": (r"[0-9]{1,2}(\.[0-9]{1,3})?", "allowed: seconds from 0 to 99, as in 1.5"),
    "alert_topic": (
        "arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}|file:.+",
        "give the ARN of a topic, or file:<path>",
    ),
    "skill_timeout": ("[1-9][0-9]?|[1-8][0-9]{2}|900", "allowed: whole seconds from 1 to 900"),
}
"""What each may look like, and what to do where it does not; 900 seconds are Lambda's own limit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. No secret is in here, only where secrets are kept (`secrets_prefix`).

    `deployment_url` is a template: `https://{resource.id}{environment.cluster_suffix}.airflow.example.com`.
    """

    engine: Engine = "embedded"
    data: str = ".waymark/waymark.db"
    state_table: str = names.STATE_TABLE
    effects_table: str = names.EFFECTS_TABLE
    queue_url_prefix: str = ""
    secrets_prefix: str = "waymark/"
    github_api: str = "https://api.github.com"
    github_app_id: str = ""
    github_installation_id: str = ""
    github_bot_id: str = ""
    """The user id of the App's bot account: `sender.id` in what the App does itself."""
    slack_api: str = "https://slack.com/api/"
    slack_team: str = ""
    slack_pace: float = 1.0
    """Seconds between two new messages in a channel: Slack takes about one a second; 0 paces nothing."""
    deployment_url: str = ""
    alert_topic: str = ""
    """Where alerts go: the ARN of an SNS topic, or `file:<path>` on one machine; empty: to the log."""
    title_prefix: str = ""
    """Before the title of each pull request: `[SANDBOX] ` says that it is a trial."""
    skill_timeout: int = 300
    """Seconds: a skill function's time-out, and so the lease on its claim."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Settings from `WAYMARK_…` variables; InvalidInputError names each that is wrong."""
        given = {key: environ[PREFIX + key.upper()] for key in cls.__slots__ if environ.get(PREFIX + key.upper())}
        problems = [
            f"{PREFIX}{key.upper()} is {given[key][:200]!r}; {advice}"
            for key, (shape, advice) in _SHAPES.items()
            if key in given and not re.fullmatch(shape, given[key])
        ]
        if given.get("engine") == "aws" and "queue_url_prefix" not in given:
            problems.append(
                f"{PREFIX}QUEUE_URL_PREFIX is empty. It is what all queues' URLs begin with: {_PREFIX_OF_URLS}"
            )
        if problems:
            raise InvalidInputError(tuple(problems))
        timeout, pace = given.pop("skill_timeout", "300"), given.pop("slack_pace", "1")
        return cls(**given, skill_timeout=int(timeout), slack_pace=float(pace))  # type: ignore[arg-type]
