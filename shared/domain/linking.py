"""Who is who, proven: a code that one id is given and another id repeats makes both the same person.

    Slack: `link` ──▶ code (its digest on the gate, one hour) ──▶ GitHub: `link <code>` ──▶ both are one person

The loser of a race for the gate decides again, so a code is used once.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.control import Controlled, recorded
from shared.domain.digests import digest_of
from shared.domain.excepting import in_utc
from shared.domain.linking_words import MOST_CODES, MOST_LINKS, WRONG_CODES, link_refusal
from shared.domain.people import is_one_of, is_same_person
from state_schema.campaign import Campaign
from state_schema.control import ControlRecorded, RecordedVerb
from state_schema.gate import Gate
from state_schema.linking import LinkCode

LIFETIME: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(hours=24)
"""After its end a code is still known, so that whoever is late hears why."""
CODES_EACH: Final = 3
"""Of one person at once; the oldest goes. More than one: an answer may be on its way when it is asked again."""
GITHUB: Final = "github:"
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are taken for others (Crockford's base 32)."""
_LOOKS_LIKE: Final = str.maketrans("OIL", "011")
_LENGTH: Final = 8
_CODE: Final = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class LinkAct:
    """Who asks, and as which signal."""

    id: str
    at: datetime
    actor: str


def code_from(nonce: str) -> str:
    """The code `ABCD-EFGH` of a nonce that nobody can guess."""
    number = int.from_bytes(hashlib.sha256(nonce.encode()).digest())
    signs = "".join(_ALPHABET[(number >> 5 * place) % 32] for place in range(_LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def code_in(word: str) -> str | None:
    """The code as it is compared, however it was typed; None for what is no code at all."""
    plain = word.upper().replace("-", "").translate(_LOOKS_LIKE)
    return plain if _CODE.fullmatch(plain) else None


def with_code(gate: Gate, act: LinkAct, code: str, account: str | None = None) -> Controlled:
    """The gate with one more code for this person, who may say which account alone may use it."""
    gate = _without_what_is_over(gate, act.at)
    own = [key for key, one in gate.codes.items() if one.actor == act.actor and one.used_by is None]
    gone = own[: max(0, len(own) - CODES_EACH + 1)]
    kept = {key: one for key, one in gate.codes.items() if key not in gone}
    if len(kept) >= MOST_CODES:
        return Controlled(gate, refusal=link_refusal("too_many_codes"))
    made = LinkCode(actor=act.actor, until=act.at + LIFETIME, account=account)
    after = gate.model_copy(update={"codes": {**kept, _digest(gate, code): made}})
    return _recorded(after, act, "link-code", account)


def proven(gate: Gate, campaign: Campaign, act: LinkAct, code: str) -> Controlled:
    """The gate after an account repeated a code: linked, or refused; a wrong code is counted, and so changes it too."""
    gate = _without_what_is_over(gate, act.at)
    if act.id in gate.acts and act.actor not in gate.links:
        return Controlled(gate, refusal=link_refusal("wrong_code"))
    if len(gate.guesses) >= WRONG_CODES:
        return Controlled(gate, refusal=link_refusal("too_many_guesses", in_utc(gate.guesses[0] + LIFETIME)))
    found = gate.codes.get(_digest(gate, code))
    if found is None:
        guessed = gate.model_copy(update={"guesses": (*gate.guesses, act.at)})
        counted = _recorded(guessed, act, "link-guess")
        return Controlled(counted.gate, counted.record, link_refusal("wrong_code"))
    if found.used_by == act.actor:
        return Controlled(gate)
    if reason := _why_not(gate, campaign, act, found):
        return Controlled(gate, refusal=link_refusal(reason))
    used = {**gate.codes, _digest(gate, code): found.model_copy(update={"used_by": act.actor})}
    after = gate.model_copy(update={"codes": used, "links": {**gate.links, act.actor: found.actor}})
    return _recorded(after, act, "link", found.actor)


def unlinked(gate: Gate, campaign: Campaign, act: LinkAct, account: str | None = None) -> Controlled:
    """The gate without the links of whoever asks, or of one account: its own person's act, or an operator's."""
    mine = [one for one, other in gate.links.items() if act.actor in {one, other}]
    gone = mine if account is None else [one for one in gate.links if one == account]
    if not gone:
        return Controlled(gate, refusal=link_refusal("not_linked"))
    people = with_links(campaign, gate).people
    if not set(gone) <= set(mine) and not is_one_of(people, act.actor, people.operators):
        return Controlled(gate, refusal=link_refusal("not_permitted"))
    kept = {one: other for one, other in gate.links.items() if one not in gone}
    persons = {gate.links[one] for one in gone}
    codes = {key: one for key, one in gate.codes.items() if one.actor not in persons}
    after = gate.model_copy(update={"links": kept, "codes": codes})
    return _recorded(after, act, "unlink", gone[0] if len(gone) == 1 else None)


def with_links(campaign: Campaign, gate: Gate) -> Campaign:
    """The campaign whose people are linked by what was proven, beside what its file says."""
    if not gate.links:
        return campaign
    linked = dict(campaign.people.linked)
    for account, person in gate.links.items():
        known = next((one for one, others in linked.items() if person in {one, *others}), person)
        linked[known] = (*linked.get(known, ()), account)
    return campaign.model_copy(update={"people": campaign.people.model_copy(update={"linked": linked})})


def is_known(campaign: Campaign, gate: Gate, actor: str) -> bool:
    """Whether the campaign names the person anywhere, in its file or by a link that was proven."""
    people = with_links(campaign, gate).people
    grouped = [one for members in people.groups.values() for one in members]
    linked = [one for key, others in people.linked.items() for one in (key, *others)]
    return is_one_of(people, actor, (*people.operators, *people.approvers, *grouped, *linked))


def _why_not(gate: Gate, campaign: Campaign, act: LinkAct, found: LinkCode) -> str:
    linked = gate.links.get(act.actor)
    if found.used_by is not None:
        return "code_used"
    if found.until <= act.at:
        return "code_expired"
    if found.account not in {None, act.actor}:
        return "code_of_another"
    in_file = campaign.people.linked.items()
    elsewhere = linked not in {None, found.actor} or any(act.actor in {one, *others} for one, others in in_file)
    if elsewhere and not is_same_person(campaign.people, act.actor, found.actor):
        return "linked_elsewhere"
    return "too_many_links" if linked is None and len(gate.links) >= MOST_LINKS else ""


def _without_what_is_over(gate: Gate, at: datetime) -> Gate:
    codes = {key: one for key, one in gate.codes.items() if one.until + REMEMBERED > at}
    guesses = tuple(one for one in gate.guesses if one + LIFETIME > at)
    return gate.model_copy(update={"codes": codes, "guesses": guesses})


def _recorded(after: Gate, act: LinkAct, verb: RecordedVerb, person: str | None = None) -> Controlled:
    bare = ControlRecorded(
        number=after.version + 1,
        at=act.at,
        actor=act.actor,
        signal=act.id,
        verb=verb,
        scope="campaign",
        person=person,
    )
    return Controlled(*recorded(after, bare))


def _digest(gate: Gate, code: str) -> str:
    return digest_of("link", gate.campaign, code_in(code))
