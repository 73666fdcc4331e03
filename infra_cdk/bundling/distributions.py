"""Which distribution a package comes from, what that one needs, and which files are its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra_cdk.bundling import bytecode
from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.target import Target

RECORD: Final = "RECORD"
"""The list of a distribution's files, in its metadata."""


@dataclass(frozen=True)
class Distributions:
    """The distributions of one installed site."""

    site: Path
    target: Target

    def providing(self, packages: Iterable[str]) -> frozenset[str]:
        """Names of the distributions with these top-level packages, and of all that they need.

        BundleError where none has one: then the lock file lacks it.
        """
        wanted: list[tuple[str, frozenset[str]]] = [(self._provider(package), frozenset()) for package in packages]
        seen = set[tuple[str, frozenset[str]]]()
        while wanted:
            one = wanted.pop()
            if one not in seen:
                seen.add(one)
                wanted.extend(self._needs(*one))
        return frozenset(name for name, _ in seen)

    def files(self, distribution: str) -> tuple[PurePosixPath, ...]:
        """The files of a distribution as they lie in the site, bytecode included."""
        return self._files[distribution]

    def _provider(self, package: str) -> str:
        for name, files in self._files.items():
            if any(file.parts[0].partition(".")[0] == package for file in files):
                return name
        raise BundleError(
            f"Nothing in requirements/runtime.txt provides `{package}`: add it to pyproject.toml, `make lock`."
        )

    def _needs(self, name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        if name not in self._by_name:
            raise BundleError(f"requirements/runtime.txt lacks {name}, which another package needs: run `make lock`.")
        for text in self._by_name[name].requires or ():
            requirement = Requirement(text)
            marker = requirement.marker
            environments = ({**self.target.markers, "extra": extra} for extra in extras or {""})
            if marker is None or any(marker.evaluate(environment) for environment in environments):
                yield canonicalize_name(requirement.name), frozenset(requirement.extras)

    @cached_property
    def _by_name(self) -> dict[str, Distribution]:
        found = distributions(path=[str(self.site)])
        return dict(sorted((canonicalize_name(one.metadata["Name"]), one) for one in found))

    @cached_property
    def _files(self) -> dict[str, tuple[PurePosixPath, ...]]:
        return {name: tuple(self._present(distribution)) for name, distribution in self._by_name.items()}

    def _present(self, distribution: Distribution) -> Iterator[PurePosixPath]:
        for file in _recorded(distribution):
            if file.name != RECORD and (self.site / file).is_file():
                yield file
                cached = bytecode.cache_name(str(file)) if file.suffix == ".py" else ""
                if cached and (self.site / cached).is_file():
                    yield PurePosixPath(cached)


def _recorded(distribution: Distribution) -> Iterator[PurePosixPath]:
    """Its record, with scripts where `pip install --target` puts them."""
    for file in distribution.files or ():
        if file.parts[:3] == ("..", "..", "bin"):
            yield PurePosixPath(*file.parts[2:])
        elif ".." not in file.parts:
            yield PurePosixPath(file)
