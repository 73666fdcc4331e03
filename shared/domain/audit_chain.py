"""Checks the records of one campaign, its acts or its applications, which are chained like events but fold into no state.

Numbers of acts have gaps, so a missing one shows only by the hash that the next one carries. What was recorded before
there was a chain has no hash: nothing can be proved of it, and the check says where the chain begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeVar

from shared.domain.audit_findings import Audited, Finding
from shared.domain.history import hash_of
from state_schema.applied import CampaignApplied
from state_schema.control import ControlRecorded

OfCampaign = TypeVar("OfCampaign", ControlRecorded, CampaignApplied)
Noun = Literal["act", "application"]
_KEEPERS: Final[Mapping[Noun, str]] = {"act": "gate", "application": "campaign"}
"""What keeps the hash of the last one."""
_THE_END: Final = 2**62
"""Stands for the number of what would come next."""


class Link(NamedTuple):
    """Of a record that has a hash, what its place in the chain rests on."""

    number: int
    previous: str
    hash: str


def audited_chain(records: Sequence[OfCampaign], tail: str, last: int, noun: Noun) -> Audited:
    """The check of one chain, in the order in which it is stored.

    `tail` and `last` are the hash of its last record, and the number that none may exceed, as the gate or the campaign
    keeps them. Applications are numbered without gaps up to `last`.
    """
    findings = list(_out_of_place(records, last, noun))
    ordered = sorted({(one.number, one.hash): one for one in records}.values(), key=lambda one: one.number)
    numbers = {one.number for one in ordered}
    missing = sorted(set(range(1, last + 1)) - numbers) if noun == "application" else []
    findings += [Finding(number, "removed", f"{noun} {number} is missing: it was removed") for number in missing]
    first = next((place for place, one in enumerate(ordered) if one.hash is not None), len(ordered))
    chain = ordered[first:]
    findings += _changed(chain, noun)
    links = [Link(one.number, one.previous or "", one.hash) for one in chain if one.hash is not None]
    findings += _unlinked(links, tail, noun, frozenset(missing))
    return Audited(
        events=len(records),
        tail=tail if tail and not findings else None,
        findings=_once_each(findings),
        chained_from=chain[0].number if chain else None,
        unchained=first,
    )


def _once_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By number; of two that say the same of one record in other words, the last."""
    once = {(one.number, one.problem): one for one in findings}
    return tuple(sorted(once.values(), key=lambda one: (one.number is None, one.number)))


def _out_of_place(records: Sequence[OfCampaign], last: int, noun: Noun) -> Iterator[Finding]:
    for before, after in pairwise(records):
        if after == before:
            yield Finding(after.number, "doubled", f"{noun} {after.number} is there twice")
        elif after.number <= before.number:
            said = f"{noun} {after.number} is stored after {noun} {before.number}: they were put into another order"
            yield Finding(after.number, "moved", said)
    for one in records:
        if one.number > last:
            said = f"{noun} {one.number} is stored, and {last} is the last: it was inserted"
            yield Finding(one.number, "inserted", said)


def _changed(chain: Sequence[OfCampaign], noun: Noun) -> Iterator[Finding]:
    for one in chain:
        if one.hash is None:
            said = f"{noun} {one.number} has no hash, though {noun} {chain[0].number} before it has one: it was changed"
            yield Finding(one.number, "changed", said)
        elif hash_of(one) != one.hash:
            said = f"{noun} {one.number} was changed: its hash does not fit what it says"
            yield Finding(one.number, "changed", said)


def _unlinked(links: Sequence[Link], tail: str, noun: Noun, missing: frozenset[int]) -> Iterator[Finding]:
    """Walks back from the tail: what the walk leaves out was put in, and where it finds nothing something was taken out."""
    places = {link.hash: place for place, link in enumerate(links)}
    place, wanted, after = len(links) - 1, tail, _THE_END
    while place >= 0:
        found = -1 if not wanted else places.get(wanted)
        if found is None or found > place:
            if not _explained(links[place].number, after, missing):
                yield _torn(links[place].number, after, noun)
            found = place
        for link in links[found + 1 : place + 1]:
            yield Finding(
                link.number, "inserted", f"{noun} {link.number} was inserted: {_who(after, noun)} knows nothing of it"
            )
        if found < 0:
            return
        place, wanted, after = found - 1, links[found].previous, links[found].number
    if wanted and not _explained(0, after, missing):
        said = f"what {_who(after, noun)} was recorded after is missing: it was removed"
        yield Finding(None if after == _THE_END else after, "removed", said)


def _explained(before: int, after: int, missing: frozenset[int]) -> bool:
    """Whether it is known already which ones between these two numbers are missing."""
    return any(before < number < after for number in missing)


def _torn(before: int, after: int, noun: Noun) -> Finding:
    said = (
        f"{noun} {before} is not the one that {_who(after, noun)} was recorded after: "
        "it was replaced, or one after it removed"
    )
    return Finding(before, "replaced", said)


def _who(number: int, noun: Noun) -> str:
    return f"the {_KEEPERS[noun]}" if number == _THE_END else f"{noun} {number}"
