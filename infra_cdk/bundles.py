"""The command that builds the functions' zip files for one stage: `python -m infra_cdk.bundles --stage example`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from infra_cdk.bundling.build import Builder, Built
from infra_cdk.bundling.distributions import Distributions
from infra_cdk.bundling.errors import BundleError, UnknownFunctionError
from infra_cdk.bundling.imports import FirstParty
from infra_cdk.bundling.site import installed_site
from infra_cdk.bundling.target import Target
from infra_cdk.stage_file import StageError, read_stage
from shared import names
from state_schema.stage import FOLDER, Stage

ROOT: Final = Path(__file__).parent.parent
OUT: Final = Path("build", "bundles")
MEGABYTE: Final = 1_000_000
_ABOUT: Final = """\
Builds one zip file a function, <out>/<stage>/<function>.zip: what the function imports of ours and the packages that this
needs, from requirements/runtime.txt, for the architecture and Python of the stage, without Docker. The same sources give
the same bytes. Packages are installed once and kept in .cache/bundles.
"""
_EXAMPLES: Final = """\
examples:
  python -m infra_cdk.bundles --stage example
  python -m infra_cdk.bundles --stage local --only advance --only sweep
  python -m infra_cdk.bundles --stage example --json > sizes.json

exit codes: 0 built, 1 cannot be built, 2 there is no such stage or function
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds what is asked for, and tells sizes; the exit code."""
    given = _parser().parse_args(arguments)
    try:
        built = []
        for one in build(read_stage(given.stage, ROOT / FOLDER), given.only or names.FUNCTIONS, given.out):
            built.append(one)
            if not given.json:
                sys.stdout.write(_line(one))
                sys.stdout.flush()
    except (StageError, UnknownFunctionError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    except BundleError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    if given.json:
        sys.stdout.write(json.dumps([_sizes(one) for one in built], indent=2) + "\n")
    return 0


def build(stage: Stage, functions: Sequence[str], out: Path) -> Iterator[Built]:
    """Builds them one after the other; BundleError where one cannot be."""
    for function in functions:
        if function not in names.FUNCTIONS:
            raise UnknownFunctionError(f"There is no function {function!r}; choose of {', '.join(names.FUNCTIONS)}.")
    target = Target.of(stage)
    if not target.has_bytecode:
        _tell(
            f"Warning: this is Python {platform.python_version()}, the functions' is {target.version}: their bundles hold no "
            f"bytecode and start colder. To have it, build with Python {target.version}."
        )
    site = installed_site(ROOT, target, _tell)
    builder = Builder(target, FirstParty(ROOT), Distributions(site, target), out / stage.name)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # compressing leaves Python to the others
        yield from pool.map(builder.build, functions)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bundles", description=_ABOUT, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, help=f"a file of {FOLDER}, without .toml")
    parser.add_argument("--only", action="append", metavar="FUNCTION", help="build this one alone; may be repeated")
    parser.add_argument("--out", type=Path, default=OUT, help=f"the folder to build into (default: {OUT})")
    parser.add_argument("--json", action="store_true", help="print the sizes in bytes, for machines")
    return parser


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")


def _line(one: Built) -> str:
    zipped, unzipped = one.zipped / MEGABYTE, one.unzipped / MEGABYTE
    return f"{one.function:<18} {zipped:6.1f} MB zipped {unzipped:6.1f} MB unzipped  {one.path}\n"


def _sizes(one: Built) -> dict[str, object]:
    return {"function": one.function, "path": str(one.path), "zipped": one.zipped, "unzipped": one.unzipped}


if __name__ == "__main__":
    sys.exit(main())
