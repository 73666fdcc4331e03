"""What the import contracts cannot say: rooms stay small, handlers are wiring, nothing private is committed."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("cli", "functions", "infra_cdk", "sandbox", "shared", "state_schema")
MODULES = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py") if "examples" not in path.parts)
HANDLERS = [path for path in MODULES if path.name == "handler.py"]
PRIVATE = re.compile(
    r"(?<![\w.])/(?:root|work|home|tmp)/[a-z]|\.\./shared|pypi\.org/simple|registry\.npmjs|DESIGN\.md|FACTS\.md"
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_why_it_exists_and_stays_small(module: Path) -> None:
    text = module.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 300
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda path: path.parent.name)
def test_a_handler_is_wiring(handler: Path) -> None:
    text = handler.read_text(encoding="utf-8")
    names = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) <= 30
    assert names == ["handler"]


def test_there_is_a_function_for_every_skill() -> None:
    from shared.names import SKILL_NAMES

    assert set(SKILL_NAMES) <= {path.parent.name for path in HANDLERS}


def test_nothing_names_this_machine_or_a_registry() -> None:
    this = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in committed()
        if path != this and path.stat().st_size < 2_000_000
        for match in PRIVATE.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []
