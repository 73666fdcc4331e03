"""What operators get up to: they pause, freeze, except, move, abort and open at the worst of times."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from state_schema.migration import Migration, Status
from state_schema.orders import Order
from tests.simulation.plans import APPROVER, OPERATORS, STRANGER
from tests.simulation.world.github import Pull, Run

if TYPE_CHECKING:
    from tests.simulation.run import World

Trick = Callable[["World"], bool]


def one(world: "World", among: list[Any]) -> Any:
    """One of them, or None where there is none. Each draws a lot, so that the choice stays when others are left out."""
    drawn = world.draw("target")
    return max(among, key=lambda it: world.chance.roll(f"{drawn} {_named(it)}"), default=None)


def _named(it: Any) -> str:
    """What tells it from the others, and stays when resources are left out of the story: no number."""
    match it:
        case Pull(branch=name) | Run(operation=name) | Migration(id=name) | Order(key=name):
            return name
        case {"action_id": verb, "value": question}:
            return f"{verb} {question}"
        case _:
            return str(it)


def paused(world: "World") -> bool:
    """Somebody pauses the campaign or a part of it, now or just when an order is on its way."""
    text = f"pause {_scope(world)}"
    if world.pick("pause later", 2):
        world.queues.traps.append(lambda order: world.people.type(text, OPERATORS[1]))
    else:
        world.people.type(text, OPERATORS[1])
    return True


def frozen(world: "World") -> bool:
    """Somebody freezes the campaign or a part of it for a while; soon somebody wants an exception."""
    world.people.type(f"freeze {_scope(world)} for {15 + world.pick('frozen', 90)}m release week")
    resource, track = one(world, _places(world))
    for user in (OPERATORS[0], *[(APPROVER, OPERATORS[0], OPERATORS[1], STRANGER)[world.pick("second", 4)]]):
        wait = world.chance.between("exception", 5, 900)
        world.agenda.after(wait, partial(world.people.type, f"except {resource} {track} it cannot wait", user))
    return True


def excepted(world: "World") -> bool:
    """An operator and an approver except a place from whatever freezes it."""
    places = _places(world, "queued")
    if not places:
        return False
    resource, track = one(world, places)
    world.people.type(f"except {resource} {track}", OPERATORS[1])
    wait = world.chance.between("approved", 1, 120)
    world.agenda.after(wait, lambda: world.people.type(f"except {resource} {track}", APPROVER))
    return True


def moved(world: "World") -> bool:
    """Somebody moves a migration, or several, to the next version of its plan, whatever it is at."""
    known = [state for state in world.stores.states.values() if state.status not in {"pending", "completed", "aborted"}]
    if not known:
        return False
    options = ["", "", *[f" --leave-out {stop.path}" for stop in world.spec.later.stops("test")[:1]]]
    for _ in range(1 + world.pick("moved", 3)):
        resource = one(world, known).resource.id
        world.people.type(
            f"move {resource} {world.spec.later.ref}{one(world, options)}", OPERATORS[world.pick("by", 2)]
        )
    return True


def claimed(world: "World") -> bool:
    """Somebody takes an open question; that gives no right and takes none."""
    asked = _places(world, "awaiting_human")
    if not asked:
        return False
    resource, track = one(world, asked)
    world.people.type(f"assign {resource} {track} me", (*OPERATORS, APPROVER)[world.pick("claimed", 3)])
    return True


def aborted(world: "World") -> bool:
    """Somebody gives up a resource just when an order is on its way; not often, because little is left to break after it."""
    if world.pick("abort", 2):
        return False
    world.queues.traps.append(lambda order: world.people.type(f"abort {order.split('/')[1]} no more"))
    return True


def wave_opened_early(world: "World") -> bool:
    """Somebody opens the second wave, or starts a resource in it, before its turn."""
    late = [one.id for one in world.spec.campaign.resources if one.wave == 2]
    found = one(world, late)
    if found is None:
        return False
    if world.pick("opened early", 3) == 0:
        world.people.type("open-wave 2")
    world.people.type(f"start {found}")
    return True


def _scope(world: "World") -> str:
    environments = list(world.spec.plan.environments)
    scopes = ("all", "campaign", "wave 1", "wave 2", "migration r1", f"environment {one(world, environments)}")
    return scopes[world.pick("scope", len(scopes))]


def _places(world: "World", status: Status | None = None) -> list[tuple[str, str]]:
    """(resource, track) of all that is to be done, or of the tracks of this status."""
    return [
        (state.resource.id, name)
        for state in world.stores.states.values()
        for name in state.environments
        if status is None or (name in state.tracks and state.tracks[name].status == status)
    ]


OF_OPERATORS: Final[tuple[Trick, ...]] = (paused, frozen, excepted, moved, claimed, aborted, wave_opened_early)
