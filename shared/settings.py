"""Settings from the environment, read once. Standard library only: the doors import this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from shared import names
from shared.errors import InvalidInputError

Engine = Literal["aws", "embedded"]
PREFIX: Final = "WAYMARK_"


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
    deployment_url: str = ""
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
        if problems:
            raise InvalidInputError(tuple(problems))
        return cls(**given, skill_timeout=int(timeout))  # type: ignore[arg-type]
