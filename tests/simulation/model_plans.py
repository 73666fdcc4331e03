"""The plans whose every state is enumerated: the example, within bounds, and small ones with every kind of step."""

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.simulation.model_check import Explored, explore
from tests.simulation.plans import OPERATORS, PHASES, SHARED, TEAM
from tests.stories import document

_PHASES = PHASES | {
    "back": [
        {
            "id": "run",
            "skill": "run_workflow",
            "with": {"repository": "acme/infrastructure", "workflow": "deploy.yml"},
            "timeout": "1h",
            "on_failure": {
                "retries": {"transient": 1, "retriable": 1},
                "rollback": "run_workflow",
                "with": {"repository": "acme/infrastructure", "workflow": "back.yml"},
            },
        },
        {"id": "ask", "confirmation": {"ask": "Is it up?", "resume": "is-up"}, "timeout": "1h", "remind": "30m"},
    ]
}


def a_plan(*phases: str, shared: bool = False) -> Plan:
    chosen = [{"name": name, "steps": _PHASES[name]} for name in phases]
    return Plan.model_validate(
        {
            "name": "small",
            "version": 1,
            "environments": {"test": {"primary": True}, "prod": {"blocked_by": ["test"], "approval_required": True}},
            "phases": [SHARED, *chosen] if shared else chosen,
        }
    )


def a_campaign(plan: Plan) -> Campaign:
    return Campaign.model_validate(
        {
            "campaign": "model",
            "plan": plan.ref,
            "channel": "C0MODEL",
            "resources": [{"id": "r1"}],
            "people": {"operators": [f"slack:{TEAM}/{OPERATORS[0]}"], "approvers": [f"slack:{TEAM}/U_APPROVER"]},
        }
    )


def the_example(*environments: str, retries: int) -> Plan:
    """The example plan, with these of its environments and so many automatic retries at most."""
    plan = document("airflow-3.plan.yaml")
    plan["environments"] = {name: plan["environments"][name] for name in environments or plan["environments"]}
    for phase in plan["phases"]:
        for step in phase["steps"]:
            if "skill" in step:
                step["on_failure"] = {"retries": {"transient": retries}}
    return Plan.model_validate(plan)


def explore_example(retries: int) -> Explored:
    """All three environments at once. Without retries 3,000 states, in a quarter of a minute; it grows with their square."""
    plan = the_example(retries=retries)
    return explore(plan, a_campaign(plan), most=1_000_000)
