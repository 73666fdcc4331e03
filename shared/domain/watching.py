"""Which addresses a migration waits for: follows from its state, so opening and closing a watch is never forgotten."""

from collections.abc import Iterator

from shared.domain.aftermath import still_out
from state_schema.migration import Migration

_WATCHING = frozenset({"waiting", "awaiting_human", "failed", "blocked"})


def watched(state: Migration) -> Iterator[tuple[str, str, str]]:
    """(address, track, step) of everything that a current step waits for; after an abort, of the work that is still out."""
    if state.status == "aborted":
        yield from ((address, name, path) for name, path, step in still_out(state) for address in step.watches)
        return
    for name, track in state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step and step is not None and step.status in _WATCHING:
            for address in step.watches:
                yield address, name, track.step
