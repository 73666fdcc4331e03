"""Plans for the tests of what is drawn and told about plans."""

from typing import Any, Final

from shared.domain.plan_rules import problems_of
from state_schema.plan import Plan

HOSTILE: Final = (
    'end" --> x["x',
    '`markdown` "`string`" #quot; #35; %%{init: {}}%% %% comment',
    "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt;b&gt;",
    "[click](javascript:alert(1)) ![x](https://evil.test) | a | b |",
    "line\nbreak\n---\ntitle: x\n---\n1. one\n- two\n# three",
    "\u202egnp.exe\u2066 \ud800 \x00 \u200b 😀 ﬂ°°60¶ß",
    "style:`#a;` classDef x:#b; :::gated ;;; {{ }} (( ))",
    "``<b>` `a|b` `<i>`` \\`<u>\\` \\",
    "x" * 100_000,
    "",
)  # fmt: skip


def a_plan(*steps: dict[str, Any], **changes: Any) -> Plan:
    """One phase `work` with these steps, in one environment `test`."""
    fields = {"name": "p", "version": 1, "environments": {"test": {}}, "phases": [{"name": "work", "steps": steps}]}
    return Plan.model_validate(fields | changes)


def every_kind() -> Plan:
    """A valid plan with each kind of step, and with a step that has to be confirmed by default."""
    plan = a_plan(
        {"id": "propose", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": "x"}},
        {"id": "review", "approval": {"of": "propose", "resume": "pr-merged"}},
        {"id": "look", "confirmation": {"ask": "Is it up?", "resume": "it-is-up"}},
        {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
        {"id": "rest", "wait": "24h"},
        {"id": "opening", "wait": "2026-03-02T09:00:00Z"},
        {"id": "deploy", "skill": "run_workflow", "with": {"repository": "acme/dags", "workflow": "d.yml"}},
    )
    assert problems_of(plan) == []
    return plan


def hostile(text: str) -> Plan:
    """This text wherever a plan holds any text; a choice may not hold half of a surrogate pair."""
    return a_plan(
        {"id": "propose", "skill": "open_pull_request", "with": {"repository": "acme/dags", "template": text[:100] or "x"}},
        {"id": "review", "approval": {"of": "propose", "ask": text, "resume": "pr-merged"}},
        {"id": "look", "confirmation": {"ask": text, "resume": "it-is-up"}},
        {"id": "attribute", "confirmation": {"ask": "{environment.text}", "resume": "it-is-up"}},
        {"id": "choose", "decision": {"ask": text, "choices_from": "list_items", "as": "items"}},
        {"id": "pick", "decision": {"ask": text, "choices": [text[:200].replace("\ud800", "") or "x", "y"], "as": "choice"}},
        unit=text,
        environments={"test": {"text": text}},
    )  # fmt: skip
