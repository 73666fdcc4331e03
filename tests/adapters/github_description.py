"""GitHub's own OpenAPI description (npm `@octokit/openapi`), as a judge of calls and answers."""

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from sandbox.github.app import Recorded

PACKAGE: Final = "@octokit/openapi"
VERSION: Final = "23.0.2"
CACHE: Final = Path(__file__).parent.parent.parent / ".cache"
ARCHIVE: Final = CACHE / f"octokit-openapi-{VERSION}.tgz"
MEMBER: Final = "package/generated/api.github.com.json"
BASE: Final = "urn:github"
Json = dict[str, Any]


def fetch(folder: Path) -> None:
    """Downloads the package into `.cache`, unless it is there; skips, loudly, where it cannot."""
    if ARCHIVE.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"NOT TESTED: npm is not installed, so {PACKAGE}@{VERSION} cannot be downloaded")
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if packed.returncode:
        pytest.skip(f"NOT TESTED: {PACKAGE}@{VERSION} cannot be downloaded: {packed.stderr.strip()[-300:]}")
    CACHE.mkdir(exist_ok=True)
    shutil.move(folder / ARCHIVE.name, ARCHIVE)


class GithubDescription:
    """Finds the operation of a call, and says what is wrong with it."""

    def __init__(self) -> None:
        with tarfile.open(ARCHIVE) as archive:
            member = archive.extractfile(MEMBER)
            assert member is not None
            document: Json = json.load(member)
        self._paths = [(_pattern(path), path, operations) for path, operations in document["paths"].items()]
        # the template with the most literal text is the one that GitHub would take
        self._paths.sort(key=lambda found: -len(re.sub(r"\{[^}]*\}", "", found[1])))
        schema = {"components": _in_json_schema(document["components"])}
        self._registry: Registry[Any] = Registry().with_resource(BASE, DRAFT202012.create_resource(schema))
        self._webhooks = {name: hook["post"] for name, hook in document.get("x-webhooks", {}).items()}

    def operation(self, call: Recorded) -> tuple[str, Json] | None:
        """Path template and operation; None where GitHub has none."""
        path = re.sub(r"^/repositories/\d+", "/repos/acme/dags", call.path)
        for pattern, template, operations in self._paths:
            if pattern.fullmatch(path) and call.method.lower() in operations:
                return f"{call.method} {template}", operations[call.method.lower()]
        return None

    def problems(self, call: Recorded) -> Iterator[str]:
        """Of the request and of the answer, each with its place."""
        found = self.operation(call)
        if found is None:
            yield f"{call.method} {call.path}: GitHub has no such route"
            return
        name, operation = found
        yield from (f"{name} asked: {problem}" for problem in self._request_problems(call, operation))
        yield from (f"{name} answered {call.status}: {problem}" for problem in self._answer_problems(call, operation))

    def _request_problems(self, call: Recorded, operation: Json) -> Iterator[str]:
        parameters = [self._resolved(parameter) for parameter in operation.get("parameters", [])]
        known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        yield from (f"no query parameter {name!r}" for name in call.query if name not in known)
        content = self._resolved(operation.get("requestBody", {})).get("content", {})
        if call.body:
            yield from self._invalid(content.get("application/json", {}).get("schema"), json.loads(call.body))

    def _answer_problems(self, call: Recorded, operation: Json) -> Iterator[str]:
        answers = operation["responses"]
        if str(call.status) not in answers:
            # GitHub describes its common refusals for some routes only
            if call.status < 400:
                yield f"described are only {', '.join(answers)}"
            return
        content = self._resolved(answers[str(call.status)]).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is not None and call.answer:
            yield from self._invalid(schema, json.loads(call.answer))

    def webhook_problems(self, event: str, action: str | None, payload: Json) -> Iterator[str]:
        name = event.replace("_", "-") + (f"-{action.replace('_', '-')}" if action else "")
        schema = self._webhooks[name]["requestBody"]["content"]["application/json"]["schema"]
        yield from (f"{name}: {problem}" for problem in self._invalid(schema, payload))

    def _resolved(self, found: Json) -> Json:
        if "$ref" not in found:
            return found
        resolved: Json = self._registry.resolver(BASE).lookup(found["$ref"]).contents
        return resolved

    def _invalid(self, schema: Json | None, instance: object) -> Iterator[str]:
        if schema is None:
            yield "no schema describes this"
            return
        whole = {"$id": f"{BASE}:call", **_absolute(_in_json_schema(schema))}
        for error in Draft202012Validator(whole, registry=self._registry).iter_errors(instance):
            yield f"{error.json_path}: {error.message[:200]}"


def _pattern(path: str) -> re.Pattern[str]:
    """A `{path}`, `{ref}` or `{basehead}` may hold slashes."""
    literal = re.sub(r"\\\{(path|ref|basehead|branch)\\\}", "(.+)", re.escape(path))
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", literal))


def _in_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type `null`."""
    if isinstance(node, list):
        return [_in_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _in_json_schema(value) for key, value in node.items() if key not in {"example", "examples"}}
    if node.get("nullable") is True:
        found.pop("nullable")
        return {"anyOf": [found, {"type": "null"}]}
    return found


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"{BASE}{value}" if key == "$ref" and isinstance(value, str) else _absolute(value)
        for key, value in node.items()
    }
