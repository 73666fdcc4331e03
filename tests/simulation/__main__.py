"""`python -m tests.simulation`: as many seeds as asked for, a progress bar, and the shortest story of the first that fails."""

import argparse
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.many import outcome_of, outcomes
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import shrunk
from tests.simulation.spec import spec_of
from tests.simulation.story import told


def main() -> int:
    """0 where everything held, 1 where something did not."""
    parser = argparse.ArgumentParser(prog="simulate", description="Searches for an order of things that breaks us.")
    parser.add_argument("--seeds", type=int, default=1000, help="how many campaigns")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed")
    parser.add_argument("--story", action="store_true", help="tell the story of the first seed, whatever comes of it")
    given = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    if given.story:
        for line in run(spec_of(given.first), telling=True).story:
            console.print(line, markup=False)
        return 0
    failed = _search(range(given.first, given.first + given.seeds), console)
    if failed is not None:
        _tell(failed.seed, console)
    return 0 if failed is None else 1


def _search(seeds: range, console: Console) -> Outcome | None:
    began = time.perf_counter()
    done = faults = events = 0
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]:.1f}/s"), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("simulate", total=len(seeds), rate=0.0)
        found = None
        for outcome in outcomes(seeds) if len(seeds) > 1 else map(outcome_of, seeds):
            done, faults, events = done + 1, faults + len(outcome.faults), events + outcome.events
            progress.update(task, advance=1, rate=done / (time.perf_counter() - began))
            if outcome.violation is not None:
                found = outcome
                break
    rate = done / (time.perf_counter() - began)
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
