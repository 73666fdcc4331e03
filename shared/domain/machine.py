"""The state machine: a view and a signal give events. It knows no clock, no network, no environment and no randomness."""

from typing import Final, assert_never

from shared.domain.acts import Answer, on_act
from shared.domain.aftermath import after_abort
from shared.domain.due import is_due, leads_on
from shared.domain.evolve import evolve
from shared.domain.follow import next_event
from shared.domain.gate import counted, keep_in_step, out_of_line
from shared.domain.react import on_observation, on_report
from shared.domain.view import Cause, Decision, View
from state_schema.events import AtStep, Event, MigrationAborted, MigrationMoved
from state_schema.signals import Act, Observed, Reported, Ticked, actor_of

Signal = Act | Observed | Reported | Ticked
_LONGEST_CHAIN: Final = 2_000
"""More events than any plan can chain from one signal: reached only by a mistake in the rules."""
MOST_AT_ONCE: Final = 60
"""Events of one step: with what else it writes they fit into one transaction of DynamoDB (100 items, the API reference's
TransactWriteItems). What is left of a chain follows from the state with the next signal; what the signal itself brings about
does not, and is never cut.
"""


def in_time(view: View, signal: Signal) -> Signal:
    """A signal that comes late counts from the last change on: what was free or allowed before that may no longer be."""
    changed_at = view.state.changed_at
    return signal if signal.at >= changed_at else signal.model_copy(update={"at": changed_at})


def decide(view: View, signal: Signal) -> Decision:
    """The events that the signal leads to, and the view after them.

    First what the signal itself brings about, then what follows from where the migration then stands, as far as fits.
    """
    cause = Cause(signal.at, actor_of(signal), signal.id)
    answer = _react(view, signal)
    events: list[Event] = []
    for event in answer.events:
        view = applied(view, event, cause)
        events.append(event)
    due, written, most = set[int](), view, max(MOST_AT_ONCE, len(events))
    while (following := next_event(view, signal.at)) is not None:
        if is_due(view, following, signal.at) or (len(events) - 1 in due and leads_on(events[-1], following)):
            due.add(len(events))
        view = applied(view, following, cause)
        events.append(following)
        if len(events) <= most:
            written = view
        if len(events) > _LONGEST_CHAIN:
            message = f"{view.state.id}: {signal.kind} leads to no rest; the last event was {following.kind}"
            raise RuntimeError(message)
    kept = tuple(events[:most])
    return Decision(kept, written, answer.refusal, answer.looks, frozenset(due), goes_on=len(kept) < len(events))


def _react(view: View, signal: Signal) -> Answer:
    match signal:
        case Act():
            return on_act(view, signal)
        case _ if view.state.status == "aborted":
            return Answer(after_abort(view, signal))
        case _ if view.state.status == "completed":
            return Answer([])
        case Observed():
            return Answer(on_observation(view, signal))
        case Reported():
            return Answer(on_report(view, signal))
        case Ticked():
            return Answer([])
        case _:
            assert_never(signal)


def applied(view: View, event: Event, cause: Cause) -> View:
    """The view after the event: its state folded, its gate kept in step."""
    state = evolve(view.state, event, cause)
    gate = counted(view.gate, view.state, event)
    if isinstance(event, AtStep):
        return view.after(state, keep_in_step(gate, state, event.track, event.step), view.plan)
    plan = view.target if isinstance(event, MigrationMoved) and view.target is not None else view.plan
    if isinstance(event, MigrationAborted | MigrationMoved):
        gate = out_of_line(gate, state.id)
    return view.after(state, gate, plan)
