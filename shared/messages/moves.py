"""A move to another plan version in words: what became of the steps, and why one cannot be."""

from collections.abc import Iterator, Sequence

from shared.domain.view import Refusal
from shared.messages.escaping import sentence
from state_schema.events import MigrationMoved
from state_schema.moves import TrackMoved


def moved_text(event: MigrationMoved) -> str:
    """`airflow-3@1 to airflow-3@2; test: infra.apply is infra.provision now, without verify.smoke`."""
    return "; ".join([f"{event.before} to {event.plan}", *_tracks(event.tracks)])


def _tracks(tracks: Sequence[TrackMoved]) -> Iterator[str]:
    for one in tracks:
        said = [f"{old} is {new} now" for old, new in one.kept.items() if old != new]
        said += [f"without {', '.join(one.left_out)}"] if one.left_out else []
        if said:
            yield f"{one.track}: {', '.join(said)}"


def problem_text(resource: str, refusal: Refusal) -> str:
    """One reason, on one line, as a terminal shows it; without a resource where it is about all of them."""
    told = " ".join(filter(None, (sentence(refusal.message), refusal.next_step)))
    return f"{resource}: {told}" if resource else told
