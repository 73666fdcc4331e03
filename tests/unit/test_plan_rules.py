"""What `migrate plan validate` refuses: each mistake with its field and a sentence, and all of them in one go."""

from typing import Any

import pytest

from shared.adapters.yaml_files import YamlFile
from shared.domain.plan_rules import problems_of
from shared.domain.template_rules import Problem
from shared.errors import InvalidInputError
from state_schema.plan import Plan
from tests.stories import EXAMPLES, document

DEPLOY = ("phases", 2, "steps", 0)
CHOOSE = ("phases", 3, "steps", 0)


def problems(place: tuple[str | int, ...] = (), **fields: Any) -> list[Problem]:
    """All that is wrong with the example plan once these fields are changed at this place."""
    plan: Any = document("airflow-3.plan.yaml")
    around = plan
    for part in place:
        around = around[part]
    around |= fields
    return problems_of(Plan.model_validate(plan))


def decision(**changes: Any) -> dict[str, Any]:
    return {"ask": "Which?", "as": "speed"} | changes


def test_the_example_is_valid() -> None:
    assert problems() == []


@pytest.mark.parametrize("gate", ["automatic", "confirmation"])
def test_a_gate_that_would_remove_one_is_refused(gate: str) -> None:
    ((place, said),) = problems(DEPLOY, gate=gate)

    assert place == (*DEPLOY, "gate")
    assert said == (
        f"a plan may add a gate, never remove one: deploy in prod-us needs explicit command; leave '{gate}' out"
    )


def test_a_gate_that_adds_one_is_welcome() -> None:
    assert problems(DEPLOY, gate="explicit_command") == []
    assert problems(("phases", 0, "steps", 0), gate="automatic") == []


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"choices": []}, ("choices",), "there is nothing to choose"),
        ({"choices": ["a", "b", "a"]}, ("choices", 2), "'a' is listed twice; the second cannot be reached"),
        ({"choices": ["all", "b"]}, ("choices", 0), "'all' cannot be reached"),
        ({"choices": ["b", " "]}, ("choices", 1), "' ' cannot be reached"),
        ({"choices": ["b", "\u200b"]}, ("choices", 1), "'\\u200b' cannot be reached"),
        ({"choices": [" all", "b"]}, ("choices", 0), "' all' cannot be reached"),
        (
            {"choices": ["a b", " a  b"]},
            ("choices", 1),
            "' a  b' looks like 'a b'; write one of them so that people can tell",
        ),
        ({"choices": ["a b", "a\u00a0b"]}, ("choices", 1), "looks like 'a b'"),
        ({"choices": ["east", "\u0435ast"]}, ("choices", 1), "looks like 'east'"),
        ({"choices": ["\u00e9t\u00e9", "e\u0301te\u0301"]}, ("choices", 1), "looks like"),
        ({"choices": ["a", "b\nc"]}, ("choices", 1), "'b\\nc' has a line break; write it in one line"),
        ({"choices": ["a", "b\n"]}, ("choices", 1), "has a line break"),
        ({"choices_from": "run_workflow"}, ("choices_from",), "'run_workflow' lists nothing"),
    ],
)
def test_a_choice_that_nobody_can_reach_is_refused(
    given: dict[str, Any], field: tuple[str | int, ...], said: str
) -> None:
    ((place, found),) = problems(CHOOSE, decision=decision(**given))

    assert place == (*CHOOSE, "decision", *field)
    assert said in found


def test_choices_that_differ_for_the_eye_are_fine() -> None:
    choices = [
        "a",
        "A",
        "\u00e9t\u00e9",
        "ete",
        "x" * 150 + "1",
        "x" * 150 + "2",
        "\u4e00",
        "1 h",
        "1h",
        "Zo\u00eb \U0001f600",
    ]
    assert problems(CHOOSE, decision=decision(choices=choices)) == []


ASKS: dict[str, tuple[tuple[str | int, ...], dict[str, Any]]] = {
    "approval": (("phases", 0, "steps", 1), {"of": "rewrite", "resume": "pr-merged"}),
    "confirmation": (("phases", 1, "steps", 2), {"resume": "infra-applied"}),
    "decision": (CHOOSE, {"choices": ["a", "b"], "as": "speed"}),
}


