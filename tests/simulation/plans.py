"""The plans and campaigns of the simulation: small, different for each seed, and together of every kind of step."""

from functools import lru_cache
from random import Random
from typing import Any

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.stories import the_plan

CAMPAIGN = "sim"
CHANNEL = "C0SIM"
TEAM = "T0SIM"
OPERATORS = ("U_OPERATOR", "U_SECOND_OPERATOR")
APPROVER = "U_APPROVER"
STRANGER = "U_STRANGER"
_INFRA = "acme/infrastructure"
_SHARED = {
    "name": "code",
    "scope": "shared",
    "steps": [
        {"id": "rewrite", "skill": "rewrite_dags", "with": {"repository": "acme/dags", "path": "dags/{resource.id}"}},
        {"id": "review", "approval": {"of": "rewrite", "resume": "pr-merged"}},
    ],
}
_PHASES: dict[str, list[dict[str, Any]]] = {
    "infra": [
        {"id": "pull", "skill": "open_pull_request", "with": {"repository": _INFRA, "template": "component"}},
        {"id": "review", "approval": {"of": "pull", "resume": "pr-merged"}},
    ],
    "deploy": [
        {"id": "run", "skill": "run_workflow", "with": {"repository": _INFRA, "workflow": "deploy.yml"}},
        {"id": "confirm", "confirmation": {"ask": "Is it up?", "resume": "deploy-confirmed"}},
    ],
    "migrate": [
        {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
        {"id": "items", "skill": "migrate_items", "with": {"batch": 2}},
    ],
    "soak": [{"id": "wait", "wait": "5m"}, {"id": "check", "skill": "verify"}],
}
_BLOCKED: dict[str, dict[str, tuple[str, ...]]] = {
    "fan": {"test": (), "prod-us": ("test",), "prod-eu": ("test",)},
    "chain": {"test": (), "stage": ("test",), "prod": ("stage",)},
    "join": {"test": (), "perf": (), "prod": ("test", "perf")},
}


@lru_cache(maxsize=512)
def _plan(shape: str, phases: tuple[str, ...], approved: tuple[str, ...], gate: str, *, shared: bool) -> Plan:
    environments = {
        name: {"primary": name == "test", "blocked_by": blockers, "approval_required": name in approved}
        for name, blockers in _BLOCKED[shape].items()
    }
    chosen = [{"name": name, "steps": _gated(_PHASES[name], gate)} for name in phases]
    return Plan.model_validate(
        {
            "name": "sim",
            "version": 1,
            "environments": environments,
            "phases": [_SHARED, *chosen] if shared else chosen,
        }
    )


def _gated(steps: list[dict[str, Any]], gate: str) -> list[dict[str, Any]]:
    """A plan may add a gate to its skills."""
    return [{**step, "gate": gate} if "skill" in step else step for step in steps]


def plan_for(random: Random) -> Plan:
    """One or two phases of the four in any order; now and then the example's full plan."""
    if random.random() < 0.01:
        return the_plan()
    shape = random.choice(sorted(_BLOCKED))
    last = [name for name in _BLOCKED[shape] if name != "test"]
    approved = tuple(name for name in last if random.random() < 0.5)
    gate = random.choice(["automatic"] * 4 + ["confirmation"])
    phases = tuple(random.sample(sorted(_PHASES), random.choice((1, 2, 2))))
    return _plan(shape, phases, approved, gate, shared=random.random() < 0.35)


def campaign_for(random: Random, plan: Plan) -> Campaign:
    """Six or seven resources in two waves, with gates, limits and sometimes a window."""
    names = list(plan.environments)
    count = random.choice((6, 6, 6, 7))
    resources = [
        {"id": f"r{number}", "wave": 1 if number <= count // 2 else 2, "environments": _chosen(random, plan, number)}
        for number in range(1, count + 1)
    ]
    some = random.choice(names)
    layers = ["automatic", "confirmation", "explicit_command"]
    gates: dict[str, Any] = {"four_eyes": [some]}
    gates |= {action: random.choice(layers) for action in ("deploy", "create_pr") if random.random() < 0.2}
    if random.random() < 0.5:
        gates["run_migration"] = {some: random.choice(layers)}
    limits: dict[str, Any] = {"active": random.choice((1, 1, 2, 3, 5))}
    if random.random() < 0.3:
        limits["environments"] = {random.choice(names): 1}
    window = {"deny": "Mon 10:00 - Mon 11:30", "environments": [some] if random.random() < 0.5 else None}
    return Campaign.model_validate(
        {
            "campaign": CAMPAIGN,
            "plan": plan.ref,
            "channel": CHANNEL,
            "resources": resources,
            "waves": {1: {}, 2: {"after": 1}},
            "people": {
                "operators": [f"slack:{TEAM}/{user}" for user in OPERATORS],
                "approvers": [f"slack:{TEAM}/{APPROVER}"],
            },
            "gates": gates,
            "limits": limits,
            "breaker": {"failures": random.choice((1, 2, "50%"))} if random.random() < 0.2 else None,
            "windows": [window] if random.random() < 0.15 else [],
        }
    )


def _chosen(random: Random, plan: Plan, number: int) -> list[str] | None:
    """All environments for the first resource; for the others also fewer, with what they are blocked by."""
    if number == 1 or random.random() < 0.1:
        return None
    first, *later = plan.environments
    wanted, chosen = [first if random.random() < 0.6 else random.choice(later)], set[str]()
    while wanted:
        name = wanted.pop()
        chosen.add(name)
        wanted += plan.environments[name].blocked_by
    return [name for name in plan.environments if name in chosen]
