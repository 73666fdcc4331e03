"""The plans and campaigns of the simulation: small, different for each seed, and together of every kind of step."""

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Any, Final

from state_schema.campaign import Campaign
from state_schema.plan import Plan
from tests.stories import the_plan

CAMPAIGN = "sim"
CHANNEL = "C0SIM"
TEAM = "T0SIM"
OPERATORS = ("U_OPERATOR", "U_SECOND_OPERATOR")
APPROVER = "U_APPROVER"
SECOND_APPROVER = "U_SECOND_APPROVER"
STRANGER = "U_STRANGER"
_INFRA = "acme/infrastructure"
SHARED = {
    "name": "code",
    "scope": "shared",
    "steps": [
        {"id": "rewrite", "skill": "rewrite_dags", "with": {"repository": "acme/dags", "path": "dags/{resource.id}"}},
        {"id": "review", "approval": {"of": "rewrite", "resume": "pr-merged"}},
    ],
}
PHASES: dict[str, list[dict[str, Any]]] = {
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
    "scale": [
        {"id": "size", "decision": {"ask": "How large?", "choices": ["small", "large"], "as": "size"}},
        {
            "id": "run",
            "skill": "run_workflow",
            "with": {"repository": _INFRA, "workflow": "scale.yml", "inputs": {"size": "{outputs.scale.size.size}"}},
        },
    ],
    "sign": [
        {"id": "until", "wait": "2026-03-02T09:40:00Z"},
        {"id": "whom", "decision": {"ask": "Who signs?", "choices": ["a", "b", "c"], "many": True, "as": "whom"}},
    ],
}
_BACK = {"rollback": "run_workflow", "with": {"repository": _INFRA, "workflow": "back.yml"}}
_POLICIES: dict[str, dict[str, Any]] = {
    "default": {},
    "impatient": {"retries": {"transient": 0, "retriable": 0}},
    "patient": {"retries": {"transient": 2, "retriable": 2}, "first_delay": "40s"},
    "back": _BACK,
    "patient back": {"retries": {"transient": 1, "retriable": 1}, "first_delay": "5s", **_BACK},
}
"""Policies of the skills; how often a failure is tried again by itself, and what takes back what was done."""
_BLOCKED: dict[str, dict[str, tuple[str, ...]]] = {
    "fan": {"test": (), "prod-us": ("test",), "prod-eu": ("test",)},
    "chain": {"test": (), "stage": ("test",), "prod": ("stage",)},
    "join": {"test": (), "perf": (), "prod": ("test", "perf")},
}


@dataclass(frozen=True)
class _Choices:
    """What differs from plan to plan. `optional`: the phases that a resource may leave out."""

    shape: str
    phases: tuple[str, ...]
    approved: tuple[str, ...]
    optional: tuple[str, ...]
    gate: str
    policy: str
    timed: bool
    shared: bool
    version: int = 1


@lru_cache(maxsize=1024)
def _plan(chosen: _Choices) -> Plan:
    environments = {
        name: {"primary": name == "test", "blocked_by": blockers, "approval_required": name in chosen.approved}
        for name, blockers in _BLOCKED[chosen.shape].items()
    }
    phases = [
        {"name": name, "optional": name in chosen.optional, "steps": [_varied(step, chosen) for step in PHASES[name]]}
        for name in chosen.phases
    ]
    return Plan.model_validate(
        {
            "name": "sim",
            "version": chosen.version,
            "environments": environments,
            "phases": [SHARED, *phases] if chosen.shared else phases,
        }
    )


def _varied(step: dict[str, Any], chosen: _Choices) -> dict[str, Any]:
    """A plan may add a gate to its skills, say what follows their failures, and how long people and machines may take."""
    varied = dict(step)
    if "skill" in step:
        policy = _POLICIES[chosen.policy]
        if step["skill"] == "verify":
            policy = {name: value for name, value in policy.items() if name not in _BACK}
        varied |= {"gate": chosen.gate, "on_failure": policy}
    if chosen.timed and "wait" not in step:
        varied |= {"timeout": "4m" if "skill" in step else "20m", "remind": "15m"}
    return varied


