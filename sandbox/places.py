"""Where people are wanted: each unfinished track, with the pull request, the run or the buttons that they see there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.script import When
from sandbox.slack.workspace import Message
from shared.domain.display import word_of
from shared.domain.view import View
from state_schema.migration import StepState


@dataclass(frozen=True, slots=True)
class Place:
    """A track at a step. `word` is the one that its card shows."""

    migration: str
    resource: str
    track: str
    path: str
    word: str
    step: StepState

    @property
    def key(self) -> tuple[object, ...]:
        """Another one as soon as people are asked something else."""
        digest = self.step.checkpoint.digest if self.step.checkpoint else ""
        return (self.migration, self.track, self.path, self.step.attempt, self.word, digest)

    @property
    def intervention(self) -> bool:
        """Whether it is about a failure."""
        return self.step.checkpoint is not None and self.step.checkpoint.kind == "intervention"

    def watched(self, kind: str) -> tuple[int, int] | None:
        """(repository id, number) of the pull request or workflow run that it waits for."""
        for address in self.step.watches:
            found, _, where = address.partition(":")
            if found == kind:
                repository, _, number = where.partition("/")
                return int(repository), int(number)
        return None

    def fits(self, when: When) -> bool:
        """Whether a rule speaks of this place."""
        phase, _, step = self.path.partition(".")
        here = {
            "word": self.word,
            "phase": phase,
            "step": step,
            "environment": self.track,
            "resource": self.resource,
        }
        return all(getattr(when, name) in {None, value} for name, value in here.items())


def places(views: Sequence[View]) -> Iterator[Place]:
    """Every unfinished track that has started."""
    for view in views:
        for name, track in view.state.tracks.items():
            if track.step and track.status != "completed" and view.state.status not in {"completed", "aborted"}:
                yield Place(
                    migration=view.state.id,
                    resource=view.state.resource.id,
                    track=name,
                    path=track.step,
                    word=word_of(view, name),
                    step=track.steps[track.step],
                )


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card as it is shown now."""

    channel: str
    ts: str
    verb: str
    value: str
    primary: bool


def buttons_at(place: Place, messages: Sequence[Message]) -> list[Button]:
    """The buttons that answer what is asked at this place."""
    return [button for button in buttons_on(messages) if _answers(button, place)]


def buttons_on(messages: Sequence[Message]) -> list[Button]:
    """Every button that is shown."""
    return [button for message in messages for button in _buttons(message)]


def is_of_track(button: Button, place: Place) -> bool:
    """Whether it asks about this track, at whatever step."""
    value = json.loads(button.value)
    return (value["m"], value["t"]) == (place.migration, place.track)


def _buttons(message: Message) -> Iterator[Button]:
    for block in message.blocks:
        elements: Sequence[Mapping[str, Any]] = block.get("elements", ()) if block["type"] == "actions" else ()
        for element in elements:
            prefix, _, verb = str(element.get("action_id", "")).partition(":")
            if prefix == "act":
                primary = element.get("style") == "primary"
                yield Button(message.channel, message.ts, verb, element["value"], primary)


def _answers(button: Button, place: Place) -> bool:
    value = json.loads(button.value)
    return (value["m"], value["t"], value["s"]) == (place.migration, place.track, place.path)
