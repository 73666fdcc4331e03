"""The digest: one living Slack message for each wave, which says how far it is, who waits for whom, and what waits longest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.holding import breaker_is_open
from shared.domain.rows import wave_awaited
from shared.messages.blocks import context, header, section
from shared.messages.cards import Card
from shared.messages.escaping import code, link, mrkdwn, sentence
from shared.messages.needed import COMMAND
from shared.messages.pauses import paused
from shared.messages.people import moment, with_mentions
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.summary import Summary

OLDEST: Final = 10
"""Open checkpoints that are listed."""
_WORDS: Final = 12
_OWNERS: Final = 8
_HOLDERS: Final = 5
_BAR: Final = 20
_PAUSES: Final = 1000
_OVER: Final = frozenset({"completed", "aborted"})


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave as it is: its rows by wave and resource, already as of the gate."""

    campaign: Campaign
    gate: Gate
    number: int
    rows: Sequence[Summary]


def oldest(rows: Sequence[Summary]) -> Sequence[Summary]:
    """Those in which people are asked something, the longest wait first, as many as are listed."""
    asked = [row for row in rows if row.asked_at is not None]
    return sorted(asked, key=lambda row: (row.asked_at, row.resource))[:OLDEST]


def digest(wave: Wave, links: Mapping[str, str], at: datetime) -> Card:
    """The message. `links`: the address of a card by `<migration>#<track>`; `at`: which freezes are not over."""
    blocks = [header(_title(wave)), section(_progress(wave.rows)), section(_words(wave.rows))]
    blocks += [section(f"*Who waits for whom*\n{waits}") for waits in ["\n".join(_waits(wave))] if waits]
    blocks += [section(f"*Waiting longest for people*\n{lines}") for lines in [_longest(wave.rows, links)] if lines]
    blocks += [context(f"⚠️ {one}") for one in _warnings(wave, at)]
    if not _is_over(wave):
        blocks.append(context(f"In the channel: {code(f'{COMMAND} next')}, {code(f'{COMMAND} status')}"))
    return Card(text=f"{mrkdwn(_title(wave), 300)}: {_progress(wave.rows)}", blocks=tuple(blocks))


def _is_over(wave: Wave) -> bool:
    return all(row.status in _OVER for row in wave.rows)


def _title(wave: Wave) -> str:
    last = max((wave.number, *wave.campaign.waves))
    return f"{'🏁' if _is_over(wave) else '📋'} {wave.campaign.id} · wave {wave.number} of {last}"


def _progress(rows: Sequence[Summary]) -> str:
    done, aborted = (sum(row.status == status for row in rows) for status in ("completed", "aborted"))
    full = done * _BAR // len(rows) if rows else 0
    gone = f", {aborted} aborted" if aborted else ""
    return f"*{done:,} of {len(rows):,} completed*{gone}  {'█' * full}{'░' * (_BAR - full)}"


def _words(rows: Sequence[Summary]) -> str:
    counts = Counter(row.word for row in rows).most_common()
    shown = [f"{count:,} {code(word, 60)}" for word, count in counts[:_WORDS]]
    others = sum(count for _, count in counts[_WORDS:])
    return " · ".join([*shown, *([f"{others:,} others"] if others else [])]) or "Nothing yet."


def _waits(wave: Wave) -> Iterator[str]:
    asked = Counter(row.owner or "" for row in wave.rows if row.asked_at is not None)
    if asked:
        yield f"• {_migrations(asked.total())} for people: {_owners(asked)}"
    queued = sum(row.status == "queued" for row in wave.rows)
    if queued:
        yield f"• {_migrations(queued)} for a turn{_holders(wave.gate)}"
    pending = sum(row.status == "pending" for row in wave.rows)
    awaited = wave_awaited(wave.gate, wave.campaign, wave.number)
    if pending and awaited:
        yield f"• {_migrations(pending)} for {awaited}"
    elif pending:
        yield f"• {_migrations(pending)} for somebody to start them: {code(f'{COMMAND} next')}"
    working = sum(row.asked_at is None and row.status in {"in_progress", "waiting"} for row in wave.rows)
    if working:
        yield f"• {_migrations(working)} for machines"


def _migrations(count: int) -> str:
    return f"*{count:,}* {'waits' if count == 1 else 'wait'}"


def _owners(asked: Counter[str]) -> str:
    named = [f"{mrkdwn(owner, 60) if owner else 'no owner'} ({count:,})" for owner, count in asked.most_common(_OWNERS)]
    more = f" and {len(asked) - _OWNERS:,} more" if len(asked) > _OWNERS else ""
    return ", ".join(named) + more


def _holders(gate: Gate) -> str:
    """Whose slots others wait for: of any wave, because slots are the campaign's."""
    holders = [" ".join(key.split("/")[1:3]) for key in gate.held]
    if not holders:
        return ""
    more = f" and {len(holders) - _HOLDERS:,} more" if len(holders) > _HOLDERS else ""
    return f", while slots are held by {', '.join(code(one, 110) for one in holders[:_HOLDERS])}{more}"


def _longest(rows: Sequence[Summary], links: Mapping[str, str]) -> str:
    return "\n".join(_line(row, links.get(f"{row.migration}#{row.asked_in}")) for row in oldest(rows))


def _line(row: Summary, url: str | None) -> str:
    name = mrkdwn(row.name or row.resource, 60)
    shown = link(url, name) if url else name
    since = moment(row.asked_at) if row.asked_at else ""
    return f"• {shown} · {sentence(mrkdwn(row.next_action, 100))} Since {since}."


def _warnings(wave: Wave, at: datetime) -> Iterator[str]:
    if breaker_is_open(wave.gate, wave.campaign, wave.number):
        yield "Too many failed in this wave: nothing more starts in it until somebody resumes it."
    if lines := paused(wave.gate, at).strip():
        yield with_mentions(lines[:_PAUSES])
