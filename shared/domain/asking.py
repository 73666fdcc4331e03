"""When a step has to ask a person before it may go on, and the event that asks."""

from datetime import datetime

from shared.domain import checkpoints
from shared.domain.deadlines import opened
from shared.domain.orders import skill_of, takes_back, work_digest
from shared.domain.permissions import has_proof, layer_of
from shared.domain.view import View
from state_schema.events import Event
from state_schema.ids import SHARED_TRACK, Address
from state_schema.migration import StepState
from state_schema.plan import SkillStep, Stop
from state_schema.skills import SKILLS


def ask(
    view: View, name: str, stop: Stop, step: StepState | None, at: datetime, *, watches: tuple[Address, ...] = ()
) -> Event:
    """The step's own question, with what is watched meanwhile."""
    question = checkpoints.of_step(view, name, stop, step, at)
    attempt = step.attempt if step else 1
    return opened(view, name, stop, attempt, question, watches=watches)


def asked_first(view: View, name: str, stop: Stop, step: StepState | None, at: datetime) -> Event | None:
    """The checkpoint that must be answered before this skill may act; None where nothing is (or no longer) asked."""
    if not isinstance(stop.step, SkillStep):
        return None
    action = SKILLS[skill_of(view, name, stop, stop.step)].action
    if action == "read":
        return None
    attempt = step.attempt if step else 1
    if needs_approval(view, name):
        question = checkpoints.of_approval_required(view, name, at)
        return opened(view, name, stop, attempt, question)
    layer = layer_of(view, name, action, stop.step.gate)
    if layer == "automatic":
        return None
    digest = work_digest(view, name, stop)
    if has_proof(view, name, step, digest, layer):
        return None
    explicit, back = layer == "explicit_command", takes_back(view, name, stop)
    question = checkpoints.of_gate(view, name, action, explicit=explicit, back=back, digest=digest, at=at)
    return opened(view, name, stop, attempt, question)


def needs_approval(view: View, name: str) -> bool:
    """Whether the environment requires an approval that this track does not have for this plan version."""
    environment = view.plan.environments.get(name)
    if environment is None or not environment.approval_required:
        return False
    given = view.state.tracks[name].approval
    return given is None or given.digest != checkpoints.approval_digest(view, name)


def address_of(view: View, name: str, stop: Stop, of: str) -> Address | None:
    """Where the pull request of the step `of` is: the nearest earlier step of that id, on this track or the shared one."""
    earlier = view.plan.stops(name)[: stop.number]
    for track, candidates in ((name, earlier), (SHARED_TRACK, view.plan.stops(SHARED_TRACK))):
        for candidate in reversed(candidates):
            found = view.state.tracks.get(track)
            step = found.steps.get(candidate.path) if found else None
            if candidate.step.id == of and step is not None:
                address = step.outputs.get("address")
                return address if isinstance(address, str) else None
    return None
