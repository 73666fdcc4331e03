"""Each stage is synthesised once for all tests, with bundles that hold next to nothing."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.app import build
from infra_cdk.stage_file import read_stage
from shared import names
from state_schema.stage import Stage

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    for function in names.FUNCTIONS:
        with zipfile.ZipFile(folder / f"{function}.zip", "w") as archive:
            archive.writestr("placeholder.py", f"# {function}")
    return folder


class Synthesised:
    """The templates of one stage."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.files = sorted(folder.glob("*.template.json"))
        self.templates: dict[str, dict[str, Any]] = {
            file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in self.files
        }

    def of_type(self, kind: str) -> Resources:
        """All resources of that type in all stacks, by logical id."""
        return {
            name: resource
            for template in self.templates.values()
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def by(self, kind: str, name: str) -> Resources:
        """The properties of all resources of that type, by one of them that is a name."""
        return {one["Properties"][name]: one["Properties"] for one in self.of_type(kind).values()}


def synthesise(stage: Stage, bundles: Path) -> Synthesised:
    return Synthesised(stage, Path(build(stage, bundles).synth().directory))


@pytest.fixture(scope="session")
def production(bundles: Path) -> Synthesised:
    return synthesise(read_stage("production"), bundles)


@pytest.fixture(scope="session")
def local(bundles: Path) -> Synthesised:
    return synthesise(read_stage("local"), bundles)
