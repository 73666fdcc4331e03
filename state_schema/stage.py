"""What one deployment is set to: one TOML file a stage. `migrate init` writes it, CDK reads it, `migrate doctor` checks it."""

import re
import tomllib
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from state_schema.model import Model
from state_schema.secrets import refuse_secrets

FOLDER: Final = "infra_cdk/stages"
"""Where a checkout keeps them, as `<stage>.toml`."""
_SCHEDULE: Final = (
    r"rate\(1 (minute|hour|day)\)|rate\(([2-9]|[1-9][0-9]{1,3}) (minutes|hours|days)\)|cron\([^()]{11,100}\)"
)
"""EventBridge wants `1 minute` and `2 minutes`."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,15}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]{1,300}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
Team = Annotated[str, StringConstraints(pattern=r"^T[A-Z0-9_]{2,20}$")]
Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")]
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Text = Annotated[str, StringConstraints(max_length=300)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]


class GithubStage(Model):
    """The GitHub App; `bot_id` is the user id of its bot account (`GET /users/<app>[bot]`)."""

    api: Url = "https://api.github.com"
    app_id: Digits
    installation_id: Digits
    bot_id: Digits


class SlackStage(Model):
    """The Slack workspace; `pace` in seconds between two new messages of a channel."""

    api: Url = "https://slack.com/api/"
    team: Team
    pace: Annotated[float, Field(ge=0, le=99)] = 1.0


class JwtCallers(Model):
    """Who may call the status and command routes, where it is not IAM: holders of a JWT of this issuer."""

    issuer: Url
    audience: Annotated[tuple[Text, ...], Field(min_length=1)]


class ApiStage(Model):
    """Requests a second, and at once, that the HTTP API takes before it answers 429."""

    rate: Annotated[int, Field(ge=1, le=10_000)] = 50
    burst: Annotated[int, Field(ge=1, le=5_000)] = 100
    jwt: JwtCallers | None = None


class AlarmStage(Model):
    """Who hears of alarms, and when: hours until an open checkpoint, minutes until a waiting message, is too old."""

    emails: tuple[Email, ...] = ()
    pager: Url | None = None
    """An HTTPS endpoint that takes SNS messages, as PagerDuty's CloudWatch integration does."""
    checkpoint_hours: Annotated[int, Field(ge=1, le=2_160)] = 72
    queue_minutes: Annotated[int, Field(ge=1, le=1_440)] = 15


class Batch(Model):
    """`migrate next` for a campaign, by the clock: an EventBridge schedule expression."""

    campaign: Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}$")]
    schedule: Annotated[str, StringConstraints(pattern=rf"^({_SCHEDULE})$")]


class DeployRole(Model):
    """The GitHub workflow that may deploy: `repository` is owner/name, `environment` a GitHub environment of it."""

    repository: Repository
    environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "production"
    new_provider: bool = True
    """False: the account has GitHub's OpenID Connect provider already, of which there can be but one."""


class Stage(Model):
    """One deployment. ValueError where a field holds something like a credential: those live in Secrets Manager."""

    name: Name
    region: Region
    account: Account | None = None
    """None: whatever account deploys."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    python: Annotated[str, StringConstraints(pattern=r"^3\.1[1-4]$")] = "3.13"
    own_runtime: bool = False
    """Whether functions run on `provided.al2023` with a bootstrap of ours, as the local AWS needs it."""
    github: GithubStage
    slack: SlackStage
    deployment_url: Text = ""
    title_prefix: Text = ""
    api: ApiStage = ApiStage()
    alarms: AlarmStage = AlarmStage()
    log_days: Literal[7, 14, 30, 60, 90, 180, 365, 731] = 90
    skill_timeout: Annotated[int, Field(ge=30, le=900)] = 300
    concurrency: dict[str, Annotated[int, Field(ge=2, le=1_000)]] = {}  # noqa: RUF012 - pydantic copies it
    """Skill to how many of its functions run at once, at most; others take what comes: slots keep them in order."""
    batches: tuple[Batch, ...] = ()
    deploy: DeployRole | None = None

    @model_validator(mode="after")
    def _no_secrets(self) -> Self:
        refuse_secrets(self.model_dump(mode="json"))
        return self

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """The stage of one file: tomllib.TOMLDecodeError or pydantic's ValidationError (both ValueError) where it is wrong."""
        return cls.model_validate(tomllib.loads(text))


def is_stage_name(name: str) -> bool:
    """Whether a stage may be called that, so that no other file is read by mistake."""
    return re.fullmatch(r"[a-z][a-z0-9-]{0,15}", name) is not None
