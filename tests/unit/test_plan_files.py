"""Plan and campaign files: what is wrong is said all at once, with file, line, field and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from shared.adapters.yaml_files import LARGEST, YamlFile
from shared.domain.campaign_rules import campaign_problems
from shared.domain.plan_rules import problems_of
from shared.errors import InvalidInputError
from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.stories import EXAMPLES, document, the_campaign, the_plan

PLAN = (EXAMPLES / "airflow-3.plan.yaml").read_text(encoding="utf-8")
CAMPAIGN = (EXAMPLES / "airflow-3.campaign.yaml").read_text(encoding="utf-8")


def problems(text: str, model: Any = Plan, rules: Any = problems_of) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as refused:
        YamlFile("plan.yaml", text).parsed(model, rules)
    return refused.value.problems


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_the_example_plan_and_campaign_are_valid() -> None:
    plan = YamlFile("plan.yaml", PLAN).parsed(Plan, problems_of)
    campaign = YamlFile("campaign.yaml", CAMPAIGN).parsed(Campaign)

    assert plan.ref == "airflow-3@1"
    assert campaign_problems(campaign, plan) == []


def test_every_problem_is_listed_with_its_line_and_field() -> None:
    text = PLAN.replace("skill: verify", "skill: verifi").replace("unit: cluster", "unti: cluster")
    text = text.replace("version: 1", "version: none")

    version, unit, skill = problems(text)
    assert version == (
        f"plan.yaml:{line_of(text, 'version: none')}: version: a whole number is wanted here, and this is text ('none')"
    )
    assert unit == f"plan.yaml:{line_of(text, 'unti:')}: unti: there is no such field; did you mean `unit`?"
    assert "there is no skill 'verifi'; did you mean 'verify'?" in skill


def test_an_unknown_skill_is_answered_with_the_skills_there_are() -> None:
    (problem,) = problems(PLAN.replace("skill: verify", "skill: verifi"))

    assert problem == (
        f"plan.yaml:{line_of(PLAN, 'skill: verify')}: phases[4].steps[0].skill: there is no skill 'verifi'; did you mean "
        "'verify'? Allowed: "
        "open_pull_request, rewrite_dags, run_workflow, list_items, migrate_items, verify"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("blocked_by: [test]", "blocked_by: [tset]", "'tset' is no environment of this plan; allowed: test, prod-us, prod-eu"),
        ("{id: choose", "{id: items", "two steps of 'migrate' are called 'items'"),
        ("resume: test-done", "resume: retry", "'retry' is a built-in command; choose another word"),
        ('{environment.name}"}}', '{environment.nome}"}}', "{environment.nome} names nothing here"),
        ("dags/{resource.id}", "dags/{resource id}", "{resource id} is not a placeholder"),
        ("of: rewrite", "of: rewritten", "'rewritten' is no earlier step; earlier steps: rewrite"),
        ("choices_from: list_items", "choices_from: run_workflow", "'run_workflow' lists nothing; allowed: list_items, verify"),
        ("workflow: deploy.yml, ", "", "workflow: is missing (the skill 'run_workflow' takes: "),
        ("name: infra\n", "name: deploy\n", "two phases are called 'deploy'; a name is unique in a plan"),
        ("aws_profile:company-test", "ghp_" + "a" * 36, "looks like a credential"),
        ("{id: items, skill: migrate_items}", "{id: items, wait: 7}", "write a duration with its unit"),
        ("{id: items, skill: migrate_items}", "{id: items}", "a step is exactly one of: skill, approval"),
        ("{id: items, skill: migrate_items}", "{id: items, skill: verify, wait: 7d}", "a step is exactly one of"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_the_reason(old: str, new: str, said: str) -> None:
    assert old in PLAN
    found = problems(PLAN.replace(old, new, 1))

    assert any(said in problem for problem in found), found


def test_a_circle_of_environments_is_refused() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["environments"]["test"]["blocked_by"] = ["prod-us"]

    found = problems_of(Plan.model_validate(plan))
    assert found[0] == (
        ("environments", "test", "blocked_by"),
        "blocked_by goes in a circle: test waits for prod-us, prod-us waits for test; take one of them out",
    )


def test_each_circle_of_environments_is_told() -> None:
    plan = document("airflow-3.plan.yaml")
    waits = {"a": ["b"], "b": ["a"], "c": ["c"], "d": ["e", "a"], "e": ["f"], "f": ["d"], "g": ["c"]}
    plan["environments"] = {name: {"blocked_by": blockers} for name, blockers in waits.items()}

    found = [
        said.partition("; ")[0] for place, said in problems_of(Plan.model_validate(plan)) if place[2] == "blocked_by"
    ]
    assert sorted(found) == [
        "blocked_by goes in a circle: a waits for b, b waits for a",
        "blocked_by goes in a circle: c waits for c",
        "blocked_by goes in a circle: d waits for e, e waits for f, f waits for d",
    ]


def test_a_shared_phase_after_an_environment_phase_is_refused() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][4]["scope"] = "shared"

    assert [place for place, _ in problems_of(Plan.model_validate(plan))][:1] == [("phases", 4, "scope")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "plan.yaml: is empty: there is nothing in it, or only comments"),
        ("- a\n- b\n", "plan.yaml:1: must be a mapping of fields to values, and is a list"),
        ("name: [1, 2\n", "is no valid YAML"),
        (
            "name: a\nname: b\n",
            "plan.yaml:2: `name` stands here for the second time, after line 1: keep one of the two",
        ),
        ("a: &x [1]\nb: *x\n", "an alias (`*name`) is not allowed; write the values out"),
        ("a: " + "[" * 60 + "]" * 60, "more than 30 levels is not allowed"),
        ("a: " + "[" * 20_000, "is no YAML that we can read"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "plan.yaml:1: a tag (`!name`) is not allowed; write a plain value",
        ),
        ("a: \x00\n", "is no YAML that we can read"),
    ],
)
def test_what_is_no_plain_yaml_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        YamlFile("plan.yaml", text).parsed(Plan)
    assert said in refused.value.problems[0]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="nowhere.yaml: cannot be read: No such file"):
        YamlFile.read(tmp_path / "nowhere.yaml")


def test_a_huge_file_is_not_even_parsed(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_text("#" * (LARGEST + 1))

    with pytest.raises(InvalidInputError, match="larger than"):
        YamlFile.read(huge)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "plan.yaml"
    binary.write_bytes(b"\xff\xfe\x00name")

    with pytest.raises(InvalidInputError, match="is not UTF-8 text"):
        YamlFile.read(binary)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"resources": [{"id": "a", "wave": 9}]}, ("resources", 0, "wave")),
        ({"resources": [{"id": "a"}, {"id": "a"}]}, ("resources", 1, "id")),
        ({"resources": [{"id": "a", "environments": ["prod-us"]}]}, ("resources", 0, "environments")),
        ({"resources": [{"id": "a", "environments": ["moon"]}]}, ("resources", 0, "environments")),
        ({"gates": {"four_eyes": ["moon"]}}, ("gates", "four_eyes")),
        ({"gates": {"deploy": {"moon": "automatic"}}}, ("gates", "deploy")),
        ({"limits": {"environments": {"moon": 1}}}, ("limits", "environments")),
        ({"waves": {1: {"after": 2}, 2: {}}}, ("waves", 1, "after")),
        ({"windows": [{"deny": "Fri 16:00 - Mon 08:00", "zone": "Mars/Olympus"}]}, ("windows", 0)),
        ({"windows": [{"deny": "Fri 25:00 - Mon 08:00"}]}, ("windows", 0)),
    ],
)
def test_a_campaign_that_does_not_fit_its_plan_is_refused(change: dict[str, Any], place: tuple[str | int, ...]) -> None:
    assert place in [where for where, _ in campaign_problems(the_campaign(**change), the_plan())]


def test_a_campaign_with_a_display_name_instead_of_an_id_is_refused() -> None:
    data = YAML(typ="safe").load(CAMPAIGN)
    data["people"]["operators"] = ["@operator"]

    with pytest.raises(ValueError, match="people.operators.0"):
        Campaign.model_validate(data)
