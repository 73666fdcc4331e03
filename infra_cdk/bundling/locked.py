"""The lock file, read for another machine: pip itself compares markers with the machine that it runs on."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.target import Target


def locked_for(target: Target, files: tuple[Path, ...]) -> str:
    """A requirements file without markers: what of `files` is for `target`, each with its hashes.

    BundleError where a file is missing, or a line has no hash.
    """
    return "".join(sorted(line for file in files for line in _lines(target, file)))


def _lines(target: Target, file: Path) -> Iterator[str]:
    for line in _text(file).replace("\\\n", " ").splitlines():
        what, *hashes = line.partition("#")[0].split(" --hash=")
        if not what.strip():
            continue
        requirement = _requirement(what, file)
        if not hashes:
            raise BundleError(f"{file} has no hash for {requirement.name}: run `make lock`.")
        if requirement.marker is None or requirement.marker.evaluate(target.markers):
            options = (f" --hash={one.strip()}" for one in hashes)
            yield f"{requirement.name}{requirement.specifier}{''.join(options)}\n"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise BundleError(f"There is no {file}: run `make lock`.") from exc


def _requirement(text: str, file: Path) -> Requirement:
    try:
        return Requirement(text.strip())
    except InvalidRequirement as exc:
        raise BundleError(f"{file} has a line that is no requirement, {text.strip()[:80]!r}: run `make lock`.") from exc
