"""People who comment on pull requests of ours, and what they are answered there."""

import re
from collections.abc import Iterator
from typing import Final

from sandbox.github.world import REVIEWER, WAYMARK, Person
from sandbox.places import Place
from sandbox.slack.reading import read
from sandbox.world import World

_CODE: Final = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_ANSWER: Final = re.compile(r"\s*<!-- waymark:\w+:(\d+) -->\s*")


def comment(world: World, channel: str, place: Place, text: str, by: str | None) -> bool:
    """Whether there was a pull request of the track to comment on, open or not; `by` is the numeric id of an account.

    `{code}` is the last code that somebody was told in Slack, `{resource}` the place's.
    """
    address = place.watched("pull_request") or _latest(world, place)
    if address is None:
        return False
    said = text.replace("{resource}", place.resource).replace("{code}", _code(world, channel))
    world.github.comment(*address, said, person=_person(by))
    return True


def answered(world: World) -> Iterator[tuple[str, str]]:
    """(`github:<id>` of who was answered, the text) of each answer of ours, oldest first."""
    authors: dict[int, int] = {}
    for found in world.github.comments():
        authors[found["id"]] = found["user"]["id"]
        answer = _ANSWER.search(found["body"])
        if answer and found["user"]["id"] == WAYMARK.id:
            yield f"github:{authors.get(int(answer[1]), 0)}", _ANSWER.sub("", found["body"])


def _latest(world: World, place: Place) -> tuple[int, int] | None:
    track = world.engine.migrations.load(place.migration).view.state.tracks[place.track]
    given = [str(step.outputs["address"]) for step in track.steps.values() if "address" in step.outputs]
    found = [address for address in given if address.startswith("pull_request:")]
    if not found:
        return None
    repository, _, number = found[-1].partition(":")[2].partition("/")
    return int(repository), int(number)


def _code(world: World, channel: str) -> str:
    told = [read(message) for message in world.slack.messages(channel) if message.ephemeral]
    codes = [code for text in told for code in _CODE.findall(text)]
    return codes[-1] if codes else ""


def _person(by: str | None) -> Person:
    if by is None or int(by) == REVIEWER.id:
        return REVIEWER
    return Person(int(by), f"person-{by}")