@pytest.mark.parametrize("kind", ASKS)
@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ("", "is blank; write what is asked"),
        (" \n\t\u200b", "is blank; write what is asked"),
        ("x" * 801, "has 801 characters, and 800 are the most; say less, or link to the rest"),
    ],
)
def test_a_question_says_something_and_not_too_much(kind: str, ask: str, said: str) -> None:
    place, rest = ASKS[kind]

    assert problems(place, **{kind: {"ask": ask, **rest}}) == [((*place, kind, "ask"), said)]
    assert problems(place, **{kind: {"ask": "x" * 800, **rest}}) == []


@pytest.mark.parametrize("given", [{}, {"choices": ["a"], "choices_from": "list_items"}])
def test_a_decision_has_one_source_of_choices(given: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match="exactly one of `choices_from`, a skill that lists, `choices`, a list, and `form`"
    ):
        problems(CHOOSE, decision=decision(**given))


@pytest.mark.parametrize(
    ("policy", "field", "said"),
    [
        ({"rollback": "undo"}, "rollback", "there is no skill 'undo'; allowed: "),
        ({"rollback": "verify", "with": {}}, "rollback", "'verify' only reads, so it takes nothing back"),
        (
            {"rollback": "run_workflow"},
            "rollback",
            "would do the step again, not take it back; give it a `with` of its own",
        ),
        ({"rollback": "open_pull_request"}, "rollback", "is missing (the skill 'open_pull_request' takes: "),
        (
            {"rollback": "run_workflow", "with": {"repository": "a/b", "workflow": "x", "rev": 1}},
            "with",
            "there is no such field; did you mean `ref`?",
        ),
        (
            {"rollback": "run_workflow", "with": {"repository": "a/b", "workflow": "{x.y}"}},
            "with",
            "{x.y} names nothing here",
        ),
        ({"with": {"repository": "a/b"}}, "with", "these inputs are for a `rollback`, and there is none"),
    ],
)
def test_a_rollback_that_could_not_run_is_refused(policy: dict[str, Any], field: str, said: str) -> None:
    found = problems(DEPLOY, on_failure=policy)

    assert any(place[:6] == (*DEPLOY, "on_failure", field) and said in text for place, text in found), found


def test_a_rollback_with_inputs_of_its_own_is_fine() -> None:
    back = {"repository": "acme/infrastructure", "workflow": "rollback.yml", "inputs": {"of": "{environment.name}"}}
    assert problems(DEPLOY, on_failure={"rollback": "run_workflow", "with": back, "retries": {"retriable": 2}}) == []


@pytest.mark.parametrize(("retries", "place"), [({"blocking": 1}, "blocking"), ({"transient": 99}, "transient")])
def test_only_what_may_pass_by_itself_is_retried_and_not_for_ever(retries: dict[str, int], place: str) -> None:
    with pytest.raises(ValueError, match=f"on_failure.retries.{place}"):
        problems(DEPLOY, on_failure={"retries": retries})


def test_a_reminder_every_minute_is_refused() -> None:
    assert problems(CHOOSE, remind="14m") == [
        ((*CHOOSE, "remind"), "a reminder every 14m is noise; the shortest is 15m")
    ]
    assert problems(CHOOSE, remind="15m", timeout="1d") == []


def test_a_template_must_not_need_a_phase_that_may_be_left_out() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][1]["optional"] = True
    plan["phases"][2]["steps"][0]["with"]["ref"] = "{outputs.infra.pull_request.head_sha}"
    plan["phases"][1]["steps"][2]["confirmation"]["ask"] = "Look at {outputs.infra.pull_request.pull_request}"

    assert problems_of(Plan.model_validate(plan)) == [(
        (*DEPLOY, "with", "ref"),
        "{outputs.infra.pull_request.head_sha} has no value where a resource leaves out 'infra', which is optional",
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "meant"),
    [
        ("approval_requird", "approval_required"), ("Approval_required", "approval_required"),
        ("approval-required", "approval_required"), ("approvalRequired", "approval_required"),
        ("APPROVAL_REQUIRED", "approval_required"), ("approvals_required", "approval_required"),
        ("blockedby", "blocked_by"), ("blocked-by", "blocked_by"), ("block_by", "blocked_by"), ("blocked", "blocked_by"),
        ("primry", "primary"), ("Primary", "primary"), ("pr\u0456mary", "primary"),
    ],
)  # fmt: skip
def test_a_misspelled_guard_of_an_environment_is_no_attribute(attribute: str, meant: str) -> None:
    assert problems(("environments", "prod-eu"), **{attribute: True}) == [(
        ("environments", "prod-eu", attribute),
        f"did you mean `{meant}`? As an attribute for templates it would guard nothing; else name it otherwise",
    )]  # fmt: skip


