"""Where people are wanted: each unfinished track, with the pull request, the run or the buttons that they see there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.script import When
from sandbox.slack.workspace import Message
from shared.domain.display import word_of
from shared.domain.known_people import known_in
from shared.domain.permissions import allowed_for, refusal_for
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
    view: View

    @property
    def key(self) -> tuple[object, ...]:
        """Another one as soon as people are asked something else."""
        asked = self.step.checkpoint
        digest, escalated = (asked.digest, asked.escalated_at) if asked else ("", None)
        given = len(asked.given) if asked else 0
        return (self.migration, self.track, self.path, self.step.attempt, self.word, digest, escalated, given)

    def who_may(self, verb: str, team: str, usual: Sequence[str]) -> str:
        """A Slack user who may answer so, and did not yet: the first of the usual ones, else of the campaign's people."""
        asked = self.step.checkpoint
        if asked is None:
            return usual[0]
        view = known_in(self.view, self.view.state.changed_at)
        named = allowed_for(view.campaign, self.track, asked, verb)
        given = {one.actor for one in asked.given}
        for person in (*(f"slack:{team}/{user}" for user in usual), *named):
            free = person.startswith(f"slack:{team}/") and person not in given
            if free and refusal_for(view, self.track, asked, person, verb) is None:
                return person.rpartition("/")[2]
        return usual[0]

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
            "escalated": self.step.checkpoint is not None and self.step.checkpoint.escalated_at is not None,
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
                    view=view,
                )


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card as it is shown now."""

    channel: str
    ts: str
    verb: str
    value: str
    primary: bool
    opens: bool = False
    """Whether it opens a modal, and answers nothing by itself."""

    @property
    def action_id(self) -> str:
        """As Slack knows it."""
        return f"{'open' if self.opens else 'act'}:{self.verb}"


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
            if prefix in {"act", "open"}:
                primary = element.get("style") == "primary"
                yield Button(message.channel, message.ts, verb, element["value"], primary, prefix == "open")


def _answers(button: Button, place: Place) -> bool:
    value = json.loads(button.value)
    return (value["m"], value["t"], value["s"]) == (place.migration, place.track, place.path)
