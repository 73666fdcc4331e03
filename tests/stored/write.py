"""Keeps what this release writes, for the tests of later ones: `python -m tests.stored.write`, once for a schema version.

What is kept is never written again: it is what a deployment of that time has in its tables.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stored.world import STORES, a_world, written


def main() -> None:
    """Writes the files that are not there yet."""
    for store in STORES:
        file = written(store)
        if file.exists():
            continue
        with TemporaryDirectory() as folder, a_world(store, Path(folder)) as world:
            world.begin()
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(world.get(), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
