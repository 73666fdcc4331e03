"""What the constructs are handed: the stage, the bundles, and the ARNs of what outlives them."""

from dataclasses import dataclass
from pathlib import Path

from infra_cdk.arns import Arns
from shared import names
from state_schema.stage import Stage


class MissingBundleError(ValueError):
    """A function's bundle has not been built."""


@dataclass(frozen=True)
class Deployed:
    """One deployment: `bundles` is the folder with a zip for each function."""

    stage: Stage
    bundles: Path
    arns: Arns


def bundle_of(function: str, bundles: Path) -> Path:
    """The function's zip."""
    return bundles / f"{function}.zip"


def check_bundles(stage: Stage, bundles: Path) -> None:
    """MissingBundleError that names every function without a zip."""
    missing = [function for function in names.FUNCTIONS if not bundle_of(function, bundles).is_file()]
    if missing:
        said = f"{bundles} has no bundle of {', '.join(missing)}. Build them: make bundles STAGE={stage.name}"
        raise MissingBundleError(said)
