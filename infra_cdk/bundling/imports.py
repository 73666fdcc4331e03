"""What a function imports, directly or not: the first-party modules that its bundle holds, and the packages that they need."""

import ast
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import grimp

from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.reaches import is_cut

PACKAGES: Final = ("functions", "shared", "state_schema")
"""All that a function may be made of."""
UNSEEN: Final = {"zoneinfo": "tzdata"}
"""Standard module to the package that it takes data from where the machine has none."""


@dataclass(frozen=True, slots=True)
class Imports:
    """Names of first-party modules, packages among them, and top-level names of third-party ones."""

    modules: frozenset[str]
    packages: frozenset[str]


@dataclass(frozen=True)
class FirstParty:
    """The import graph of the checkout in `root`, which has to be first on the path."""

    root: Path

    def imports_of(self, handler: str, function: str) -> Imports:
        """All that the module `handler` comes to. BundleError where there is no such module."""
        if handler not in self._graph.modules:
            raise BundleError(
                f"{function} has no module {handler}: add it, or take the function out of shared/names.py."
            )
        seen, packages = {handler}, set[str]()
        waiting = deque([handler])
        while waiting:
            module = waiting.popleft()
            for found in (*self._steps(module, function), *_parents(module)):
                if found.partition(".")[0] not in PACKAGES:
                    packages |= _third_party(found)
                elif found not in seen:
                    seen.add(found)
                    waiting.append(found)
        return Imports(frozenset(seen), frozenset(packages))

    def file(self, module: str) -> Path:
        """Where the source of a first-party module lies."""
        path = self.root.joinpath(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _steps(self, module: str, function: str) -> Iterator[str]:
        for found in self._graph.find_modules_directly_imported_by(module):
            if not (is_cut(found, function) and self._only_on_demand(module, found)):
                yield found

    def _only_on_demand(self, importer: str, imported: str) -> bool:
        details = self._graph.get_import_details(importer=importer, imported=imported)
        inner = _lines_in_functions(self.file(importer))
        return all(detail["line_number"] in inner for detail in details)

    @cached_property
    def _graph(self) -> grimp.ImportGraph:
        return grimp.build_graph(
            *PACKAGES, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
        )


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _third_party(name: str) -> set[str]:
    if name in UNSEEN:
        return {UNSEEN[name]}
    return set() if name in sys.stdlib_module_names else {name}


@cache
def _lines_in_functions(file: Path) -> frozenset[int]:
    """The lines of imports that are made when a function is called, not when the module is loaded."""
    tree = ast.parse(file.read_bytes())
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    inner = (node for function in functions for node in ast.walk(function))
    return frozenset(node.lineno for node in inner if isinstance(node, (ast.Import, ast.ImportFrom)))
