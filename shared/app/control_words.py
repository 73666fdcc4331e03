"""Reads the words that follow `freeze` and `except`, or says what is wrong with them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.domain.spelling import listed
from shared.messages.escaping import code
from shared.messages.unknown import unknown_resource
from state_schema.answers import Answer, refused
from state_schema.campaign import Campaign
from state_schema.grammar import parse_duration
from state_schema.ids import SHARED_TRACK
from state_schema.plan import Plan

_HOW_TO_FREEZE: Final = (
    "Say what, and until when: `freeze environment prod-us until {soon}Z release week`, `freeze wave 2 for 48h`, "
    "`freeze campaign for 7d`, `freeze all for 12h`."
)
HOW_TO_EXCEPT: Final = "Say which place: `except &lt;resource&gt; &lt;environment&gt; why`."


def how_to_freeze(at: datetime) -> str:
    """What to write, with a moment that is still to come at `at`."""
    return _HOW_TO_FREEZE.format(soon=_soon(at))


def _soon(at: datetime) -> str:
    return f"{at.astimezone(UTC) + timedelta(days=3):%Y-%m-%dT08:00}"


def which(verb: str, kind: str, campaign: Campaign, plan: Plan) -> str:
    """What to write where no wave, environment or migration is named that there is, with those that there are."""
    names = {
        "wave": [str(number) for number in sorted(campaign.waves)],
        "environment": list(plan.environments),
        "migration": [resource.id for resource in campaign.resources],
    }[kind]
    place = names[:2][-1] if verb == "open-wave" else f"{kind} {names[:2][-1]}"
    wanted = code(f"{verb} {place} for 48h" if verb == "freeze" else f"{verb} {place}")
    return f"Which {kind}? Write {wanted}; {kind}s: {listed(names)}."


def end_of(words: Sequence[str], at: datetime) -> tuple[datetime, Sequence[str]] | str:
    """(end in UTC, the words after it) of `until <moment> …` or `for <duration> …`; a sentence where it is neither."""
    match list(words[:2]):
        case ["until", moment]:
            end = _moment(moment, at)
        case ["for", duration]:
            end = _after(at, duration)
        case _:
            return how_to_freeze(at)
    return end if isinstance(end, str) else (end, words[2:])


def _moment(text: str, at: datetime) -> datetime | str:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo:
            return found.astimezone(UTC)
        whole = found.isoformat(timespec="seconds" if found.second else "minutes")
        return f"{code(text, 60)} has no zone: write {code(f'{whole}Z')} for UTC."
    except (ValueError, OverflowError):
        return f"{code(text, 60)} is no moment; write for example `{_soon(at)}Z` or `{_soon(at)}+01:00`."


def _after(at: datetime, text: str) -> datetime | str:
    try:
        return at + parse_duration(text)
    except (ValueError, OverflowError):
        return f"{code(text, 60)} is no duration; write a whole number and a unit: `90m`, `48h` or `7d`."


def exception_of(words: Sequence[str], campaign: Campaign, plan: Plan) -> tuple[str, Sequence[str]] | Answer:
    """(scope, the words after it) of `<resource> <environment> …`; what is wrong where there is no such place."""
    if not words:
        return refused("not_understood", HOW_TO_EXCEPT)
    resource, *rest = words
    found = next((one for one in campaign.resources if one.id == resource), None)
    if found is None:
        return unknown_resource(["except", *words], 1, [one.id for one in campaign.resources])
    chosen = plan.environments if found.environments is None else found.environments
    tracks = [SHARED_TRACK, *chosen] if plan.stops(SHARED_TRACK) else list(chosen)
    if not rest or rest[0] not in tracks:
        named = f"There is no environment {code(rest[0], 60)} of {resource}. " if rest else ""
        text = f"{named}{HOW_TO_EXCEPT} Environments of {resource}: {', '.join(tracks)}."
        return refused("unknown_environment", text)
    return f"exception:{resource}/{rest[0]}", rest[1:]
