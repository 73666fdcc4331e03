"""Who may do what: the layer of an action, the proof that it needs, and the people who may give it."""

from typing import Final

from shared.domain.view import Refusal, View
from state_schema.campaign import ActionGate, People
from state_schema.migration import Checkpoint, Decided, StepState
from state_schema.plan import Environment, Layer
from state_schema.skills import Action

LAYERS: Final[dict[Layer, int]] = {"automatic": 0, "confirmation": 1, "explicit_command": 2}
"""How much each layer demands of people."""
VERB_OF_ACTION: Final[dict[Action, str]] = {
    "read": "read",
    "create_pr": "open-pr",
    "deploy": "deploy",
    "run_migration": "run-migration",
    "merge": "merge",
    "delete": "delete",
}


def layer_of(view: View, track: str, action: Action, asked_by_plan: Layer) -> Layer:
    """The layer of this action on this track: the campaign's word or else the default; a plan can only add to it."""
    environment = view.plan.environments.get(track)
    layer = _campaigns_word(getattr(view.campaign.gates, action, None), track) or _default(action, environment)
    return max(layer, asked_by_plan, key=LAYERS.__getitem__)


def default_layer(environment: Environment | None, action: Action, asked_by_plan: Layer) -> Layer:
    """The layer where no campaign says a word, for plans that are read without one; None is the shared track."""
    return max(_default(action, environment), asked_by_plan, key=LAYERS.__getitem__)


def _campaigns_word(gate: ActionGate | None, track: str) -> Layer | None:
    return gate.get(track) if isinstance(gate, dict) else gate


def _default(action: Action, environment: Environment | None) -> Layer:
    match action:
        case "read" | "create_pr":
            return "automatic"
        case "deploy" | "run_migration":
            if environment is not None and environment.approval_required:
                return "explicit_command"
            return "automatic" if environment is None or environment.primary else "confirmation"
        case "merge" | "delete":
            return "explicit_command"


def has_proof(step: StepState | None, digest: str) -> bool:
    """Whether a stored decision permits this attempt of exactly this work.

    An automatic retry is the same decision still; a person's Retry or rollback is a new one, stored for the attempt that it
    began.
    """
    if step is None:
        return False
    first = step.attempt - step.retries
    return any(_permits(decided) and decided.digest == digest and decided.attempt >= first for decided in step.decided)


def _permits(decided: Decided) -> bool:
    return decided.reason == "gate" or (decided.reason == "failure" and decided.verb in {"retry", "rollback"})


def refusal_for(view: View, track: str, checkpoint: Checkpoint, actor: str) -> Refusal | None:
    """Why this person may not answer this checkpoint; None where they may."""
    people = view.campaign.people
    needed = "approver" if checkpoint.reason == "approval_required" else "operator"
    if not is_one_of(people, actor, people.approvers if needed == "approver" else people.operators):
        return Refusal(
            "not_permitted",
            f"This needs one of the campaign's {needed}s; you are not among them.",
            f"Ask one of the {needed}s of {view.campaign.id}, or have yourself added to its people.",
        )
    four_eyes = needed == "approver" and track in view.campaign.gates.four_eyes
    if four_eyes and is_same_person(people, actor, view.state.started_by):
        return Refusal(
            "four_eyes",
            f"You started this migration, and {track} wants a second pair of eyes.",
            "Ask another approver of the campaign.",
        )
    return None


def is_one_of(people: People, actor: str, allowed: tuple[str, ...]) -> bool:
    """Whether the actor, or an id linked to the same person, is in the list."""
    return not _ids_of(people, actor).isdisjoint(allowed)


def is_same_person(people: People, one: str, other: str | None) -> bool:
    """Whether both ids are those of one person; None is nobody."""
    return other is not None and not _ids_of(people, one).isdisjoint(_ids_of(people, other))


def _ids_of(people: People, actor: str) -> set[str]:
    ids = {actor}
    for one, others in people.linked.items():
        if actor == one or actor in others:
            ids |= {one, *others}
    return ids
