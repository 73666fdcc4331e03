"""One signal is one step: one consistent load, one decision, one conditional write, then what follows is sent."""

from dataclasses import replace
from typing import Final

from shared.app import sending
from shared.app.correlated import Correlated
from shared.app.ended import with_end
from shared.app.move_target import with_target
from shared.domain.checkpoints import open_checkpoints
from shared.domain.display import summary_of
from shared.domain.history import record
from shared.domain.machine import Signal, decide, in_time
from shared.domain.timing import OVER, next_check
from shared.domain.view import Cause, Decision, Refusal, View
from shared.domain.watching import watched
from shared.errors import RetryableError, StaleStateError
from shared.ports.migrations import Commit, History, Loaded, Watch
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.events import ActRefused, CheckpointEscalated, CheckpointReminded, ChoicesOffered
from state_schema.signals import Act, Ticked, actor_of

_TRIES: Final = 10
"""Lost races in a row; more than that is left to the queue."""
_RECENT: Final = 200
"""Events among which an act that is still remembered is looked for."""


def advance(signal: Signal, *, store: Store, outbox: Outbox, again: bool = False) -> Decision:
    """Decides on the signal and makes it so. `again`: the signal was received before, so whatever a crash left unsent is sent.

    NotFoundError where there is no such migration; RetryableError where the store is busy.
    """
    outbox = Correlated(outbox, signal.correlation or signal.id)
    for lost in range(_TRIES):
        loaded = store.migrations.load(signal.migration)
        signal = in_time(loaded.view, signal)
        view = _with_asked(_with_offered(loaded.view, signal, store.history), signal, store)
        view = with_end(view, store.history) if isinstance(signal, Act) else view
        decision = decide(view, signal)
        try:
            if decision.events:
                store.migrations.save(commit_of(loaded, decision, signal))
        except StaleStateError:
            continue
        decision = _as_answered_before(view, decision, signal, store.history)
        # A race may be lost to our own write, whose answer did not come back: then nothing of it was sent. And whoever is
        # refused may have been shown a card whose update was lost; each refusal puts off the sweep that would repair it.
        # And a move voids whatever was shown or sent before it.
        refused_or_moved = decision.refusal is not None or decision.view.plan.ref != view.plan.ref
        heal = again or lost > 0 or isinstance(signal, Ticked) or refused_or_moved
        _send(view, decision, signal, outbox, heal=heal)
        return decision
    raise RetryableError(f"{signal.migration} is written by many at once; {signal.id} is tried again later")


def commit_of(loaded: Loaded, decision: Decision, signal: Signal) -> Commit:
    """All that the decision writes, against what was loaded."""
    before, after = loaded.view, decision.view
    cause = Cause(signal.at, actor_of(signal), signal.id, signal.correlation)
    watched_before, watched_after = set(watched(before.state)), set(watched(after.state))
    changed = after.gate is not before.gate
    return Commit(
        before=before.state.version,
        state=after.state,
        records=record(decision.events, before.state.version, loaded.tail, cause, decision.due),
        summary=summary_of(after),
        opened=_watches(after, watched_after - watched_before),
        closed=_watches(after, watched_before - watched_after),
        gate=after.gate.model_copy(update={"version": before.gate.version + 1}) if changed else None,
        next_check_at=next_check(after.state, signal.at),
    )


def _watches(view: View, places: set[tuple[str, str, str]]) -> frozenset[Watch]:
    return frozenset(Watch(address, view.state.id, track, step) for address, track, step in places)


def _with_asked(view: View, signal: Signal, store: Store) -> View:
    return view if not isinstance(signal, Act) or signal.move is None else with_target(view, signal.move, store)


def _with_offered(view: View, signal: Signal, history: History) -> View:
    """A decision is checked against what was offered, which is too long for the state."""
    if not isinstance(signal, Act) or signal.verb != "decide":
        return view
    for track, _, step, checkpoint in open_checkpoints(view):
        asked = signal.checkpoint.track if signal.checkpoint else signal.track
        if checkpoint.kind == "decision" and step.offered is not None and asked in {None, track}:
            offered = history.event(view.state.id, step.offered.event).event
            return replace(view, offered=offered.choices if isinstance(offered, ChoicesOffered) else ())
    return view


def _as_answered_before(before: View, decision: Decision, signal: Signal, history: History) -> Decision:
    """An act that was refused is refused again in the same words: whoever sent it may not have heard them yet."""
    if not isinstance(signal, Act) or signal.id not in before.state.acts:
        return decision
    recent = history.events(before.state.id, after=max(0, before.state.version - _RECENT))
    for refused in (one.event for one in recent if one.signal == signal.id and isinstance(one.event, ActRefused)):
        return replace(decision, refusal=Refusal(refused.reason_code, refused.message))
    return decision


def _send(before: View, decision: Decision, signal: Signal, outbox: Outbox, *, heal: bool) -> None:
    after = decision.view
    sending.send_reply(decision, signal, outbox)
    sending.send_looks(decision.looks, signal, outbox)
    if not (decision.events or heal):
        return
    sending.send_orders(after, outbox)
    known = set() if heal else set(sending.watched_addresses(before))
    sending.send_looks([a for a in sending.watched_addresses(after) if a not in known], signal, outbox)
    touched = sorted({track for event in decision.events if (track := getattr(event, "track", None))})
    sending.send_cards(after, after.state.tracks if heal or after.state.status in OVER else touched, signal, outbox)
    sending.send_digest(decision, signal, outbox, heal=heal)
    if heal or any(isinstance(event, CheckpointReminded | CheckpointEscalated) for event in decision.events):
        sending.send_nudges(after, signal, outbox)
    if decision.goes_on:
        sending.send_on(after, signal.at, outbox)
    if heal or before.gate.held.keys() - after.gate.held.keys():
        sending.send_wakes(after.gate, after.campaign, signal.at, outbox)
