"""Wrong plan and campaign files: whole answers, in words of ours, each with its file, its line and what would be right."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core._pydantic_core import list_all_errors

from shared.adapters.yaml_files import YamlFile
from shared.domain.field_looks import LOOKS
from shared.domain.plan_rules import problems_of
from shared.errors import InvalidInputError
from state_schema.campaign import Campaign
from state_schema.plan import Plan
from state_schema.skills import SKILLS
from tests.stories import EXAMPLES, document
from tests.unit.forms import CAPACITY

PLAN: Final = (EXAMPLES / "airflow-3.plan.yaml").read_text(encoding="utf-8")
CAMPAIGN: Final = (EXAMPLES / "airflow-3.campaign.yaml").read_text(encoding="utf-8")
STEP: Final = "{id: items, skill: migrate_items}"
KINDS: Final = "step is exactly one of: skill, approval, confirmation, decision, wait"
SKILL_NAMES: Final = ", ".join(SKILLS)


RULES: Final[dict[type[BaseModel], Any]] = {Plan: problems_of}


def refused(text: str, model: type[BaseModel] = Plan) -> list[str]:
    with pytest.raises(InvalidInputError) as found:
        YamlFile("plan.yaml", text).parsed(model, RULES.get(model))
    return list(found.value.problems)


WRONG_PLANS: Final = {
    "a step of a misspelled kind": ("skill: verify", "skil: verify", [
        "42: phases[4].steps[0].skil: there is no such field; did you mean `skill`? A " + KINDS,
    ]),
    "a step of an unheard-of kind": (STEP, "{id: items, run: verify}", [
        "39: phases[3].steps[1].run: there is no such field. A " + KINDS,
    ]),
    "a step of no kind": (STEP, "{id: items}", ["39: phases[3].steps[1]: a " + KINDS + "; this has id"]),
    "a step of two kinds": (STEP, "{id: items, skill: verify, wait: 7d}", [
        "39: phases[3].steps[1].wait: a " + KINDS + "; this has `skill` and `wait`: make 2 steps of it",
    ]),
    "a step that is a word": (STEP, "verify", [
        "39: phases[3].steps[1]: a " + KINDS + "; this is text. Write for example {id: check, skill: verify}",
    ]),
    "an empty step": (STEP, "", [
        "39: phases[3].steps[1]: a " + KINDS + "; this is empty. Write for example {id: check, skill: verify}",
    ]),
    "a circle": ("blocked_by: [test]", "blocked_by: [prod-us]", [
        "11: environments.prod-us.blocked_by: blocked_by goes in a circle: prod-us waits for prod-us; take one of them out",
    ]),
    "an unknown skill": ("skill: verify", "skill: verifi", [
        "42: phases[4].steps[0].skill: there is no skill 'verifi'; did you mean 'verify'? Allowed: " + SKILL_NAMES,
    ]),
    "two steps with one id": ("{id: choose", "{id: items", [
        "39: phases[3].steps[1].id: two steps of 'migrate' are called 'items'",
    ]),
    "a verb that is a command": ("resume: test-done", "resume: retry", [
        "43: phases[4].steps[1].confirmation.resume: 'retry' is a built-in command; choose another word",
    ]),
    "a choice that cannot be reached": ("choices_from: list_items", "choices: [a, all, a]", [
        "38: phases[3].steps[0].decision.choices[1]: 'all' cannot be reached: `decide <resource> all` means every choice",
        "38: phases[3].steps[0].decision.choices[2]: 'a' is listed twice; the second cannot be reached",
    ]),
    "a gate removed": ("        skill: run_workflow\n", "        skill: run_workflow\n        gate: automatic\n", [
        ("34: phases[2].steps[0].gate: a plan may add a gate, never remove one: deploy in prod-us needs explicit command; "
        "leave 'automatic' out"),
    ]),
    "a duration without unit": ("- id: run\n", "- id: run\n        timeout: 7\n", [
        "33: phases[2].steps[0].timeout: '7' is not a duration; write a whole number and a unit: 90s, 15m, 24h or 7d",
    ]),
    "a wait without unit": (STEP, "{id: items, wait: 7}", [
        "39: phases[3].steps[1].wait: write a duration with its unit (90s, 15m, 24h, 7d) or a date and time with its zone",
    ]),
    "a wait until a day": (STEP, "{id: items, wait: 2026-03-01}", [
        ("39: phases[3].steps[1].wait: a duration such as 24h or a date and time with its zone is wanted here, and this is a "
        "date, such as 2026-03-02T09:00:00Z"),
    ]),
    "a wait until after the end of time": (STEP, '{id: items, wait: "9999-12-31T23:59:59-23:59"}', [
        ("39: phases[3].steps[1].wait: '9999-12-31T23:59:59-23:59' is not a duration; write a whole number and a unit: 90s, "
        "15m, 24h or 7d; 9999-12-31T23:59:59-23:59 is not within the years 1 to 9999 of UTC"),
    ]),
    "a wait until before all time": (STEP, "{id: items, wait: 0001-01-01T00:00:00+05:00}", [
        "39: phases[3].steps[1].wait: 0001-01-01T00:00:00+05:00 is not within the years 1 to 9999 of UTC",
    ]),
    "a merge of a later step": ("of: pull_request", "of: apply", [
        "28: phases[1].steps[1].approval.of: 'apply' is no earlier step; earlier steps: pull_request, review, rewrite",
    ]),
    "a merge of what opens no pull request": ("of: pull_request", "of: review", [
        "28: phases[1].steps[1].approval.of: 'review' opens no pull request; steps that do: pull_request, rewrite",
    ]),
    "a template naming nothing": ("dags/{resource.id}", "dags/{resource.nome}", [
        ("23: phases[0].steps[0].with.path: {resource.nome} names nothing here; known: resource.id, resource.name, "
        "resource.owner, resource.wave, campaign.id, plan.name, plan.version, resource.metadata.<key>, "
        "outputs.<phase>.<step>.<name>"),
    ]),
    "a secret": ("aws_profile:company-test", "ghp_" + "a" * 36, [
        ("9: environments.test.credential_source: looks like a credential; store it in the secrets manager and refer to it "
        "by name"),
    ]),
    "a secret by its name": ("cluster_suffix: -test", "password: hunter2hunter2", [
        ("8: environments.test.password: looks like a credential; store it in the secrets manager and refer to it by name"),
    ]),
    "a brace that is never closed": ("dags/{resource.id}", "dags/{resource.id", [
        "23: phases[0].steps[0].with.path: a brace stands alone; a placeholder is opened and closed: {resource.id}",
    ]),
    "a path that leaves the repository": ("dags/{resource.id}", "dags/../../{resource.id}", [
        ("23: phases[0].steps[0].with.path: 'dags/../../{resource.id}' leaves its folder; write a path below the root of the "
        "repository, without `..` (the skill 'rewrite_dags' takes: repository, path, base)"),
    ]),
    "a template folder that leaves the others": ("template: airflow3-component", "template: ../secrets", [
        ("27: phases[1].steps[0].with.template: '../secrets' leaves its folder; write a path below the root of the repository, "
        "without `..` (the skill 'open_pull_request' takes: repository, template, base)"),
    ]),
    "an unknown field": ("unit: cluster", "unti: cluster", ["4: unti: there is no such field; did you mean `unit`?"]),
    "a field nobody knows": ("unit: cluster", "owner: me", [
        "4: owner: there is no such field here; fields: name, version, unit, environments, phases",
    ]),
    "a misspelled field that is needed": ("name: airflow-3\n", "nam: airflow-3\n", [
        "2: nam: there is no such field; did you mean `name`?",
    ]),
    "a needed field left out": ("version: 1\n", "", ["1: version: is missing"]),
    "an empty field": ("version: 1\n", "version:\n", ["3: version: is empty: a whole number is wanted"]),
    "a text for a number": ("version: 1\n", "version: one\n", [
        "3: version: a whole number is wanted here, and this is text ('one')",
    ]),
    "a number out of range": ("version: 1\n", "version: 0\n", ["3: version: must be at least 1 (given: 0)"]),
    "a list for a text": ("unit: cluster", "unit: [cluster]", ["4: unit: text is wanted here, and this is a list"]),
    "a number for a text": ("unit: cluster", "unit: 7", [
        "4: unit: text is wanted here, and this is a whole number; write it in quotes: '7'",
    ]),
    "a text for a list": ("    blocked_by: [test]", "    blocked_by: test", [
        "11: environments.prod-us.blocked_by: a list is wanted here, and this is text; write [test]",
    ]),
    "a list for an attribute": ("cluster_suffix: -test", "cluster_suffix: [a]", [
        "8: environments.test.cluster_suffix: text, a number or true or false is wanted here, and this is a list",
    ]),
    "a word that is not allowed": ("scope: shared", "scope: sharred", [
        "21: phases[0].scope: 'sharred' is not allowed here; did you mean `shared`? Allowed: shared, environment",
    ]),
    "a name with a capital": ("name: infra\n", "name: Infra\n", [
        ("25: phases[1].name: 'Infra' cannot stand here; write a small letter, then small letters, digits and underscores, "
        "40 at most, such as open_it"),
    ]),
    "an environment with a capital": ("  test:\n", "  Test:\n", [
        ("6: environments.Test: 'Test' cannot stand here; write a small letter, then small letters, digits and hyphens, 40 "
        "at most, such as prod-us"),
    ]),
    "a misspelled list of an environment": ("    blocked_by: [test]", "    blocked-by: [test]", [
        "11: environments.prod-us.blocked-by: there is no such field; did you mean `blocked_by`?",
    ]),
    "an environment called as the shared track": ("  test:\n", "  shared:\n", [
        "6: environments.shared: 'shared' is the name of the shared track; choose another",
        "11: environments.prod-us.blocked_by[0]: 'test' is no environment of this plan; allowed: prod-us, prod-eu",
        "16: environments.prod-eu.blocked_by[0]: 'test' is no environment of this plan; allowed: prod-us, prod-eu",
    ]),
    "a truth that is none": ("primary: true", "primary: maybe", [
        "7: environments.test.primary: true or false is wanted here, and this is text ('maybe')",
    ]),
    "nothing to choose": ("choices_from: list_items, ", "", [
        ("38: phases[3].steps[0].decision: a decision has exactly one of `choices_from`, a skill that lists, `choices`, a "
        "list, and `form`, fields to fill in"),
    ]),
    "too long a choice": ("choices_from: list_items", f"choices: [{'x' * 201}]", [
        "38: phases[3].steps[0].decision.choices[0]: has 201 characters, and 200 are the most",
    ]),
    "too many choices": ("choices_from: list_items", f"choices: [{', '.join(map(str, range(101)))}]", None),
    "inputs that a skill does not take": ("{id: check, skill: verify}", "{id: check, skill: verify, with: {adress: x}}", [
        "42: phases[4].steps[0].with.adress: there is no such field here; fields: url (the skill 'verify' takes: url)",
    ]),
    "too many retries": ("- id: run\n", "- id: run\n        on_failure: {retries: {transient: 99}}\n", [
        "33: phases[2].steps[0].on_failure.retries.transient: must be at most 20 (given: 99)",
    ]),
    "a field of a form of no type": ("choices_from: list_items", "form: {type: object, properties: {a: {type: integr}}}", [
        ("38: phases[3].steps[0].decision.form.properties.a.type: 'integr' is not allowed here; did you mean `integer`? "
        "Allowed: string, integer, number, boolean"),
    ]),
    "a nested form": ("choices_from: list_items", "form: {type: object, properties: {a: {type: object}}}", [
        ("38: phases[3].steps[0].decision.form.properties.a.type: 'object' is not allowed here; allowed: string, integer, "
        "number, boolean"),
    ]),
}  # fmt: skip
"""(what is replaced in the example, by what, what is said)."""


@pytest.mark.parametrize(("old", "new", "said"), WRONG_PLANS.values(), ids=WRONG_PLANS)
def test_a_wrong_plan_is_told_what_is_wrong_and_nothing_else(old: str, new: str, said: list[str] | None) -> None:
    assert old in PLAN
    found = refused(PLAN.replace(old, new, 1))

    if said is not None:
        assert found == [f"plan.yaml:{one}" for one in said]


WRONG_CAMPAIGNS: Final = {
    "a window": ("Fri 16:00", "Friday 16", [
        ("18: windows[0].deny: 'Friday 16 - Mon 08:00' cannot stand here; write two days with their times, such as "
        "Fri 16:00 - Mon 08:00"),
    ]),
    "a person's name": ('"slack:T0ACME/U_OPERATOR"', '"@operator"', [
        ("10: people.operators[0]: '@operator' cannot stand here; write an id and never a name: slack:<team>/<user>, such as "
        "slack:T0ACME/U0123456, github:<number>, principal:<who>, group:<name of one of people.groups> or "
        "slack-group:<team>/<user group>"),
    ]),
    "a channel's name": ("C0MIGRATE", "'#migration'", [
        "4: channel: '#migration' cannot stand here; write the id of a Slack channel and not its name, such as C0MIGRATE",
    ]),
    "a plan without its version": ("airflow-3@1", "airflow-3", [
        "3: plan: 'airflow-3' cannot stand here; write the name of a plan, @ and its version, such as airflow-3@1",
    ]),
    "a resource with a blank": ("id: email.notifications", "id: E-mail notifications", [
        ("6: resources[0].id: 'E-mail notifications' cannot stand here; write 1 to 60 small letters, digits, dots, hyphens "
        "and underscores, such as email.notifications"),
    ]),
    "a gate of no layer": ("merge: explicit_command", "merge: explicit", [
        ("14: gates.merge: 'explicit' is not allowed here; did you mean `explicit_command`? Allowed: automatic, "
        "confirmation, explicit_command"),
    ]),
    "a gate that is a list": ("merge: explicit_command", "merge: [a]", [
        ("14: gates.merge: one of automatic, confirmation, explicit_command or a mapping of fields to values is wanted here, "
        "and this is a list"),
    ]),
    "a breaker at nothing": ("failures: 3", "failures: 0", ["19: breaker.failures: must be at least 1 (given: 0)"]),
    "a misspelled field": ("owner: team-email", "onwer: team-email", [
        "6: resources[0].onwer: there is no such field; did you mean `owner`?",
    ]),
    "no resources": (CAMPAIGN[CAMPAIGN.index("resources:"):CAMPAIGN.index("waves:")], "resources: []\n", [
        "5: resources: is empty; at least 1 is needed",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), WRONG_CAMPAIGNS.values(), ids=WRONG_CAMPAIGNS)
def test_a_wrong_campaign_is_told_what_is_wrong_and_nothing_else(old: str, new: str, said: list[str]) -> None:
    assert old in CAMPAIGN
    assert refused(CAMPAIGN.replace(old, new, 1), Campaign) == [f"plan.yaml:{one}" for one in said]


WRONG_DOCUMENTS: Final = {
    "": "plan.yaml: is empty: there is nothing in it, or only comments",
    "# nothing yet\n": "plan.yaml: is empty: there is nothing in it, or only comments",
    "---\n": "plan.yaml: is empty: there is nothing in it, or only comments",
    "plan\n": "plan.yaml:1: must be a mapping of fields to values, and is text",
    "a: 1\n---\nb: 2\n": (
        "plan.yaml:2: is no valid YAML: a second document begins here (`---`): put each into a file of its own"
    ),
    "a:\n\tb: 1\n": "plan.yaml:2: is no valid YAML: there is a tab here: indent with blanks",
    "a: [1, 2\n": "plan.yaml:2: is no valid YAML: a bracket or a comma is missing: `[a, b]`, `{a: 1, b: 2}`",
    "a: 'b\n": "plan.yaml:2: is no valid YAML: a quotation mark has no partner",
    "a: b: c\n": "plan.yaml:1: is no valid YAML: a colon too many: put a text that holds `: ` in quotes",
    "a: @b\n": "plan.yaml:1: is no valid YAML: a character that cannot begin a value: put the text in quotes",
    "a: 1\n b: 2\n": "plan.yaml:2: is no valid YAML: a colon too many: put a text that holds `: ` in quotes",
    "? [a]\n: 1\n": "plan.yaml:1: a list or a mapping cannot be the name of a field",
    "a: &x 1\nb: *x\n": "plan.yaml:1: an alias (`*name`) is not allowed; write the values out",
    "a: !!set {b}\n": "plan.yaml:1: a tag (`!name`) is not allowed; write a plain value",
    "a: !!binary aGVsbG8=\n": "plan.yaml:1: a tag (`!name`) is not allowed; write a plain value",
    "a: 2026-13-45\n": None,
    "a: \x00\n": "plan.yaml: is no YAML that we can read: it holds characters that no text has",
    "a: " + "[" * 2_000: "plan.yaml: is no YAML that we can read: more than 30 levels",
}


@pytest.mark.parametrize(("text", "said"), WRONG_DOCUMENTS.items(), ids=range(len(WRONG_DOCUMENTS)))
def test_what_is_no_document_is_told_in_one_sentence(text: str, said: str | None) -> None:
    (found,) = refused(text) if said else refused(text)[:1]

    assert said in {None, found}


def test_every_field_that_stands_twice_is_named_and_no_value_is() -> None:
    secret = "ghp_" + "a" * 36

    assert refused(f"name: {secret}\nname: b\nc: {{d: 1, d: {secret}}}\n{secret}: 1\n{secret}: 2\n") == [
        "plan.yaml:2: `name` stands here for the second time, after line 1: keep one of the two",
        "plan.yaml:5: a field stands here for the second time, after line 4: keep one of the two",
        "plan.yaml:3: `d` stands here for the second time, after line 3: keep one of the two",
    ]


def test_a_campaign_given_for_a_plan_says_so_and_the_other_way_round() -> None:
    assert refused(CAMPAIGN) == [
        "plan.yaml: this is a campaign, and a plan is wanted. `migrate campaign apply FILE --preview` checks a campaign"
    ]
    assert refused(PLAN, Campaign) == [
        "plan.yaml: this is a plan, and a campaign is wanted. `migrate plan validate FILE` checks a plan"
    ]


def test_a_folder_and_a_file_in_another_encoding_are_told(tmp_path: Path) -> None:
    utf16 = tmp_path / "plan.yaml"
    utf16.write_text(PLAN, encoding="utf-16")

    with pytest.raises(InvalidInputError, match="is a folder; name a file in it"):
        YamlFile.read(tmp_path)
    with pytest.raises(InvalidInputError, match="is not UTF-8 text; save it as UTF-8"):
        YamlFile.read(utf16)


def test_the_mark_that_some_editors_put_first_does_no_harm(tmp_path: Path) -> None:
    marked = tmp_path / "plan.yaml"
    marked.write_text(PLAN, encoding="utf-8-sig")

    assert YamlFile.read(marked).parsed(Plan, problems_of).ref == "airflow-3@1"


def test_a_misspelled_step_hides_no_other_mistake() -> None:
    text = PLAN.replace("skill: verify", "skil: verifi").replace("blocked_by: [test]", "blocked_by: [tset]", 1)
    text = text.replace("name: airflow-3", "nam: airflow-3").replace("choices_from", "choices_form")

    assert [problem.split(": ")[1] for problem in refused(text)] == [
        "nam",
        "environments.prod-us.blocked_by[0]",
        "phases[3].steps[0].decision.choices_form",
        "phases[4].steps[0].skil",
        "phases[4].steps[0].skill",
    ]


TEMPLATES: Final = [
    re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(error["message_template_python"])))
    for error in list_all_errors()
    if error["message_template_python"] not in {"{error}", "Value error, {error}", "Assertion failed, {error}"}
]


def is_of_a_library(sentence: str) -> bool:
    said = sentence.split(": ", 2)[-1]
    return any(template.search(said) for template in TEMPLATES) or "alue error" in said or "validation" in said


def test_what_a_library_says_is_recognised() -> None:
    assert is_of_a_library("plan.yaml:1: name: Input should be a valid string")
    assert is_of_a_library("plan.yaml:1: name: String should match pattern '^a'")
    assert not is_of_a_library("plan.yaml:1: name: is missing")


def test_no_sentence_of_a_library_reaches_a_person() -> None:
    plans = [refused(PLAN.replace(old, new, 1)) for old, new, _ in WRONG_PLANS.values()]
    campaigns = [refused(CAMPAIGN.replace(old, new, 1), Campaign) for old, new, _ in WRONG_CAMPAIGNS.values()]

    assert [said for found in (*plans, *campaigns) for said in found if is_of_a_library(said)] == []


def with_a_form() -> dict[str, Any]:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][3]["steps"][0]["decision"] = {"ask": "?", "form": deepcopy(CAPACITY), "as": "x"}
    plan["phases"][4]["steps"].insert(0, {"id": "rest", "wait": "24h"})
    back = {"retries": {"transient": 2}, "rollback": "run_workflow", "with": {"repository": "a/b", "workflow": "c"}}
    plan["phases"][2]["steps"][0] |= {"timeout": "2h", "on_failure": back}
    return plan


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["", "x", "Fri", "5%", "7", "{a.b}", "{", "a/b", "A B", "x" * 600, "2026-03-01", "1e999"]),
    st.sampled_from([[], {}, [1], {"a": 1}, [[]], {"type": "object"}, ["x"] * 200, {"skill": "verify"}]),
)  # fmt: skip


def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value with something in it replaced, renamed or left out."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(list(value)))
        match draw(st.integers(0, 9)):
            case 0:
                return {name: one for name, one in value.items() if name != key}
            case 1:
                return {(f"{name}x" if name == key else name): one for name, one in value.items()}
            case _:
                return value | {key: changed(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        number = draw(st.integers(0, len(value) - 1))
        return [*value[:number], changed(draw, value[number]), *value[number + 1 :]]
    return draw(VALUES)


@st.composite
def wrong_files(draw: st.DrawFn) -> tuple[type[BaseModel], Any]:
    model, good = draw(st.sampled_from([(Plan, with_a_form()), (Campaign, document("airflow-3.campaign.yaml"))]))
    for _ in range(draw(st.integers(1, 3))):
        good = changed(draw, good)
    return model, good


@given(wrong_files())
@settings(max_examples=60, deadline=None)
def test_whatever_is_wrong_is_said_in_our_words(case: tuple[type[BaseModel], Any]) -> None:
    model, found = case
    said = told(model, json.dumps(found))

    assert said is None or said
    assert [one for one in said or () if is_of_a_library(one)] == []
    assert len(set(said or ())) == len(said or ())


def told(model: type[BaseModel], text: str) -> tuple[str, ...] | None:
    """What is said of the file; None where nothing is wrong with it."""
    try:
        YamlFile("x.yaml", text).parsed(model, RULES.get(model))
    except InvalidInputError as exc:
        return exc.problems
    return None


def patterns_in(schema: Any) -> set[str]:
    """Every pattern in a JSON Schema."""
    match schema:
        case dict():
            own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
            names = {key for key in schema.get("patternProperties", {}) if isinstance(key, str)}
            return own.union(names, *(patterns_in(value) for value in schema.values()))
        case list():
            return set[str]().union(*map(patterns_in, schema))
        case _:
            return set()


def test_there_is_an_example_for_every_pattern_of_a_file() -> None:
    models: list[type[BaseModel]] = [Plan, Campaign, *(skill.inputs for skill in SKILLS.values())]

    assert set[str]().union(*(patterns_in(model.model_json_schema()) for model in models)) <= LOOKS.keys()


def test_an_only_step_that_is_wrong_does_not_make_its_phase_empty() -> None:
    plan = "name: p\nversion: 1\nenvironments: {test: {}}\nphases:\n  - {name: a, steps: [{id: s, skil: verify}]}\n"

    assert refused(plan) == [
        "plan.yaml:5: phases[0].steps[0].skil: there is no such field; did you mean `skill`? A " + KINDS
    ]


@pytest.mark.parametrize("steps", ["[]", "7", "", "{}"])
def test_a_phase_without_steps_hides_no_other_mistake(steps: str) -> None:
    text = PLAN.replace("blocked_by: [test]", "blocked_by: [tset]", 1).replace("skill: verify", "skill: verifi")
    first = text.index("    steps:\n      - {id: choose")
    text = text[:first] + f"    steps: {steps}\n" + text[text.index("  - name: verify") :]

    assert [problem.split(": ")[1] for problem in refused(text)] == [
        "environments.prod-us.blocked_by[0]",
        "phases[3].steps",
        "phases[4].steps[0].skill",
    ]


def test_a_plan_without_phases_says_what_is_wrong_with_its_environments() -> None:
    text = f"{PLAN[: PLAN.index('phases:')]}phases: []\n".replace("blocked_by: [test]", "blocked_by: [tset]", 1)

    assert [problem.split(": ")[1] for problem in refused(text)] == ["environments.prod-us.blocked_by[0]", "phases"]


def test_a_merge_of_what_is_too_wrong_to_be_known_is_not_told_of() -> None:
    text = PLAN.replace("{id: rewrite, skill: rewrite_dags,", "{id: rewrite, run: rewrite_dags,")

    assert [problem.split(": ")[1] for problem in refused(text)] == ["phases[0].steps[0].run"]


def test_what_stands_in_for_something_wrong_is_never_told_of() -> None:
    text = PLAN.replace("name: infra\n", "name: 1st\n").replace("name: deploy\n", "name: 2nd\n")

    assert [problem.split(": ")[1] for problem in refused(text)] == ["phases[1].name", "phases[2].name"]
