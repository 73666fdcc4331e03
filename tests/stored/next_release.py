"""This release as if it were the next one, over what this one left: in a process of its own, as models learn their version
when they are made. Prints for each store what became of the migration, and what the audit finds.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from state_schema import model


def main() -> None:
    """Raises the version before anything else is loaded."""
    before = model.SCHEMA_VERSION
    model.SCHEMA_VERSION = before + 1  # type: ignore[misc]
    from state_schema import upcast
    from tests.stored.world import STORES

    brought_up: set[str] = set()

    def way_up(kind: upcast.Kind) -> Any:
        def one(document: upcast.Document) -> upcast.Document:
            brought_up.add(kind)
            return document

        return one

    kinds: tuple[upcast.Kind, ...] = ("migration", "campaign", "gate", "parked", "recorded", "control", "application")
    upcast._UPCASTS.update({(kind, before): way_up(kind) for kind in kinds})  # type: ignore[attr-defined]
    told = {store: finished(store, before) for store in STORES}
    sys.stdout.write(json.dumps({"brought_up": sorted(brought_up), **told}))


def finished(store: Any, before: int) -> dict[str, Any]:
    """What became of it on one store."""
    from tests.stored.world import NEXT_DAY, a_world, findings, load

    with TemporaryDirectory() as folder, a_world(store, Path(folder), NEXT_DAY) as world:
        world.put(load(store, before))
        world.engine.parked.in_campaign("airflow-3")
        found = {"at_first": findings(world)}
        world.finish()
        versions = sorted({one.schema_version for one in world.engine.history.events(world.state().id)})
        state = world.state()
        return {
            **found,
            "status": state.status,
            "state": state.schema_version,
            "events": versions,
            "findings": findings(world),
        }


if __name__ == "__main__":
    main()
