"""The packages of one stage, installed once by pip from the lock file, pruned, compiled, and kept for all its functions."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Final

from infra_cdk.bundling import bytecode
from infra_cdk.bundling.distributions import RECORD
from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.locked import locked_for
from infra_cdk.bundling.pruning import is_kept
from infra_cdk.bundling.target import Target

CACHE: Final = Path(".cache", "bundles")
RUNTIME: Final = Path("requirements", "runtime.txt")
OWN_RUNTIME: Final = Path("requirements", "own-runtime.txt")
"""What Lambda's Python image has of its own, and `provided.al2023` has not."""
LAYOUT: Final = "1"
"""Changes where an installed site would look different for the same lock."""


def installed_site(root: Path, target: Target, tell: Callable[[str], None]) -> Path:
    """The folder of packages for `target`; at first use it is installed. BundleError where pip cannot."""
    files = (root / RUNTIME, root / OWN_RUNTIME) if target.own else (root / RUNTIME,)
    locked = locked_for(target, files)
    place = root / CACHE / _key(locked, target)
    if not place.is_dir():
        tell(f"Installing {' and '.join(str(file.relative_to(root)) for file in files)} for {target} (once)")
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(prefix="new-", dir=place.parent))
        try:
            _install(locked, target, fresh)
            _prune(fresh / "site")
            if target.has_bytecode:
                _compile(fresh / "site")
            _settle(fresh / "site", place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return place


def _key(locked: str, target: Target) -> str:
    compiler = sys.implementation.cache_tag if target.has_bytecode else "sources"
    what = "\n".join((LAYOUT, locked, str(target), *target.pip_options, str(compiler)))
    return f"{target.machine}-{target.version}-{sha256(what.encode()).hexdigest()[:16]}"


def _install(locked: str, target: Target, fresh: Path) -> None:
    requirements = fresh / "requirements.txt"
    requirements.write_text(locked, encoding="utf-8")
    done = subprocess.run(
        (
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:"),
            *target.pip_options,
            *("--target", fresh / "site", "--requirement", requirements),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BundleError(_why(done.stderr, target))


def _why(said: str, target: Target) -> str:
    """What pip said, as one sentence."""
    missing = re.search(r"No matching distribution found for (\S+)", said)
    if missing and "connection broken" in said:
        return f"pip cannot reach the package registry that it is set to, for {missing[1]}: try again when it answers."
    if missing:
        return f"There is no wheel of {missing[1]} for {target}: choose another version, Python or architecture."
    if "DO NOT MATCH THE HASHES" in said:
        found = re.search(r"^\s+(\S+==\S+)", said, re.MULTILINE)
        what = found[1] if found else "A package"
        return f"{what} is not what the lock file has the hash of: find out why, then run `make lock`."
    errors = (
        [line for line in said.splitlines() if line.startswith("ERROR: ")] or said.splitlines()[-1:] or ["it is silent"]
    )
    return f"pip cannot install the locked packages for {target}: {errors[0].removeprefix('ERROR: ')}"


def _prune(site: Path) -> None:
    for file in [one for one in site.rglob("*") if one.is_file()]:
        relative = PurePosixPath(file.relative_to(site))
        if not is_kept(relative, site) and relative.name != RECORD:
            file.unlink()


def _compile(site: Path) -> None:
    for file in site.rglob("*.py"):
        name = file.relative_to(site).as_posix()
        cached = site / bytecode.cache_name(name)
        cached.parent.mkdir(exist_ok=True)
        cached.write_bytes(bytecode.compiled(file.read_bytes(), name))


def _settle(fresh: Path, place: Path) -> None:
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():  # else another process was first, with the same
            raise
