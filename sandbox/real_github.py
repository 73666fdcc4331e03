"""Opens the pull requests of a scenario on GitHub itself, in a test repository; everything else stays mock.

Files come from the examples, and workflow runs from the mock GitHub: so any repository that one may push to will do.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import requests

from sandbox.fresh import EXAMPLES, files_below
from sandbox.scenario import Script
from shared import names
from shared.adapters.secrets import FixedSecrets
from shared.bootstrap import Composition
from shared.errors import InvalidInputError
from shared.outside import Outside
from shared.ports.github import Contents, GithubReader, PullRequests
from shared.settings import Settings
from state_schema.migration import PullRequestSeen, RunSeen
from state_schema.plan import SkillStep

API: Final = "https://api.github.com"
PREFIX: Final = "[SANDBOX] "
_TIMEOUT: Final = 15
_OPENS_PULL_REQUESTS: Final = frozenset({"open_pull_request", "rewrite_dags"})


@dataclass(frozen=True, slots=True)
class Repository:
    """A test repository of the user's; `base` is its default branch."""

    name: str
    token: str
    base: str
    api: str = API

    @classmethod
    def find(cls, name: str, token: str, api: str = API) -> "Repository":
        """InvalidInputError where it cannot be read or not be pushed to with this token."""
        if not token:
            raise InvalidInputError(("--repository needs a token: set GITHUB_TOKEN to one that may push there.",))
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        try:
            answer = requests.get(f"{api}/repos/{name}", headers=headers, timeout=_TIMEOUT)
        except requests.RequestException as exc:
            raise InvalidInputError((f"GitHub cannot be reached at {api}: {type(exc).__name__}.",)) from exc
        if answer.status_code != requests.codes.ok:
            raise InvalidInputError((f"GitHub answers {answer.status_code} for {name}: check its name and the token.",))
        found = answer.json()
        if not found.get("permissions", {}).get("push", True):
            raise InvalidInputError((f"The token may not push to {name}: give it `contents` and `pull requests`.",))
        return cls(name, token, found["default_branch"], api)

    def adapted(self, script: Script) -> Script:
        """The script with its pull requests in this repository, under a campaign that no earlier run has used."""
        phases = [
            phase.model_copy(update={"steps": tuple(self._step(step) for step in phase.steps)})
            for phase in script.plan.phases
        ]
        plan = script.plan.model_copy(update={"phases": tuple(phases)})
        campaign = script.campaign.model_copy(update={"id": f"sandbox-{secrets.token_hex(4)}"})
        return script.model_copy(update={"plan": plan, "campaign": campaign})

    def _step(self, step: Any) -> Any:  # noqa: ANN401 - any of the plan's kinds of step
        if not isinstance(step, SkillStep) or step.skill not in _OPENS_PULL_REQUESTS:
            return step
        return step.model_copy(update={"with_": {**step.with_, "repository": self.name, "base": self.base}})


@dataclass(frozen=True)
class PartlyReal(Composition):
    """The composition of a world, but for its pull requests."""

    repository: Repository

    @cached_property
    def outside(self) -> "Outside":
        token = {names.GITHUB_TOKEN: self.repository.token}
        settings = Settings(github_api=self.repository.api)
        return PartlyRealOutside(self.settings, self.secrets, Outside(settings, FixedSecrets(token)))


@dataclass(frozen=True)
class PartlyRealOutside(Outside):
    """Pull requests are `real`; runs, Slack and deployments are those of the world."""

    real: Outside

    @cached_property
    def reader(self) -> GithubReader:
        return _Reader(self.real.reader, super().reader)

    @cached_property
    def pull_requests(self) -> PullRequests:
        return self.real.pull_requests

    @cached_property
    def contents(self) -> Contents:
        return _Examples()


@dataclass(frozen=True, slots=True)
class _Reader:
    pull_requests: GithubReader
    runs: GithubReader

    def pull_request(self, repository_id: int, number: int) -> PullRequestSeen:
        return self.pull_requests.pull_request(repository_id, number)

    def workflow_run(self, repository_id: int, run_id: int) -> RunSeen:
        return self.runs.workflow_run(repository_id, run_id)


class _Examples:
    """The folders of the example repositories, whichever repository is asked for."""

    def folder(self, repository: str, path: str, ref: str) -> Mapping[str, str]:  # noqa: ARG002 - as the port has it
        kind, _, rest = path.partition("/")
        folder = EXAMPLES / "dags" if kind == "dags" else EXAMPLES / "infrastructure" / kind / rest
        return {f"{path}/{name}": text for name, text in files_below(folder).items()}
