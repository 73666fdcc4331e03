"""`python -m tests.simulation`: as many seeds as asked for, a progress bar, and the shortest story of the first that fails."""

import argparse
import sys
import time
from collections import Counter
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.many import outcome_of, outcomes
from tests.simulation.model_plans import explore_example
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import shrunk
from tests.simulation.spec import spec_of
from tests.simulation.story import told
from tests.simulation.tally import lines_of
from tests.simulation.violations import ViolationError


def main() -> int:
    """0 where everything held, 1 where something did not."""
    parser = argparse.ArgumentParser(prog="simulate", description="Searches for an order of things that breaks us.")
    parser.add_argument("--seeds", type=partial(_count, least=1), default=1000, help="how many campaigns")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed")
    parser.add_argument("--story", action="store_true", help="tell the story of the first seed, whatever comes of it")
    parser.add_argument(
        "--model",
        type=partial(_count, least=0),
        metavar="RETRIES",
        help="instead, every state of the example with so many automatic retries",
    )
    given = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    if given.model is not None:
        return _check_model(given.model, console)
    if given.story:
        return _tell_one(given.first, console)
    failed = _search(range(given.first, given.first + given.seeds), console)
    if failed is not None:
        _tell(failed.seed, console)
    return 0 if failed is None else 1


def _count(text: str, *, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        message = f"{text!r} does not fit; write a whole number from {least} on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _tell_one(seed: int, console: Console) -> int:
    outcome = run(spec_of(seed), telling=True)
    for line in outcome.story:
        console.print(line, markup=False)
    verdict = "no violation" if outcome.violation is None else str(outcome.violation)
    console.print(f"seed {seed}, {len(outcome.faults)} faults, {outcome.events} events: {verdict}", markup=False)
    return 0 if outcome.violation is None else 1


def _check_model(retries: int, console: Console) -> int:
    try:
        explored = explore_example(retries)
    except ViolationError as exc:
        console.print(str(exc), markup=False)
        return 1
    stuck = explored.without_a_way_on()
    console.print(
        f"the example with {retries} automatic retries: {explored}; {len(stuck)} without a way on", markup=False
    )
    return 1 if stuck else 0


def _search(seeds: range, console: Console) -> Outcome | None:
    began = time.perf_counter()
    done = faults = events = 0
    struck: Counter[str] = Counter()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]:.1f}/s"), TimeRemainingColumn())
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        task = progress.add_task("simulate", total=len(seeds), rate=0.0)
        found = None
        for outcome in outcomes(seeds) if len(seeds) > 1 else map(outcome_of, seeds):
            struck.update(outcome.struck)
            done, faults, events = done + 1, faults + len(outcome.faults), events + outcome.events
            progress.update(task, advance=1, rate=done / (time.perf_counter() - began))
            if outcome.violation is not None:
                found = outcome
                break
    rate = done / (time.perf_counter() - began)
    for line in lines_of(struck):
        console.print(line, markup=False)
    console.print(
        f"{done:,} campaigns with {faults:,} faults and {events:,} events, {rate:.1f} a second: "
        + ("no violation" if found is None else f"seed {found.seed} fails"),
        markup=False,
    )
    return found


def _tell(seed: int, console: Console) -> None:
    console.print("Making its story short ...")
    spec, _ = shrunk(spec_of(seed), run)
    for line in told(spec, run(spec, telling=True)):
        console.print(line, markup=False)


if __name__ == "__main__":
    sys.exit(main())
