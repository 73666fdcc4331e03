"""The store of plans and campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.control import ControlRecorded
from state_schema.gate import Gate
from state_schema.plan import Plan


@dataclass(frozen=True, slots=True)
class CampaignCommit:
    """One applied campaign file. `before` is the version that was loaded (0: it is new); actor and time go into its history."""

    before: int
    campaign: Campaign
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Applications:
    """The history of a campaign, oldest first, and the hash of its last record as it was when the campaign was written.

    `tail` is empty where the campaign was last written before its history had hashes.
    """

    records: tuple[CampaignApplied, ...]
    tail: str


class Plans(Protocol):
    """Published plans; a published version never changes."""

    def publish(self, plan: Plan) -> bool:
        """True: stored now. False: this very plan is stored already. InvalidInputError: the version holds another plan."""
        ...

    def load(self, ref: str) -> Plan:
        """The plan `<name>@<version>`; NotFoundError says how to publish one."""
        ...


class Campaigns(Protocol):
    """The campaign aggregate."""

    def load(self, campaign: str) -> tuple[int, Campaign]:
        """(version, campaign); NotFoundError says how to apply one."""
        ...

    def save(self, commit: CampaignCommit) -> None:
        """Writes it and one history record, chained to the one before; StaleStateError where its version is not `before`."""
        ...

    def history(self, campaign: str) -> Applications:
        """All that was ever applied; nothing where the campaign is not there. PermanentError where a record is unreadable."""
        ...

    def names(self) -> Sequence[str]:
        """The ids of all campaigns, sorted."""
        ...


class Controls(Protocol):
    """The gate as acts on the whole campaign change it."""

    def gate(self, campaign: str) -> Gate:
        """The gate now; one of version 0 where nothing was ever started."""
        ...

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        """Writes both, or neither; StaleStateError where the stored gate's version is not exactly one less."""
        ...

    def records(self, campaign: str) -> Sequence[ControlRecorded]:
        """Every act that changed the gate, oldest first."""
        ...
