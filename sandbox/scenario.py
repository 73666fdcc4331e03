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
from shared.domain.shape_problems import shape_problems
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
    later: tuple[Plan, ...] = ()

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
    later = tuple(_over(path, plan, changes) for changes in scenario.later_plans)
    problems = [("plan", *found) for found in problems_of(plan)]
    problems += [("later_plans", *found) for one in later for found in problems_of(one)]
    problems += [("campaign", *found) for found in campaign_problems(campaign, plan)]
    if problems:
        raise file.refused(((part, *place), sentence) for part, place, sentence in problems)
    return Script(name=path.stem, scenario=scenario, plan=plan, campaign=campaign, later=later)


def _over(path: Path, plan: Plan, changes: Mapping[str, Any]) -> Plan:
    return _valid(
        path, "later_plans", merged(plan.model_dump(mode="json", by_alias=True, exclude_unset=True), changes), Plan
    )


def _laid_over(path: Path, part: str, base: Path, changes: Mapping[str, Any], model: type[Found]) -> Found:
    return _valid(path, part, merged(YamlFile.read(base).data, changes), model)


def _valid(path: Path, part: str, document: object, model: type[Found]) -> Found:
    try:
        return model.model_validate(document)
    except ValidationError as exc:
        wrong = shape_problems(model, document, exc.errors())
        raise InvalidInputError(
            tuple(f"{path}: {part}: {'.'.join(map(str, place))}: {said}" for place, said in wrong)
        ) from exc


def merged(base: Any, changes: Any) -> Any:  # noqa: ANN401 - any JSON value
    """`changes` over `base`: mappings are merged, null takes a field out, everything else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    kept = {key: value for key, value in base.items() if key not in changes}
    return kept | {key: merged(base.get(key), value) for key, value in changes.items() if value is not None}
