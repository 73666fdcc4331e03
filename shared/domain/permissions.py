"""Who may do what: the layer of an action, the proof that it needs, and the people who may give it."""

from typing import Final, Literal

from shared.domain.people import is_one_of, is_same_person, not_read
from shared.domain.view import Refusal, View
from state_schema.campaign import ActionGate, Campaign
from state_schema.ids import SHARED_TRACK
from state_schema.migration import Checkpoint, Decided, StepState
from state_schema.plan import Environment, Layer
from state_schema.skills import Action

Role = Literal["operator", "approver"]
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


APPROVE: Final = "approve"
MERGED_WITHOUT_APPROVAL: Final = "merged_without_approval"
"""The code of the failure of a step whose pull request was merged as nobody had approved it."""
ALWAYS_EXPLICIT: Final[frozenset[Action]] = frozenset({"merge", "delete"})
"""Done by explicit command alone, whatever campaign or plan say."""
BEGINS_ANEW: Final = frozenset({"retry", "rollback"})
"""Answers to a failure that begin another attempt."""


def layer_of(view: View, track: str, action: Action, asked_by_plan: Layer) -> Layer:
    """The layer of this action on this track: the campaign's word or else the default; a plan can only add to it."""
    if action in ALWAYS_EXPLICIT:
        return "explicit_command"
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


def has_proof(view: View, track: str, step: StepState | None, digest: str, layer: Layer) -> bool:
    """Whether a stored decision permits this attempt of exactly this work.

    An automatic retry is the same decision still. A person's Retry or rollback is a new one, stored for the attempt that it
    began; but where others than who asks have to approve, it only asks, and the attempt wants an approval of its own.
    """
    if step is None:
        return False
    first = step.first_attempt
    by_asking = not (layer == "explicit_command" and wants_others(view.campaign, track))
    return any(
        _permits(decided, by_asking=by_asking) and decided.digest == digest and decided.attempt >= first
        for decided in step.decided
    )


def _permits(decided: Decided, *, by_asking: bool) -> bool:
    if decided.reason == "gate":
        return True
    return by_asking and decided.reason == "failure" and decided.verb in BEGINS_ANEW


def wants_others(campaign: Campaign, track: str) -> bool:
    """Whether one person alone cannot both ask for a thing there and approve it."""
    return track in campaign.gates.four_eyes or campaign.gates.quorum.get(track, 1) > 1


def wants_merge_approval(campaign: Campaign, track: str) -> bool:
    """Whether a merge counts there only if somebody approved what was merged."""
    return track in campaign.gates.merge_approval


def has_merge_approval(step: StepState, digest: str) -> bool:
    """Whether a stored decision approves the merge of the head that this digest of the question stands for."""
    return any(
        is_merge_approval(decided) and decided.digest == digest and decided.attempt >= step.first_attempt
        for decided in step.decided
    )


def is_merge_approval(decided: Decided) -> bool:
    """Whether it approved a merge before it was made."""
    return decided.reason == "step" and decided.verb == APPROVE


def is_approval(checkpoint: Checkpoint, verb: str) -> bool:
    """Whether this answer permits something, so that quorum and four eyes hold for it."""
    if checkpoint.reason in {"step", "failure"}:
        return verb == APPROVE and checkpoint.kind in {"approval", "intervention"}
    return checkpoint.kind == "approval"


def approvals_wanted(campaign: Campaign, track: str, checkpoint: Checkpoint, verb: str) -> int:
    """How many people it takes to answer this question with this verb."""
    return campaign.gates.quorum.get(track, 1) if is_approval(checkpoint, verb) else 1


def roles_for(campaign: Campaign, track: str, checkpoint: Checkpoint, verb: str) -> tuple[Role, ...]:
    """Who of the campaign's people may answer with this verb.

    An explicit gate is opened by operators; where one alone is not enough, approvers are among the others who may.
    """
    if not is_approval(checkpoint, verb):
        return ("operator",)
    if checkpoint.reason == "gate":
        return ("operator", "approver") if wants_others(campaign, track) else ("operator",)
    return ("approver",)


def allowed_for(campaign: Campaign, track: str, checkpoint: Checkpoint, verb: str) -> tuple[str, ...]:
    """The people and groups of those roles, each once."""
    people = campaign.people
    named = {"operator": people.operators, "approver": people.approvers}
    return tuple(dict.fromkeys(one for role in roles_for(campaign, track, checkpoint, verb) for one in named[role]))


def refusal_for(view: View, track: str, checkpoint: Checkpoint, actor: str, verb: str) -> Refusal | None:
    """Why this person may not answer this checkpoint so; None where they may. The view's people are those of `as_of`."""
    people = view.campaign.people
    allowed = allowed_for(view.campaign, track, checkpoint, verb)
    needed = " or ".join(roles_for(view.campaign, track, checkpoint, verb))
    if not is_one_of(people, actor, allowed):
        return _not_among(view.campaign, needed, allowed)
    if not is_approval(checkpoint, verb) or track not in view.campaign.gates.four_eyes:
        return None
    others = f"Ask another {needed} of the campaign."
    if is_same_person(people, actor, view.state.started_by):
        told = f"You started this migration, and {_place(track)} a second pair of eyes."
        return Refusal("four_eyes", told, others)
    if any(is_same_person(people, actor, one) for one in retried_by(view, track)):
        return Refusal("four_eyes", f"You asked for this attempt, and {_place(track)} a second pair of eyes.", others)
    return None


def _not_among(campaign: Campaign, needed: str, allowed: tuple[str, ...]) -> Refusal:
    some = needed.replace(" or ", "s or ") + "s"
    told = f"This needs one of the campaign's {some}; you are not among them."
    if unread := not_read(allowed):
        return Refusal(
            "members_unknown",
            f"{told} The members of {', '.join(unread[:3])} were not read within the last hour, so nobody counts as one.",
            "Try again in a few minutes; where it lasts, look at the log of the sweep.",
        )
    ask = f"Ask one of the {some} of {campaign.id}, or have yourself added to its people."
    return Refusal("not_permitted", told, ask)


def _place(track: str) -> str:
    return "what all environments share wants" if track == SHARED_TRACK else f"{track} wants"


def retried_by(view: View, track: str) -> list[str]:
    """Who asked for the present attempt of the step that the track is at, by Retry or Roll back."""
    found = view.state.tracks.get(track)
    step = found.steps.get(found.step) if found and found.step else None
    if step is None:
        return []
    first = step.first_attempt
    return [
        one.actor
        for one in step.decided
        if one.reason == "failure" and one.verb in BEGINS_ANEW and one.attempt >= first
    ]
