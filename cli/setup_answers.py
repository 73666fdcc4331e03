"""What `migrate init` is told: the stage, and what only the manifests of the two apps need. A file of it is TOML."""

from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError, field_validator

from shared.errors import InvalidInputError
from state_schema.model import Model
from state_schema.stage import Name, Stage, Url

Owner = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$")]
AppName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,33}$")]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^(https://[^\s@/]{1,200}/?)?$")]
NOT_YET: Final = "0"
"""Stands for an id that GitHub has not given yet: it deploys, and `migrate doctor` says what is missing."""
COMMITTED: Final = frozenset({"example", "local"})
"""Stages that come with the checkout: nobody's answers, so they are neither read as such nor written."""
_NO_OWNER: Final = (
    "apps.owner: it is not known who owns the GitHub App. Add `[apps]` with `owner = ` the organisation or user, at the end of "
    "the file; or run `migrate init` without --answers, which asks."
)


def _nobody_elses(name: str) -> str:
    if name in COMMITTED:
        raise ValueError(f"the stage `{name}` comes with Waymark; call yours otherwise, for example production")
    return name


OwnName = Annotated[Name, AfterValidator(_nobody_elses)]


class Apps(Model):
    """Whose the GitHub App is, how it is called, and where the deployed API is (empty: not deployed yet)."""

    owner: Owner
    organisation: bool = True
    name: AppName | Annotated[str, Field(max_length=0)] = ""
    url: HttpsUrl = ""
    api: Url = "https://api.github.com"

    @property
    def app_name(self) -> str:
        """GitHub wants it unique among all Apps, of 34 characters at most."""
        return self.name or f"waymark-{self.owner}"[:34].rstrip("-")

    @property
    def web(self) -> str:
        """Where people see GitHub; GitHub Enterprise Server has its API below `/api/v3` of the same host."""
        parts = urlsplit(self.api)
        return "https://github.com" if parts.hostname == "api.github.com" else f"{parts.scheme}://{parts.netloc}"

    @property
    def home(self) -> str:
        """The App's home page: its owner's."""
        return f"{self.web}/{self.owner}"

    @property
    def apps_page(self) -> str:
        """Where its owner sees and makes Apps."""
        return f"{self.web}/{f'organizations/{self.owner}/' if self.organisation else ''}settings/apps"


class SetupAnswers(Model):
    """All of it."""

    stage: Stage
    apps: Apps

    @field_validator("stage")
    @classmethod
    def _of_ones_own(cls, stage: Stage) -> Stage:
        _nobody_elses(stage.name)
        return stage

    @classmethod
    def from_document(cls, document: dict[str, Any], place: str) -> Self:
        """Of a stage's fields and a table `apps`; InvalidInputError names each field that is wrong, and `place`."""
        apps = document.get("apps", {})
        rest = {key: value for key, value in document.items() if key != "apps"}
        github = rest.get("github")
        if isinstance(apps, dict) and isinstance(github, dict) and "api" in github:
            apps = {"api": github["api"], **apps}
        try:
            return cls.model_validate({"stage": rest, "apps": apps})
        except ValidationError as exc:
            raise InvalidInputError(problems_of(exc, place)) from exc


def read_stage(file: Path) -> Stage:
    """The stage in a file; InvalidInputError where it cannot be read, or names each field that is wrong."""
    try:
        return Stage.from_toml(file.read_text(encoding="utf-8"))
    except ValidationError as exc:
        raise InvalidInputError(problems_of(exc, str(file))) from exc
    except (OSError, ValueError) as exc:
        raise InvalidInputError((f"{file} cannot be read as TOML: {exc}. `migrate init` writes one.",)) from exc


def problems_of(exc: ValidationError, place: str) -> tuple[str, ...]:
    """One sentence a field; what was given is not repeated, since it may be a secret that was put in the wrong place."""
    found = exc.errors(include_input=False, include_url=False)
    return tuple(
        f"{place}: {_NO_OWNER}"
        if (one["loc"], one["type"]) == (("apps", "owner"), "missing")
        else f"{place}: {'.'.join(map(str, _of_ours(one['loc']))) or 'all of it'}: {one['msg']}."
        for one in found
    )


def _of_ours(places: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return places[1:] if places[:1] == ("stage",) else places


def fits(kind: Any, given: str) -> bool:  # noqa: ANN401 - any annotation that pydantic takes
    """Whether `given` is of that kind."""
    try:
        TypeAdapter(kind).validate_python(given)
    except ValidationError:
        return False
    return True
