"""The keys of the state table and of its two indexes: the one place that knows how an item is addressed."""

import zlib
from typing import Final

from shared import names
from shared.adapters.documents import stamp
from shared.adapters.dynamodb_client import Item
from shared.ports.migrations import Watch
from state_schema.parked import Parked

STATE: Final = "STATE"
GATE: Final = "GATE"
GROUPS: Final = "GROUPS"
EVENT_PREFIX: Final = "E#"
CAMPAIGNS: Final = "CAMPAIGNS"


def key(pk: str, sk: str) -> Item:
    """Both halves of an item's key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def migration_pk(migration: str) -> str:
    """`M#<campaign>/<resource>`: its state and its events."""
    return f"M#{migration}"


def campaign_pk(campaign: str) -> str:
    """`C#<campaign>`: the campaign, its gate, its history; and the partition of its migrations in `by_campaign`."""
    return f"C#{campaign}"


def event_sk(number: int) -> str:
    """`E#<8 digits>`, so that text sorts like numbers."""
    return f"{EVENT_PREFIX}{number:08d}"


def plan_key(name: str, version: int) -> Item:
    """`PLAN#<name>` / `V#<6 digits>`: a plan is published before any campaign is there."""
    return key(f"PLAN#{name}", f"V#{version:06d}")


def watch_pk(address: str) -> str:
    """`W#<address>`."""
    return f"W#{address}"


def watch_key(watch: Watch) -> Item:
    """`W#<address>` / `<migration>#<track>#<step>`: no part can hold a `#`."""
    return key(watch_pk(watch.address), f"{watch.migration}#{watch.track}#{watch.step}")


def parked_pk(campaign: str | None) -> str:
    """`P#<campaign>`, or `P#-` where it is not known; a campaign named `-` has its items there too, and they say so."""
    return f"P#{campaign or '-'}"


def parked_key(item: Parked) -> Item:
    """`P#<campaign>` / `<time>#<id>`, sorted by when somebody acted."""
    return key(parked_pk(item.campaign), f"{stamp(item.at)}#{item.id}")


def due_shard(shard: int) -> str:
    """`DUE#<shard>`: one partition of `by_due`."""
    return f"DUE#{shard}"


def due_shard_of(migration: str) -> str:
    """The shard that a migration's next_check_at is in, always the same."""
    return due_shard(zlib.crc32(migration.encode()) % names.DUE_SHARDS)


def campaign_sort(wave: int, resource: str) -> str:
    """`<3 digits>#<resource>`: by wave, then by resource."""
    return f"{wave_prefix(wave)}{resource}"


def wave_prefix(wave: int) -> str:
    """What all of a wave's `campaign_sort` begin with."""
    return f"{wave:03d}#"


CONTROL_PREFIX: Final = "G#"


def control_sk(number: int) -> str:
    """An act on the campaign, by the version of the gate that it led to."""
    return f"{CONTROL_PREFIX}{number:08}"
