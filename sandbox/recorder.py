"""Notes which checkpoints the tracks come to, with the card that people see there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.script import ExpectedCheckpoint
from sandbox.slack.reading import read
from sandbox.slack.workspace import Message
from shared.domain.display import word_of
from shared.domain.follow import track_names
from shared.domain.view import View


@dataclass(frozen=True, slots=True)
class Sight:
    """A track at a moment at which nothing moved: its word, its progress as `4/10`, and its card as it is read."""

    resource: str
    track: str
    word: str
    progress: str | None
    card: str


@dataclass(slots=True)
class Recorder:
    """All that was seen in one run, in order; what did not change is noted once."""

    read: Callable[[Message], str] = read
    seen: list[Sight] = field(default_factory=list)
    _latest: dict[tuple[str, str], Sight] = field(default_factory=dict)

    def note(self, views: Sequence[View], messages: Sequence[Message]) -> None:
        """Looks at every track and its card."""
        cards = {card: self.read(message) for message in messages if (card := _card_of(message))}
        for view in views:
            for name in track_names(view):
                self._note(view, name, cards.get(f"{view.state.id}#{name}", ""))

    def _note(self, view: View, name: str, card: str) -> None:
        track = view.state.tracks.get(name)
        progress = track.steps[track.step].progress if track and track.step else None
        shown = f"{progress.done}/{progress.total}" if progress else None
        sight = Sight(view.state.resource.id, name, word_of(view, name), shown, card)
        if self._latest.get((view.state.id, name)) != sight:
            self._latest[view.state.id, name] = sight
            self.seen.append(sight)

    def finds(self, expected: ExpectedCheckpoint) -> bool:
        """Whether a track came there, and showed what was to be shown."""
        last = set(self._latest.values())
        return any(_is(sight, expected) and (not expected.last or sight in last) for sight in self.seen)

    def words(self, track: str) -> list[str]:
        """The words that this track came to, in order, of whichever resource."""
        found = [sight.word for sight in self.seen if sight.track == track]
        return [word for number, word in enumerate(found) if number == 0 or found[number - 1] != word]


def _is(sight: Sight, expected: ExpectedCheckpoint) -> bool:
    return (
        (sight.word, sight.track) == (expected.word, expected.track)
        and expected.resource in {None, sight.resource}
        and expected.progress in {None, sight.progress}
        and all(text in sight.card for text in expected.shows)
    )


def _card_of(message: Message) -> str:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("card", ""))
