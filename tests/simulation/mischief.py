"""What people and the outside world get up to: each is a small function that answers whether it found somebody to play with."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from shared import names
from tests.simulation.operators import OF_OPERATORS, Trick, one
from tests.simulation.plans import OPERATORS, STRANGER
from tests.simulation.world.slack import ShownCard, buttons_of

if TYPE_CHECKING:
    from tests.simulation.run import World

MISCHIEF: Final[list[Trick]] = []


def _trick(trick: Trick) -> Trick:
    MISCHIEF.append(trick)
    return trick


@_trick
def double_click(world: "World") -> bool:
    """Two people press the same button at once."""
    found = _button(world, lambda shown: shown.buttons())
    if found is None:
        return False
    for user in OPERATORS:
        world.people.click(found, user)
    return True


@_trick
def typed_and_clicked(world: "World") -> bool:
    """Somebody types the answer while somebody else presses the button."""
    found = _button(world, lambda shown: shown.buttons())
    if found is None:
        return False
    asked = json.loads(found["value"])
    verb = str(found["action_id"]).split(":")[1]
    what = " all" if verb == "decide" else ""
    world.people.type(f"{verb} {asked['m'].partition('/')[2]} {asked['t']}{what}", OPERATORS[0])
    world.people.click(found, OPERATORS[1])
    return True


@_trick
def stale_click(world: "World") -> bool:
    """Somebody presses a button that the card showed some time ago."""
    found = _button(world, lambda shown: [button for blocks in shown.before for button in buttons_of(blocks)])
    if found is not None:
        world.people.click(found, OPERATORS[0])
    return found is not None


@_trick
def click_of_a_stranger(world: "World") -> bool:
    """Somebody without any role presses a button."""
    found = _button(world, lambda shown: shown.buttons())
    if found is not None:
        world.people.click(found, STRANGER)
    return found is not None


@_trick
def another_verb(world: "World") -> bool:
    """A request with a verb that this question does not know."""
    found = _button(world, lambda shown: shown.buttons())
    if found is not None:
        world.people.click(found, OPERATORS[1], verb=("skip", "approve", "deploy", "start")[world.pick("verb", 4)])
    return found is not None


@_trick
def odd_command(world: "World") -> bool:
    """Somebody types what fits nothing, or fits several."""
    resources = [one.id for one in world.spec.campaign.resources]
    texts = ("retry r9", "skip", "start r1", "approve 'r1", "confirm r1 nowhere", "block")
    text = texts[world.pick("odd", len(texts))]
    world.people.type(f"block {resources[world.pick('odd', len(resources))]}" if text == "block" else text)
    return True


@_trick
def pull_request_closed(world: "World") -> bool:
    """Somebody closes a pull request without merging it, and sometimes thinks better of it."""
    found = one(world, [pull for pull in world.github.pulls if pull.state == "open"])
    if found is None:
        return False
    world.github.change(found, state="closed")
    world.books.undone("open pull request", found.branch)
    if world.pick("thinks better", 2):
        wait = world.chance.between("thinks better", 60, 1500)
        world.agenda.after(wait, lambda: _reopen(world, found))
    return True


def _reopen(world: "World", pull: Any) -> None:
    newest = [one for one in world.github.pulls if one.branch == pull.branch][-1]
    if pull is newest and pull.state == "closed":
        world.books.done["open pull request", pull.branch] += 1
        world.github.change(pull, state="open")


@_trick
def pull_request_pushed_to(world: "World") -> bool:
    """New commits arrive while it is asked about."""
    found = one(world, [pull for pull in world.github.pulls if pull.state == "open"])
    if found is not None:
        world.github.change(found, head=found.head + 1)
        _older_looks_follow(world)
    return found is not None


@_trick
def changes_requested(world: "World") -> bool:
    """A reviewer wants changes."""
    found = one(world, [pull for pull in world.github.pulls if pull.state == "open"])
    if found is not None:
        world.github.change(found, review="changes_requested")
        _older_looks_follow(world)
    return found is not None


def _older_looks_follow(world: "World") -> None:
    """What was seen before the change comes once more when that was seen, mostly while the review still waits."""
    if world.pick("older looks", 2):
        world.agenda.after(world.chance.between("older looks", 10, 120), world.late_signals.of_one)


@_trick
def merged_early(world: "World") -> bool:
    """Somebody merges before anybody was asked."""
    found = one(world, [pull for pull in world.github.pulls if pull.state == "open"])
    if found is not None:
        world.github.change(found, state="merged")
    return found is not None


@_trick
def run_cancelled(world: "World") -> bool:
    """A concurrency group cancels a run, or it breaks down."""
    found = one(world, [run for run in world.github.runs if run.conclusion is None])
    if found is not None:
        world.github.end(found, found.attempt, ("cancelled", "failure")[world.pick("cancelled", 2)])
    return found is not None


@_trick
def run_again(world: "World") -> bool:
    """Somebody re-runs a workflow run on GitHub, whatever became of it."""
    found = one(world, [run for run in world.github.runs if run.conclusion is not None])
    if found is not None:
        world.github.rerun(found)
    return found is not None


@_trick
def webhook_again(world: "World") -> bool:
    """GitHub tells again what it told before, or what nobody asked for."""
    things = [*world.github.pulls, *world.github.runs]
    found = one(world, things)
    world.github.webhook(found.address if found else "pull_request:7/999", "again")
    return True


@_trick
def sweeps_at_once(world: "World") -> bool:
    """Two sweeps come early and at the same time."""
    world.workers.sweep()
    world.workers.sweep()
    return True


@_trick
def no_sweep_for_hours(world: "World") -> bool:
    """The schedule fails for a while."""
    world.sweeps_again_at = world.agenda.now + world.chance.between("no sweep", 3600, 3 * 3600)
    return True


@_trick
def late_signals(world: "World") -> bool:
    """Reports and observations of long ago come again, now or just when an order is on its way: any one, or a retry's."""
    match world.pick("late signals", 4):
        case 0 | 1:
            return world.late_signals.of_one()
        case 2:
            world.queues.traps.append(world.late_signals.at_order)
        case _:
            world.queues.traps.append(world.late_signals.at_retry)
    return True


