"""The questions of `migrate init`, asked one by one until each has an answer that fits."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer

from cli.manifests import GITHUB_PATH, UNKNOWN_URL
from cli.setup_answers import NOT_YET, AppName, HttpsUrl, Owner, OwnName, SetupAnswers, fits
from state_schema.stage import FOLDER, Account, Digits, Email, Region, Repository, Team, Text


@dataclass(frozen=True, slots=True)
class Question:
    """`place` is a path in the document of the answers; `optional`: Enter leaves it out where nothing is known."""

    place: str
    ask: str
    kind: Any
    example: str
    default: str = ""
    optional: bool = False


_STAGE: Final = (
    Question("region", "AWS region", Region, "eu-central-1", "eu-central-1"),
    Question(
        "account", "AWS account (Enter: that of whoever deploys)", Account, "111122223333, twelve digits", optional=True
    ),
    Question("apps.owner", "Who owns the GitHub App and the repositories (organisation or user)", Owner, "acme"),
    Question("apps.name", "Name of the GitHub App (Enter: waymark-<owner>)", AppName, "waymark-acme", optional=True),
    Question("github.app_id", "Id of the GitHub App (0: not made yet)", Digits, "1234567", NOT_YET),
    Question(
        "github.installation_id",
        "Id of its installation, the end of that page's address (0: not yet)",
        Digits,
        "7654321",
        NOT_YET,
    ),
    Question(
        "github.bot_id",
        "Id of its bot: `gh api '/users/<app name>[bot]' -q .id` (0: not yet)",
        Digits,
        "200000001",
        NOT_YET,
    ),
    Question("slack.team", "Id of the Slack workspace (in the address of its web client)", Team, "T0ACME"),
    Question(
        "apps.url",
        "Address of the deployed API (Enter: not deployed yet)",
        HttpsUrl,
        "https://a1b2c3.execute-api.eu-central-1.amazonaws.com",
        optional=True,
    ),
    Question(
        "deployment_url",
        "Address of an Airflow that was deployed, as a template (Enter: none)",
        Text,
        "https://{resource.id}.airflow.example.com",
        optional=True,
    ),
    Question(
        "alarms.emails",
        "Who gets alarms by e-mail, with commas between (Enter: nobody)",
        Email,
        "platform@example.com",
        optional=True,
    ),
    Question(
        "deploy.repository",
        "Repository whose workflow may deploy (Enter: none)",
        Repository,
        "acme/waymark",
        optional=True,
    ),
)
EMPTY: Final = "-"
"""Typed to leave out what was known before."""
_PROVIDER: Final = (
    "Has the account GitHub's OpenID Connect provider already? (It can have but one; "
    "`aws iam list-open-id-connect-providers` lists it)"
)
_LISTS: Final = frozenset({"alarms.emails"})


def ask_all(root: Path, url: str) -> SetupAnswers:
    """Asks; what was answered before is the default. `url`, where given, is not asked for."""
    name = _asked(Question("name", "Name of the stage", OwnName, "production", "production"), "")
    document = known_before(root, name) | {"name": name}
    _tell_what_is_kept(document, name)
    before = _shown(document, "deploy.repository")
    if url:
        put(document, "apps.url", url)
    for question in _STAGE:
        if not (url and question.place == "apps.url"):
            put(document, question.place, _asked(question, _shown(document, question.place)))
    _ask_about_deploy(document, known=bool(before))
    whole = typer.confirm("Is that owner an organisation?", default=document["apps"].get("organisation", True))
    document["apps"]["organisation"] = whole
    return SetupAnswers.from_document(document, "the answers")


def _ask_about_deploy(document: dict[str, Any], *, known: bool) -> None:
    """What else the role wants; where it was `known` before, what its file left out stays as it is.

    The workflow's environment is called like the stage. Most accounts have GitHub's provider, and none can have two.
    """
    deploy = document.get("deploy", {})
    if not deploy.get("repository"):
        document.pop("deploy", None)
        return
    if not known:
        deploy |= {"environment": document["name"], "new_provider": False}
    there = typer.confirm(_PROVIDER, default=not deploy.get("new_provider", True), err=True)
    deploy["new_provider"] = not there


def _tell_what_is_kept(document: dict[str, Any], stage: str) -> None:
    kept = sorted({"batches", "concurrency"} & set(document))
    if kept:
        typer.echo(f"Kept as {FOLDER}/{stage}.toml has it, and not asked: {', '.join(kept)}.", err=True)


def known_before(root: Path, stage: str) -> dict[str, Any]:
    """What the files of an earlier time say: the stage's, and of the apps, their manifest. Unreadable ones say nothing."""
    document: dict[str, Any] = {}
    try:
        document = tomllib.loads((root / FOLDER / f"{stage}.toml").read_text(encoding="utf-8"))
        document["apps"] = _apps_of(json.loads(manifest_of(root, stage).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return document
    return document


def manifest_of(root: Path, stage: str) -> Path:
    """Where the GitHub App's manifest of a stage is kept."""
    return root / "setup" / stage / "github-app.json"


def put(document: dict[str, Any], place: str, answer: str) -> None:
    """Sets a dotted place of the document; an empty answer removes it, with a table that it leaves empty."""
    table, _, key = place.rpartition(".")
    within = document.setdefault(table, {}) if table else document
    if answer:
        within[key] = [part.strip() for part in answer.split(",")] if place in _LISTS else answer
    else:
        within.pop(key, None)
    if table and not within:
        del document[table]


def _shown(document: dict[str, Any], place: str) -> str:
    found: Any = document
    for key in place.split("."):
        found = found.get(key, "") if isinstance(found, dict) else ""
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found)


def _asked(question: Question, known: str) -> str:
    default = known or question.default
    while True:
        fallback = default if default or question.optional else None
        given = str(typer.prompt(question.ask, default=fallback, show_default=bool(default), err=True)).strip()
        if question.optional and given in {"", EMPTY}:
            return ""
        parts = [part.strip() for part in given.split(",")] if question.place in _LISTS else [given]
        if all(fits(question.kind, part) for part in parts):
            return given
        typer.secho(f"  That does not fit. For example: {question.example}", err=True, fg="red")


def _apps_of(manifest: dict[str, Any]) -> dict[str, Any]:
    hook = str(manifest["hook_attributes"]["url"]).removesuffix(GITHUB_PATH)
    return {
        "owner": str(manifest["url"]).rpartition("/")[2],
        "organisation": "/organizations/" in str(manifest["redirect_url"]),
        "name": str(manifest["name"]),
        "url": "" if hook == UNKNOWN_URL else hook,
    }
