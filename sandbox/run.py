"""Runs scenarios, each in a fresh world of its own, on a clock that jumps."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.clock import VirtualClock
from sandbox.observing import Asking, NoObserver, Observer
from sandbox.play import Play
from sandbox.quiet import quieten
from sandbox.real_github import API, Repository
from sandbox.result import Result, found_in, result_of
from sandbox.scenario import Script, load
from sandbox.world import open_world
from shared.settings import Engine, Settings


def run_scenarios(
    scenarios: Sequence[str],
    *,
    engine: Engine = "embedded",
    as_json: bool = False,
    repository: str | None = None,
    token: str = "",
) -> list[Result]:
    """Runs them one after the other and prints them: as one JSON object a line, or as people read it.

    NotFoundError for a scenario that there is not; InvalidInputError where its file is wrong. With `repository`
    (owner/name) and `token`, pull requests are opened on GitHub itself.
    """
    scripts = [load(name) for name in scenarios]
    real = Repository.find(repository, token, API) if repository else None
    results = []
    for script in scripts:
        with _shown(script, as_json=as_json, asks=real is not None) as observer:
            result = run_script(script, observer, engine=engine, repository=real)
        results.append(result)
        _print(result, as_json=as_json)
    return results


def run_script(
    script: Script,
    observer: Observer | None = None,
    *,
    engine: Engine = "embedded",
    repository: Repository | None = None,
) -> Result:
    """Plays one scenario in a world that is thrown away afterwards; pull requests in `repository` stay, of course."""
    quieten()
    began = time.perf_counter()
    script = repository.adapted(script) if repository else script
    with (
        TemporaryDirectory(prefix="waymark-") as folder,
        _engine(engine, Path(folder)) as aws,
        open_world(
            Path(folder) / "world.db", VirtualClock(), aws=aws, repository=repository, pace=_pace(script)
        ) as world,
    ):
        play = Play(world, script, observer or NoObserver())
        problem = play.run()
        found = found_in(world, play.views()) | {"dead_letters": play.dead_letters}
    return result_of(script, play.recorder, found, problem, time.perf_counter() - began)


def _pace(script: Script) -> float:
    """Seconds between two messages: without a limit, jumping from one to the next would be all that a scenario does."""
    return 1.0 if script.scenario.world.rate_limit else 0.0


@contextmanager
def _shown(script: Script, *, as_json: bool, asks: bool) -> Iterator[Observer]:
    if as_json:
        yield Asking() if asks else NoObserver()
        return
    from rich.console import Console

    from sandbox.screen import Screen

    with Screen(Console(), f"{script.name}: {script.title}") as screen:
        yield screen


def _print(result: Result, *, as_json: bool) -> None:
    if as_json:
        print(result.model_dump_json(), flush=True)
        return
    from rich.console import Console

    from sandbox.screen import show_result

    show_result(Console(), result)


@contextmanager
def _engine(engine: Engine, folder: Path) -> Iterator[Settings | None]:
    if engine == "embedded":
        yield None
        return
    from sandbox.emulated import emulated_aws

    with emulated_aws(folder) as settings:
        yield settings


if __name__ == "__main__":
    given = [name for name in sys.argv[1:] if not name.startswith("--")]
    found = run_scenarios(
        given or ["happy_path"], as_json="--json" in sys.argv, engine="aws" if "--aws" in sys.argv else "embedded"
    )
    sys.exit(0 if all(one.passed for one in found) else 1)
