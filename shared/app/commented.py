"""Does what was commented on a pull request: its campaign is meant, and its resource where the words name none."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from shared.app.all_campaigns import is_for_all
from shared.app.command import run_command
from shared.app.command_words import Words, read_words
from shared.app.linking import VERBS as LINK_VERBS
from shared.app.pull_request_words import with_resource
from shared.domain.linking import is_known
from shared.messages import commented as messages
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import Answer, refused
from state_schema.signals import Command

LATE: Final = timedelta(hours=1)
"""A delivery may be sent again days later. By then much has changed, and what was done may be remembered no more."""
MOST_SEARCHED: Final = 200
"""Migrations in which a pull request is looked for that nobody waits for any more: those that changed last."""


def run_comment(command: Command, *, again: bool, store: Store, outbox: Outbox) -> Answer | None:
    """The answer, or None: a stranger commented where nothing is ours, and strangers are not talked to there.

    Whoever no campaign of this pull request knows can link an account, and is told so; nothing else.
    """
    address = command.about or ""
    known = [name for name in store.campaigns.names() if _knows(name, command.actor, store)]
    found = _watching(address, store) or _having(address, known, store)
    campaigns = sorted({migration.partition("/")[0] for migration in found})
    if not found:
        return refused("not_ours", messages.not_ours(address, known)) if known else None
    read = read_words(command.text)
    words = read if isinstance(read, Words) else Words((), None)
    if words.words[:1] != LINK_VERBS[:1] and not set(campaigns) & set(known):
        return refused("unknown_person", messages.unknown_person(campaigns))
    if refusal := _unreadable(command):
        return refusal
    if is_for_all(words.words):
        return run_command(command, again=again, store=store, outbox=outbox)
    if words.campaign is not None and words.campaign not in campaigns:
        return refused("another_campaign", messages.another_campaign(words.campaign, campaigns))
    campaign = words.campaign or (campaigns[0] if len(campaigns) == 1 else None)
    if campaign is None:
        return refused("several_campaigns", messages.several(campaigns))
    here = [migration for migration in found if migration.startswith(f"{campaign}/")]
    said = with_resource(words.words, here, store)
    meant = command if said is None else command.model_copy(update={"text": said})
    return run_command(meant, campaign=campaign, again=again, store=store, outbox=outbox)


def migrations_at(address: str, store: Store) -> list[str]:
    """The migrations that the pull request is for: those that wait for it, else those that opened it."""
    return _watching(address, store) or _having(address, store.campaigns.names(), store)


def _unreadable(command: Command) -> Answer | None:
    if command.cut_off:
        return refused("too_long", messages.too_long(len(command.text) + command.cut_off))
    if command.written_at is not None and command.at - command.written_at > LATE:
        return refused("too_late", messages.too_late(command.at - command.written_at))
    return None


def _knows(campaign: str, actor: str, store: Store) -> bool:
    return is_known(store.campaigns.load(campaign)[1], store.controls.gate(campaign), actor)


def _watching(address: str, store: Store) -> list[str]:
    return sorted({watch.migration for watch in store.watches.watching(address)})


def _having(address: str, campaigns: Sequence[str], store: Store) -> list[str]:
    """What was merged or closed is watched no more: then the step that opened it tells."""
    rows = [row for campaign in campaigns for row in store.index.in_campaign(campaign) if row.status != "pending"]
    latest = sorted(rows, key=lambda row: row.changed_at, reverse=True)[:MOST_SEARCHED]
    return [row.migration for row in latest if address in _opened(row.migration, store)]


def _opened(migration: str, store: Store) -> Iterator[object]:
    for track in store.migrations.load(migration).view.state.tracks.values():
        for step in track.steps.values():
            yield step.outputs.get("address")