@_trick
def late_order(world: "World") -> bool:
    """An order from long ago is put back into its queue from the dead-letter queue."""
    found = one(world, world.old_orders)
    if found is not None:
        world.queues.put(names.skill_queue(found.skill), found.model_dump_json())
    return found is not None


@_trick
def dead_acts(world: "World") -> bool:
    """Something is broken, so that the next acts of people end up among the dead letters."""
    world.people.doomed += 1 + world.pick("dead acts", 3)
    return True


@_trick
def dead_orders(world: "World") -> bool:
    """A skill is broken, so that the next orders end up among the dead letters."""
    world.queues.doomed_orders += 1 + world.pick("dead orders", 2)
    return True


@_trick
def order_to_another_skill(world: "World") -> bool:
    """An order comes to a queue that is not its skill's."""
    found = one(world, world.old_orders)
    if found is None:
        return False
    others = [name for name in names.SKILL_NAMES if name != found.skill]
    world.queues.put(names.skill_queue(one(world, others)), found.model_dump_json())
    return True


@_trick
def unreadable_message(world: "World") -> bool:
    """A message that this release cannot read: one of a later release, say."""
    queue = one(world, [*names.FIFO_QUEUES, *names.SKILL_QUEUES])
    body = f'{{"kind": "of_tomorrow", "number": {len(world.queues.unreadable)}}}'
    world.queues.unreadable.add(body)
    world.queues.put(queue, body, group="sim/r1", key=body)
    return True


def _button(world: "World", of: Callable[[ShownCard], list[Any]]) -> Any:
    buttons = [button for shown in world.channel.cards.values() for button in of(shown) if "value" in button]
    return one(world, buttons)


MISCHIEF.extend(OF_OPERATORS)
