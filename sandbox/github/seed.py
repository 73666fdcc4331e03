"""The repositories that every sandbox starts with: clusters' DAGs for Airflow 2, and the infrastructure to move to."""

from pathlib import Path
from typing import Final

from sandbox.github.controls import Controls
from sandbox.github.world import RefusedError

EXAMPLES: Final = Path(__file__).parents[1] / "examples" / "repositories"


def seed(github: Controls) -> None:
    """Creates `acme/<folder>` for each folder of the examples, unless it is there already (a world started again)."""
    for folder in sorted(EXAMPLES.iterdir()):
        name = f"acme/{folder.name}"
        try:
            github.world.repository(name)
        except RefusedError:
            github.create_repository(name, example_files(folder.name))


def example_files(repository: str) -> dict[str, str]:
    """Path to text, as in `sandbox/examples/repositories/<repository>`."""
    root = EXAMPLES / repository
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}
