"""One function's bundle: what it imports of ours, the distributions that this needs, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.bundling import bytecode, own_runtime
from infra_cdk.bundling.archive import Entry, write_archive
from infra_cdk.bundling.distributions import Distributions
from infra_cdk.bundling.imports import FirstParty
from infra_cdk.bundling.target import Target
from shared import names


@dataclass(frozen=True, slots=True)
class Built:
    """One zip file; sizes in bytes."""

    function: str
    path: Path
    zipped: int
    unzipped: int


@dataclass(frozen=True)
class Builder:
    """Builds the bundles of one target into the folder `out`."""

    target: Target
    first_party: FirstParty
    distributions: Distributions
    out: Path

    def build(self, function: str) -> Built:
        """Writes `<function>.zip`; BundleError says what it lacks."""
        entries = dict(self._entries(function))
        path = self.out / f"{function}.zip"
        write_archive(path, entries)
        return Built(function, path, path.stat().st_size, sum(len(entry.content) for entry in entries.values()))

    def _entries(self, function: str) -> Iterator[tuple[str, Entry]]:
        imports = self.first_party.imports_of(names.handler_module(function), function)
        packages = imports.packages
        for module in imports.modules:
            yield from self._module(self.first_party.file(module))
        if self.target.own:
            packages |= {own_runtime.CLIENT}
            yield own_runtime.NAME, own_runtime.bootstrap()
        for distribution in self.distributions.providing(packages):
            for file in self.distributions.files(distribution):
                content = (self.distributions.site / file).read_bytes()
                yield str(file), Entry(content, executable=file.parts[0] == "bin")

    def _module(self, file: Path) -> Iterator[tuple[str, Entry]]:
        name, source = file.relative_to(self.first_party.root).as_posix(), file.read_bytes()
        yield name, Entry(source)
        if self.target.has_bytecode:
            yield bytecode.cache_name(name), Entry(bytecode.compiled(source, name))
