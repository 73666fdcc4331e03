"""A cloud assembly, as `cdk synth` leaves it in a folder: its stacks in the order of their dependencies, and its files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]
_STACK: Final = "aws:cloudformation:stack"
_ASSETS: Final = "cdk:asset-manifest"


@dataclass(frozen=True, slots=True)
class StackTemplate:
    """One stack to be created or updated."""

    name: str
    template: Json


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the templates expect at `key` of `bucket`."""

    content: bytes
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Assembly:
    """What is deployed. Stacks come after those that they depend on."""

    stacks: tuple[StackTemplate, ...]
    assets: tuple[Asset, ...]

    @classmethod
    def read(cls, folder: Path, account: str, region: str) -> "Assembly":
        """The assembly in `folder`, for one account and region."""
        artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
        stacks = tuple(
            StackTemplate(name, json.loads((folder / artifacts[name]["properties"]["templateFile"]).read_text()))
            for name in _in_order(artifacts)
        )
        manifests = [one["properties"]["file"] for one in artifacts.values() if one["type"] == _ASSETS]
        place = {"${AWS::AccountId}": account, "${AWS::Region}": region, "${AWS::Partition}": "aws"}
        assets = {one.key: one for manifest in manifests for one in _assets(folder, manifest, place)}
        return cls(stacks, tuple(assets.values()))


def _in_order(artifacts: Mapping[str, Json]) -> list[str]:
    found: list[str] = []

    def add(name: str) -> None:
        for needed in artifacts[name].get("dependencies", ()):
            add(needed)
        if artifacts[name]["type"] == _STACK and name not in found:
            found.append(name)

    for name in artifacts:
        add(name)
    return found


def _assets(folder: Path, manifest: str, place: Mapping[str, str]) -> Iterator[Asset]:
    """The zip files among them. Templates, which are listed too, are handed over as they are."""
    for one in json.loads((folder / manifest).read_text())["files"].values():
        if one["source"]["path"].endswith(".template.json"):
            continue
        assert one["source"]["packaging"] == "file", f"{one['source']} is a folder, and bundles are zip files"
        content = (folder / one["source"]["path"]).read_bytes()
        for destination in one["destinations"].values():
            bucket = destination["bucketName"]
            for name, value in place.items():
                bucket = bucket.replace(name, value)
            yield Asset(content, bucket, destination["objectKey"])
