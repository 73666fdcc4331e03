"""Where to look for more: the pull requests and runs of a migration, and why it failed last."""

from collections.abc import Iterator, Sequence

from shared.domain.view import View
from shared.messages.escaping import is_address, link, mrkdwn, sentence
from shared.messages.people import moment
from shared.messages.replies import within
from state_schema.answers import Answer, shown
from state_schema.events import Recorded, StepFailed
from state_schema.migration import StepState

_LINKS = 20


def logged(view: View, tracks: Sequence[str], records: Sequence[Recorded]) -> Answer:
    """A line for each step of these tracks that has something to look at; `records` are the last events."""
    found = [(f"{name}: {path}", url) for name in tracks for path, url in _links(view, name)]
    lines = [f"• {link(url, mrkdwn(place, 130))}" for place, url in found[:_LINKS]]
    title = f"*{mrkdwn(view.state.resource.name or view.state.resource.id, 100)}*: {_failed(records, tracks)}"
    if not lines:
        lines = ["No pull request and no run has been opened there yet."]
    addresses = tuple(dict.fromkeys(url for _, url in found))[:_LINKS]
    return shown(within(title, lines)).model_copy(update={"related_resources": addresses})


def _links(view: View, name: str) -> Iterator[tuple[str, str]]:
    track = view.state.tracks.get(name)
    for path, step in track.steps.items() if track else ():
        for url in dict.fromkeys(_of_step(step)):
            yield path, url


def _of_step(step: StepState) -> Iterator[str]:
    for url in (step.outputs.get("pull_request"), step.outputs.get("run"), step.seen.url if step.seen else None):
        if isinstance(url, str) and is_address(url):
            yield url


def _failed(records: Sequence[Recorded], tracks: Sequence[str]) -> str:
    for one in reversed(records):
        event = one.event
        if isinstance(event, StepFailed) and event.track in tracks:
            where = f"{event.step} of {event.track} failed {moment(one.at)}"
            return f"{where}: {sentence(mrkdwn(event.failure.reason, 700))}"
    return "no failure among its last events."
