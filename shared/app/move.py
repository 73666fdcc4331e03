"""Moves migrations to another version of their plan: all are checked before the first one moves, then one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.app.advance import advance
from shared.app.move_target import with_target
from shared.domain.display import next_action
from shared.domain.machine import decide
from shared.domain.moving import moved, narrowed
from shared.domain.timing import OVER
from shared.domain.view import Refusal, View
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.campaign import Campaign
from state_schema.events import MigrationMoved
from state_schema.ids import Person, migration_id
from state_schema.moves import Move
from state_schema.plan import Plan
from state_schema.signals import Act


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which move of what. `resources` empty: all of the campaign, or of `wave`, that are not there yet.

    `id` is that of the request: each migration's act carries it, so that the history shows what belongs together.
    """

    campaign: Campaign
    move: Move
    actor: Person
    at: datetime
    id: str
    resources: tuple[str, ...] = ()
    wave: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """One migration that can be moved: its own part of what was asked for, what is recorded, and what is wanted then."""

    resource: str
    act: Act
    event: MigrationMoved
    then: str


Problem = tuple[str, Refusal]
"""The resource and why it cannot be moved; without a resource where it is about what was asked for."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What would be done. With `problems`, nothing is. `left` are those that are over or there already."""

    prepared: tuple[Prepared, ...]
    problems: tuple[Problem, ...]
    left: tuple[str, ...] = ()
    refused: tuple[Act, ...] = ()
    """Those of the problems that are about a migration."""


def prepare(asked: Asked, store: Store) -> Moves:
    """Checks every migration and writes nothing. NotFoundError where the version is not published."""
    target = store.plans.load(asked.move.to)
    named = asked.resources or sorted({row.resource for row in store.index.in_campaign(asked.campaign.id, asked.wave)})
    views, problems = _loaded(asked, named, store)
    left = [] if asked.resources else [view for view in views if _is_left(view, target)]
    views = [view for view in views if view not in left]
    checked = [(act := _act(asked, view, target), _checked(act, view)) for view in views]
    problems += [("", refusal) for refusal in _about_nobody(asked.move, views, target)]
    problems += [problem for _, one in checked if isinstance(one, list) for problem in one]
    prepared = tuple(one for _, one in checked if isinstance(one, Prepared))
    refused = tuple(act for act, one in checked if isinstance(one, list))
    return Moves(prepared, tuple(problems), tuple(view.state.resource.id for view in left), refused)


def carry_out(moves: Moves, *, store: Store, outbox: Outbox) -> tuple[tuple[Prepared, ...], tuple[Problem, ...]]:
    """(moved, not moved): what has changed since it was checked is told, and holds up none of the others."""
    if moves.problems:
        moved_after_all = _refused_again(moves, store, outbox)
        return (moved_after_all, ()) if moved_after_all else ((), moves.problems)
    done: list[Prepared] = []
    problems: list[Problem] = []
    for one in moves.prepared:
        try:
            refusal = advance(one.act, store=store, outbox=outbox).refusal
        except RetryableError as exc:
            refusal = Refusal("busy", exc.reason, "Try it again.")
        except (PermanentError, NotFoundError) as exc:
            refusal = Refusal("failed", str(exc))
        if refusal is None:
            done.append(one)
        else:
            problems.append((one.resource, refusal))
    return tuple(done), tuple(problems)


def _refused_again(moves: Moves, store: Store, outbox: Outbox) -> tuple[Prepared, ...]:
    """Whoever asks for one alone is refused in its history; the one that became possible just then is moved, and answered.

    Of several none is decided on: what became possible would move without the others.
    """
    if len(moves.refused) != 1 or moves.prepared or len({resource for resource, _ in moves.problems}) != 1:
        return ()
    (act,) = moves.refused
    decision = advance(act, store=store, outbox=outbox)
    events = [event for event in decision.events if isinstance(event, MigrationMoved)]
    resource, then = decision.view.state.resource.id, next_action(decision.view)
    return tuple(Prepared(resource, act, event, then) for event in events)


def _loaded(asked: Asked, named: Iterable[str], store: Store) -> tuple[list[View], list[Problem]]:
    views: list[View] = []
    problems: list[Problem] = []
    for resource in dict.fromkeys(named):
        try:
            view = store.migrations.load(migration_id(asked.campaign.id, resource)).view
            views.append(with_target(view, asked.move, store))
        except NotFoundError:
            text = f"{asked.campaign.id} has no migration of {resource[:60]!r}."
            problems.append((resource, Refusal("unknown_resource", text, "`migrate status` lists those there are.")))
    return views, problems


def _is_left(view: View, target: Plan) -> bool:
    return view.state.status in OVER or view.state.plan == target.ref


def _act(asked: Asked, view: View, target: Plan) -> Act:
    return Act(
        id=f"{asked.id}:{view.state.resource.id}",
        at=asked.at,
        correlation=asked.id,
        migration=view.state.id,
        actor=asked.actor,
        verb="move",
        move=narrowed(view, target, asked.move),
    )


def _checked(act: Act, view: View) -> Prepared | list[Problem]:
    resource, found = view.state.resource.id, moved(view, act)
    if isinstance(found, tuple):
        return [(resource, refusal) for refusal in found]
    return Prepared(resource, act, found, next_action(decide(view, act).view))


def _about_nobody(move: Move, views: Sequence[View], target: Plan) -> list[Refusal]:
    """Of what was asked for, what would be refused of one migration because it is about none of them."""
    if not views:
        return []
    parts = [narrowed(view, target, move) for view in views]
    renamed = {old: new for old, new in move.renamed.items() if not any(old in part.renamed for part in parts)}
    left_out = tuple(path for path in move.left_out if not any(path in part.left_out for part in parts))
    return [
        *[Refusal("unknown_step", f"{old} is no step that any of them has.", "Check `--rename`.") for old in renamed],
        *[
            Refusal("not_missed", f"None of them would miss {path} of {target.ref}.", "Do not leave it out.")
            for path in left_out
        ],
    ]
