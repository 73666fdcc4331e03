"""Each stage is synthesised once for all tests, with bundles that hold next to nothing."""

import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

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

    def __init__(self, stage: Stage, folder: Path, found: list[str]) -> None:
        self.stage = stage
        self.found = found
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

    def function(self, function: str) -> dict[str, Any]:
        """The properties of one of our functions."""
        return self.by("AWS::Lambda::Function", "FunctionName")[f"waymark-{function.replace('_', '-')}"]

    def by(self, kind: str, name: str) -> Resources:
        """The properties of all resources of that type, by one of them that is a name."""
        return {one["Properties"][name]: one["Properties"] for one in self.of_type(kind).values()}


def findings(app: App) -> list[str]:
    """Synthesises under cdk-nag's rules; what they find, as `rule construct`."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with suppress(RuntimeError):  # it raises where something is found, after it wrote the report
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    violations = [one for plugin in report["pluginReports"] for one in plugin["violations"]]
    return [f"{one['ruleName']} {at['constructPath']}" for one in violations for at in one["violatingConstructs"]]


def synthesise(stage: Stage, bundles: Path) -> Synthesised:
    app = build(stage, bundles, validate=False)  # cfn-lint does, in test_rules.py
    found = findings(app)
    return Synthesised(stage, Path(app.outdir), found)


@pytest.fixture(scope="session")
def production(bundles: Path) -> Synthesised:
    """The committed example, for whatever account deploys."""
    return synthesise(read_stage("example").model_copy(update={"account": None}), bundles)


@pytest.fixture(scope="session")
def local(bundles: Path) -> Synthesised:
    return synthesise(read_stage("local"), bundles)


def plain(value: Any) -> str:
    """A text of a template with its references as CloudFormation writes them in `Fn::Sub`: `arn:${AWS::Partition}:…`."""
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return "${" + name + "}"
        case {"Fn::GetAtt": [name, attribute]}:
            return "${" + f"{name}.{attribute}" + "}"
        case {"Fn::ImportValue": exported}:
            return "${import " + plain(exported) + "}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::Join": ["", parts]}:
            return "".join(map(plain, parts))
        case _:
            raise AssertionError(f"no text: {value}")
