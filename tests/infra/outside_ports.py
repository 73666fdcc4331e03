"""What a function's own modules ask `Outside` for, and the adapters behind that, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra_cdk.bundling.reaches import ADAPTERS, Reach, matches
from shared import names

ROOT: Final = Path(__file__).parent.parent.parent
OUTSIDE: Final = ROOT / "shared" / "outside.py"


def ports(function: str) -> frozenset[str]:
    """Attributes of `outside` that the modules beside the handler name; settings among them that are no port."""
    folder = ROOT.joinpath(*names.handler_module(function).split(".")).parent
    return frozenset(name for file in folder.glob("*.py") for name in _asked_for(ast.parse(file.read_bytes())))


def reached(function: str) -> frozenset[Reach]:
    """What these ports are made of, and what the modules import of adapters themselves."""
    folder = ROOT.joinpath(*names.handler_module(function).split(".")).parent
    direct = {name for file in folder.glob("*.py") for name in _adapters(ast.parse(file.read_bytes()))}
    modules = direct | {name for port in ports(function) for name in _behind(port)}
    return frozenset(reach for reach, patterns in ADAPTERS.items() if any(matches(one, patterns) for one in modules))


def _asked_for(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="outside") | ast.Attribute(attr="outside")):
                yield node.attr
            case _:
                pass


def _behind(port: str) -> frozenset[str]:
    """The adapters that a property of `Outside` imports, itself or by another property."""
    found = next(node for node in ast.walk(ast.parse(OUTSIDE.read_bytes())) if getattr(node, "name", None) == port)
    own = {node.attr for node in ast.walk(found) if isinstance(node, ast.Attribute) and node.attr.startswith("_")}
    return frozenset(_adapters(found)) | {name for one in own for name in _behind(one)}


def _adapters(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared.adapters."):
            yield node.module