@pytest.mark.parametrize(
    "attribute", ["primary_region", "primary_az", "approval_channel", "approver", "required", "secondary", "block"]
)
def test_other_attributes_are_welcome(attribute: str) -> None:
    assert problems(("environments", "prod-eu"), **{attribute: "x"}) == []


def test_a_merge_is_of_the_nearest_step_of_that_name_and_that_opens_a_pull_request() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"].append({"id": "pull_request", "skill": "verify"})
    plan["phases"][2]["steps"].append({"id": "again", "approval": {"of": "pull_request", "resume": "pr-merged"}})

    assert problems_of(Plan.model_validate(plan)) == [(
        ("phases", 2, "steps", 3, "approval", "of"), "'pull_request' opens no pull request; steps that do: rewrite",
    )]  # fmt: skip


MISTAKES = [
    ("    blocked_by: [test]", "    blocked_by: [prod-us]", "environments.prod-us.blocked_by", "goes in a circle"),
    ("skill: migrate_items", "skill: migrate", "phases[3].steps[1].skill", "there is no skill 'migrate'"),
    ("{id: choose", "{id: items", "phases[3].steps[1].id", "two steps of 'migrate' are called 'items'"),
    ("resume: test-done", "resume: abort", "phases[4].steps[1].confirmation.resume", "'abort' is a built-in command"),
    ("choices_from: list_items", "choices: [a, a]", "phases[3].steps[0].decision.choices[1]", "cannot be reached"),
    ("    skill: run_workflow", "    gate: automatic\n        skill: run_workflow", "phases[2].steps[0].gate", "remove"),
    ("id: check, skill: verify", "id: check, wait: 7", "phases[4].steps[0].wait", "write a duration with its unit"),
    ("id: rewrite, ", "id: rewrite, timeout: 7, ", "phases[0].steps[0].timeout", "'7' is not a duration"),
    ("resume: infra-applied}", "resume: infra-applied}, timeout: '7'", "phases[1].steps[2].timeout", "90s, 15m, 24h or 7d"),
    ("dags/{resource.id}", "dags/{resource.nome}", "phases[0].steps[0].with.path", "{resource.nome} names nothing here"),
    ("aws_profile:company-test", "xoxb-" + "1" * 20, "environments.test.credential_source", "looks like a credential"),
    ("unit: cluster", "unti: cluster", "unti", "there is no such field"),
]  # fmt: skip


def found_in(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as refused:
        YamlFile("plan.yaml", text).parsed(Plan, problems_of)
    return refused.value.problems


def test_every_mistake_of_a_plan_is_told_at_once_with_its_line_and_field() -> None:
    text = (EXAMPLES / "airflow-3.plan.yaml").read_text(encoding="utf-8")
    for old, new, _, _ in MISTAKES:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    found = found_in(text)

    for _, _, field, said in MISTAKES:
        assert any(f": {field}: " in problem and said in problem for problem in found), (field, said, found)
    assert len(found) == len(MISTAKES)
    assert all(int(problem.split(":")[1]) > 1 for problem in found)
    assert "xoxb" not in "".join(found)


@pytest.mark.parametrize(("old", "new", "field", "said"), MISTAKES, ids=[field for *_, field, _ in MISTAKES])
def test_each_mistake_alone_is_told_alone(old: str, new: str, field: str, said: str) -> None:
    text = (EXAMPLES / "airflow-3.plan.yaml").read_text(encoding="utf-8").replace(old, new, 1)
    (problem,) = found_in(text)

    assert f": {field}: " in problem
    assert said in problem


def test_a_credential_where_a_number_belongs_is_not_repeated() -> None:
    text = (EXAMPLES / "airflow-3.plan.yaml").read_text(encoding="utf-8")
    found = found_in(text.replace("version: 1", "version: ghp_" + "a" * 36))

    assert any("version: looks like a credential" in problem for problem in found)
    assert "ghp_" not in "".join(found)


def test_what_is_too_broken_to_mend_still_says_what_is_wrong_with_its_shape() -> None:
    assert found_in("name: a\nphases: 7\n") != ()
    assert found_in("name: a\nversion: 1\nenvironments: {test: {}}\nphases:\n  - steps: [1, {id: a}, []]\n") != ()
