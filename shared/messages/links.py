"""What a step is about outside: the pull request or the run that people want to look at."""

from dataclasses import dataclass

from shared.messages.escaping import is_address
from shared.messages.standing import Standing
from state_schema.ids import SHARED_TRACK
from state_schema.migration import Outputs, PullRequestSeen, RunSeen, StepState
from state_schema.plan import ApprovalStep


@dataclass(frozen=True, slots=True)
class Link:
    """`label` is plain text (`pull request #12`), `url` an http(s) address."""

    label: str
    url: str


def link_of(at: Standing) -> Link | None:
    """The pull request or run of the current step, as it was last seen, else as the skill reported it."""
    if at.step is None:
        return None
    match at.step.seen:
        case PullRequestSeen(number=number, url=url):
            found = Link(f"pull request #{number}", url)
        case RunSeen(run_id=run, url=url) if url:
            found = Link(f"workflow run {run}", url)
        case _:
            opener = opener_of(at)
            found = _reported(opener.outputs if opener else at.step.outputs)
    return found if is_address(found.url) else None


def opener_of(at: Standing) -> StepState | None:
    """The step that opened the pull request which is asked about here: the nearest earlier one, on this track or the shared."""
    if at.stop is None or not isinstance(at.stop.step, ApprovalStep):
        return None
    plan, tracks = at.view.plan, at.view.state.tracks
    for name, stops in ((at.name, plan.stops(at.name)[: at.stop.number]), (SHARED_TRACK, plan.stops(SHARED_TRACK))):
        for stop in reversed(stops):
            step = tracks[name].steps.get(stop.path) if name in tracks else None
            if stop.step.id == at.stop.step.approval.of and step is not None:
                return step
    return None


def address_in_words(address: str) -> str:
    """`pull_request:7/12` is "pull request #12"."""
    kind, _, place = address.partition(":")
    number = place.rpartition("/")[2]
    return f"pull request #{number}" if kind == "pull_request" else f"{kind.replace('_', ' ')} {number}"


def _reported(outputs: Outputs) -> Link:
    if "pull_request" in outputs:
        return Link(f"pull request #{outputs.get('number', '?')}", str(outputs["pull_request"]))
    return Link(f"workflow run {outputs.get('run_id', '')}".strip(), str(outputs.get("run", "")))