def plan_for(random: Random) -> tuple[Plan, Plan]:
    """One or two phases of all in any order, now and then the example's full plan; and a later version of it."""
    if random.random() < 0.002:
        return the_plan(), the_plan(version=2)
    shape = random.choice(sorted(_BLOCKED))
    last = [name for name in _BLOCKED[shape] if name != "test"]
    count = 1 if random.random() < 0.92 else 2
    # People and GitHub have their hands on pull requests; most can go wrong there.
    phases = tuple(
        random.sample(sorted(PHASES), count, counts=[2 if name == "infra" else 1 for name in sorted(PHASES)])
    )
    phases = tuple(dict.fromkeys(phases))
    first = _Choices(
        shape=shape,
        phases=phases,
        approved=tuple(name for name in last if random.random() < 0.5),
        optional=tuple(name for name in phases if random.random() < 0.3),
        gate=random.choice(["automatic"] * 8 + ["confirmation"]),
        policy=random.choice(sorted(_POLICIES)),
        timed=random.random() < 0.3,
        shared=random.random() < 0.12,
    )
    return _plan(first), _plan(_later(random, first))


def _later(random: Random, first: _Choices) -> _Choices:
    """The same with a phase more at the end or at the beginning, one less, other times, or another policy."""
    others = sorted(PHASES.keys() - set(first.phases))
    changes: list[dict[str, Any]] = [
        {},
        {"phases": (*first.phases, random.choice(others))},
        {"phases": (random.choice(others), *first.phases)},
        {"phases": first.phases[:1]},
        {"timed": not first.timed},
        {"policy": random.choice(sorted(_POLICIES))},
        {"approved": ()},
    ]
    return replace(first, version=2, **random.choice(changes))


_REMINDERS: Final[dict[str, Any]] = {
    "after": "15m",
    "every": "20m",
    "hours": "Mon-Fri 09:00-11:00",
    "zone": "UTC",
    "escalate_after": "16m",
    "escalate_to": [f"slack:{TEAM}/U_LEAD", "topic"],
}


def campaign_for(random: Random, plan: Plan) -> Campaign:
    """Six or seven resources in two waves, with gates, limits and sometimes a window."""
    names = list(plan.environments)
    count = random.choice((6,) * 9 + (7,))
    optional = [phase.name for phase in plan.phases if phase.optional]
    resources = [
        {
            "id": f"r{number}",
            "wave": 1 if number <= count // 2 else 2,
            "environments": _chosen(random, plan, number),
            "skip": [name for name in optional if random.random() < 0.4],
        }
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
    window = {
        "deny": random.choice(("Mon 10:00 - Mon 11:30", "Mon 09:20 - Mon 09:50")),
        "environments": [some] if random.random() < 0.5 else None,
        "overrun": random.choice(("finish", "refuse")),
    }
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
            "windows": [window] if random.random() < 0.25 else [],
            "reminders": _REMINDERS if random.random() < 0.2 else None,
        }
    )


def guarded(campaign: Campaign, plan: Plan, random: Random) -> Campaign:
    """Two in five want two approvals somewhere, one in three an approval of merges; who starts approves there too."""
    shared = ["shared"] if plan.stops("shared") else []
    tracks = [*campaign.gates.four_eyes, *shared]
    gates: dict[str, Any] = {}
    if random.random() < 0.4:
        gates["quorum"] = dict.fromkeys(tracks, 2)
    if random.random() < 0.35:
        gates |= {"merge_approval": tuple(tracks), "four_eyes": (*campaign.gates.four_eyes, *shared)}
    approvers = tuple(f"slack:{TEAM}/{user}" for user in (APPROVER, SECOND_APPROVER, OPERATORS[0]))
    people = campaign.people.model_copy(update={"approvers": approvers})
    return campaign.model_copy(update={"gates": campaign.gates.model_copy(update=gates), "people": people})


def _chosen(random: Random, plan: Plan, number: int) -> list[str] | None:
    """All environments for the first resource; for the others also fewer, with what they are blocked by."""
    if number == 1 or random.random() < 0.01:
        return None
    first, *later = plan.environments
    wanted, chosen = [first if random.random() < 0.9 else random.choice(later)], set[str]()
    while wanted:
        name = wanted.pop()
        chosen.add(name)
        wanted += plan.environments[name].blocked_by
    return [name for name in plan.environments if name in chosen]
