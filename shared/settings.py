"""Settings from the environment, read once. Standard library only: the doors import this."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from shared import names
from shared.errors import InvalidInputError

Engine = Literal["aws", "embedded"]
PREFIX: Final = "WAYMARK_"
_TOPIC: Final = re.compile(r"(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}|file:.+)?")


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
        problems = []
        if given.get("engine", "embedded") not in {"aws", "embedded"}:
            problems.append(f"{PREFIX}ENGINE is {given['engine']!r}; allowed: aws, embedded")
        timeout = given.pop("skill_timeout", "300")
        if not timeout.isdecimal() or not 1 <= int(timeout) <= 900:  # noqa: PLR2004 - Lambda's own limit, in seconds
            problems.append(f"{PREFIX}SKILL_TIMEOUT is {timeout!r}; allowed: whole seconds from 1 to 900")
        if not _TOPIC.fullmatch(given.get("alert_topic", "")):
            problems.append(f"{PREFIX}ALERT_TOPIC is {given['alert_topic']!r}; give the ARN of a topic, or file:<path>")
        pace = given.pop("slack_pace", "1")
        if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", pace):
            problems.append(f"{PREFIX}SLACK_PACE is {pace!r}; allowed: seconds from 0 to 99, as in 1.5")
        if problems:
            raise InvalidInputError(tuple(problems))
        return cls(**given, skill_timeout=int(timeout), slack_pace=float(pace))  # type: ignore[arg-type]
