"""Checks the recorded events of one migration against each other and against its state, and says which event is wrong.

Each event is held to four things: it is stored under its own number, it fits its own hash, it carries the hash of the one
before, and it can happen in the state that those before lead to. One pass, whatever the length of the history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from shared.domain.audit_findings import Audited, Finding, Kept, Stored, Unreadable
from shared.domain.evolve import evolve
from shared.domain.history import hash_of
from shared.domain.view import Cause
from state_schema.events import Recorded
from state_schema.migration import Migration

_CANNOT_FOLLOW: Final = (ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class _Chain:
    """How far the check has come.

    `place` is the number that the last event is stored under, `number` the one that it says. `shift` is how far the second
    lies from the first since something was put in or taken out, `strayed` how far only the last one does. `tail` is
    None where the hash of the last event proves nothing. `state` counts as long as the chain is `sound`.
    """

    place: int = 0
    number: int = 0
    tail: str | None = ""
    shift: int = 0
    strayed: int = 0
    state: Migration | None = None
    sound: bool = True


def audited(migration: str, events: Iterable[Stored], kept: Kept | None) -> Audited:
    """The check of one migration's events, in the order of the numbers that they are stored under.

    `kept` None: there is no state that they could be compared with, and that is somebody else's finding.
    """
    chain, count, findings = _Chain(), 0, list[Finding]()
    for count, stored in enumerate(events, start=1):  # noqa: B007 - the last count is the result
        chain = _across_a_gap(chain, stored.number, findings)
        chain = _after(chain, stored, migration, findings)
    if kept is not None:
        findings += _at_the_end(chain, kept)
    return Audited(count, chain.tail, tuple(findings), chained_from=1 if count else None)


def _across_a_gap(chain: _Chain, place: int, findings: list[Finding]) -> _Chain:
    missing = place - chain.place - 1
    if missing <= 0:
        return chain
    last = place - 1 + chain.shift
    findings.append(_removed(last - missing + 1, last))
    return replace(chain, place=place - 1, number=last, tail=None, sound=False)


def _after(chain: _Chain, stored: Stored, migration: str, findings: list[Finding]) -> _Chain:
    expected, event = stored.number + chain.shift, stored.document
    broken = replace(chain, place=stored.number, number=expected, tail=None, sound=False)
    if isinstance(event, Unreadable):
        findings.append(Finding(expected, "unreadable", f"event {expected} cannot be checked: {event.why}"))
        return broken
    if hash_of(event) != event.hash:
        said = f"event {expected} was changed: its hash does not fit what it says"
        findings.append(Finding(expected, "changed", said))
        return broken
    strayed = event.number - stored.number
    if strayed not in {0, chain.shift, chain.strayed}:
        findings.append(_misplaced(chain, stored.number, event))
        return replace(broken, number=max(event.number, chain.number), strayed=strayed)
    return _linked(replace(chain, place=stored.number, shift=strayed, strayed=0), event, migration, findings)


def _linked(chain: _Chain, event: Recorded, migration: str, findings: list[Finding]) -> _Chain:
    """After an event that is what it was when it was recorded, and stands where it belongs."""
    number, state, sound = event.number, chain.state, chain.sound
    if chain.tail is not None and event.previous != chain.tail:
        findings.append(_torn(number))
        sound = False
    if sound:
        try:
            state = evolve(state, event.event, Cause(event.at, event.actor, event.signal))
            sound = state.id == migration
        except _CANNOT_FOLLOW:
            sound = False
        if not sound:
            said = f"event {number} ({event.event.kind}) cannot have happened to {migration} after those before it"
            findings.append(Finding(number, "unfit", said))
    return replace(chain, number=number, tail=event.hash, state=state, sound=sound)


def _misplaced(chain: _Chain, place: int, event: Recorded) -> Finding:
    number = event.number
    if number == chain.number and event.hash == chain.tail:
        return Finding(
            place, "doubled", f"event {number} is there twice: as number {chain.place} and as number {place}"
        )
    if number == chain.number:
        said = f"there are two different events {number}, stored as {chain.place} and {place}: one of them was inserted"
        return Finding(number, "inserted", said)
    said = f"event {number} is stored as number {place}: events were put into another order, inserted or removed"
    return Finding(place, "moved", said)


def _torn(number: int) -> Finding:
    if number == 1:
        return Finding(
            1, "replaced", "event 1 was recorded after another one: it was replaced, or those before removed"
        )
    said = (
        f"event {number - 1} is not the one that event {number} was recorded after: "
        "one of the two was replaced, or one between them removed"
    )
    return Finding(number - 1, "replaced", said)


def _removed(first: int, last: int, why: str = "") -> Finding:
    said = f"event {first} is missing" if first == last else f"events {first} to {last} are missing"
    return Finding(first, "removed", f"{said}{why}: {'it was' if first == last else 'they were'} removed")


def _at_the_end(chain: _Chain, kept: Kept) -> Iterator[Finding]:
    version = kept.state.version
    if chain.number < version:
        yield _removed(chain.number + 1, version, f" at the end, and the state is at version {version}")
    elif chain.number > version:
        said = f"event {version + 1} is stored, and the state is at version {version}: it was inserted, or the state put back"
        yield Finding(version + 1, "inserted", said)
    elif chain.tail is not None and chain.tail != kept.tail:
        said = (
            f"event {version} is not the one that the state was written with: it was replaced and its hash made to fit"
        )
        yield Finding(version, "replaced", said)
    elif chain.sound and chain.state is not None:
        where = _difference(kept.state.model_dump(mode="json"), chain.state.model_dump(mode="json"))
        if where is not None:
            said = f"the state at version {version} is not what its events lead to: {where or 'all of it'} differs"
            yield Finding(version, "state", said)


def _difference(stored: JsonValue, folded: JsonValue, at: str = "") -> str | None:
    """The first field that is not the same, with dots between its parts; None where all are."""
    if stored == folded:
        return None
    if isinstance(stored, dict) and isinstance(folded, dict):
        for name in sorted(stored.keys() | folded.keys()):
            found = _difference(stored.get(name), folded.get(name), f"{at}.{name}" if at else name)
            if found is not None:
                return found
    return at
