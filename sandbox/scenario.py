"""Scenarios are data: who does what when, and what must come of it. Read from `scenarios/*.yaml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from sandbox.fresh import CAMPAIGN, PLAN
from sandbox.script import Scenario
from shared.adapters.yaml_files import YamlFile
from shared.domain.campaign_rules import campaign_problems
from shared.domain.plan_rules import problems_of
from shared.errors import InvalidInputError, NotFoundError
from state_schema.campaign import Campaign
from state_schema.model import Model
from state_schema.plan import Plan

FOLDER: Final = Path(__file__).parent / "scenarios"
Found = TypeVar("Found", bound=BaseModel)


class Script(Model):
    """A scenario with its name, and the plan and campaign that come of it."""

    name: str
    scenario: Scenario
    plan: Plan
    campaign: Campaign

    @property
    def title(self) -> str:
        """What happens in it, in a few words."""
        return self.scenario.title


def names() -> list[str]:
    """The scenarios that there are, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Script:
    """By its name. NotFoundError lists what there is; InvalidInputError says file, line and field."""
    if name not in names():
        raise NotFoundError(f"There is no scenario {name!r}. There are: {', '.join(names())}.")
    return read(FOLDER / f"{name}.yaml")


def read(path: Path) -> Script:
    """From any file. InvalidInputError says file, line and field."""
    file = YamlFile.read(path)
    scenario = file.parsed(Scenario)
    plan = _laid_over(path, "plan", PLAN, scenario.plan, Plan)
    campaign = _laid_over(path, "campaign", CAMPAIGN, scenario.campaign, Campaign)
    problems = [("plan", *found) for found in problems_of(plan)]
    problems += [("campaign", *found) for found in campaign_problems(campaign, plan)]
    if problems:
        raise file.refused(((part, *place), sentence) for part, place, sentence in problems)
    return Script(name=path.stem, scenario=scenario, plan=plan, campaign=campaign)


def _laid_over(path: Path, part: str, base: Path, changes: Mapping[str, Any], model: type[Found]) -> Found:
    document = merged(YamlFile.read(base).data, changes)
    try:
        return model.model_validate(document)
    except ValidationError as exc:
        problems = (f"{path}: {part}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in exc.errors())
        raise InvalidInputError(tuple(problems)) from exc


def merged(base: Any, changes: Any) -> Any:  # noqa: ANN401 - any JSON value
    """`changes` over `base`: mappings are merged, null takes a field out, everything else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    kept = {key: value for key, value in base.items() if key not in changes}
    return kept | {key: merged(base.get(key), value) for key, value in changes.items() if value is not None}
