"""What `decide` is given, all read consistently for one step, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from state_schema.campaign import Campaign
from state_schema.events import Event
from state_schema.gate import Gate
from state_schema.memberships import GroupMembers
from state_schema.migration import Migration
from state_schema.plan import Plan


@dataclass(frozen=True, slots=True)
class View:
    """State, plan, campaign and gate; the members of Slack's user groups by the id of the group. `offered`: the choices of the
    decision that the signal answers, if it is one.

    Only for a signal that asks for a move: `target` is the plan version (None where it is not published), `touched` every
    (track, step) that the history speaks of.
    """

    state: Migration
    plan: Plan
    campaign: Campaign
    gate: Gate
    offered: tuple[str, ...] | None = None
    target: Plan | None = None
    touched: frozenset[tuple[str, str]] = frozenset()
    groups: Mapping[str, GroupMembers] = field(default_factory=dict)
    ended: "Cause | None" = None
    """Only for a person's act on an aborted migration: who aborted it, and when, where that is known."""

    def after(self, state: Migration, gate: Gate, plan: Plan) -> "View":
        """The same view with what an event changed: each event of a step makes one."""
        return View(state, plan, self.campaign, gate, self.offered, self.target, self.touched, self.groups, self.ended)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a person's act changes nothing: a code for machines, one sentence, and what to do next."""

    reason_code: str
    message: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a signal. No events: it is a duplicate, stale or irrelevant.

    `view` is the view after the events. `looks` are addresses that a person asks us to look at. `due` are the places among
    the events, from 0 on, of those that the clock brought about.
    """

    events: tuple[Event, ...]
    view: View
    refusal: Refusal | None = None
    looks: tuple[str, ...] = ()
    due: frozenset[int] = frozenset()
    goes_on: bool = False
    """More follows at once, in another step."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What events are recorded with: when, who caused them, by which signal, and with which id it all began."""

    at: datetime
    actor: str
    signal: str
    correlation: str = ""
