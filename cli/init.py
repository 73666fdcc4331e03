"""`migrate init`: asks, then writes the settings of a stage and the manifests of the GitHub App and the Slack app."""

import difflib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.manifests import github_form, github_manifest, slack_form, slack_manifest
from cli.setup_answers import HttpsUrl, SetupAnswers, fits
from cli.setup_guide import guide, next_steps
from cli.setup_questions import ask_all, known_before, put
from cli.stage_file import stage_file
from cli.store import Json, told
from shared.errors import InvalidInputError
from state_schema.stage import FOLDER, is_stage_name

_KEEP: Final = "Nothing was written. Give --force to write it all the same."


def init(
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help=r"TOML: a stage's fields, and a table \[apps] with owner, organisation, name, url.",
        ),
    ] = None,
    url: Annotated[str, typer.Option("--url", help="The address of the API, as the deployment printed it.")] = "",
    root: Annotated[Path, typer.Option("--root", metavar="FOLDER", help="The checkout to write into.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there and differs.")] = False,
    as_json: Json = False,
) -> None:
    """Ask for what a deployment needs, then write its settings and the manifests of the GitHub App and the Slack app.

    Nothing is overwritten without --force: the difference is shown, and the exit code is 1. What was answered before is
    the default; `-` empties an answer. No secret is asked for.

    Example: migrate init --answers infra_cdk/stages/production.toml --url https://a1b2c3.execute-api.eu-central-1.amazonaws.com
    """
    with told():
        if not (root / FOLDER).is_dir():
            raise InvalidInputError(
                (f"There is no {root / FOLDER}: run this in a checkout of Waymark, or name one: --root.",)
            )
        if not fits(HttpsUrl, url):
            raise InvalidInputError(
                (f"--url {url!r} is not the address of an API: give https:// and a host, and no more.",)
            )
        given = _given(answers, root, url, as_json=as_json)
        _show(_write(root, files_of(given), force=force), given, as_json=as_json)


def files_of(answers: SetupAnswers) -> Mapping[str, str]:
    """Path (from the checkout) to text, of all that is written."""
    folder = f"setup/{answers.stage.name}"
    return {
        f"{FOLDER}/{answers.stage.name}.toml": stage_file(answers.stage),
        f"{folder}/github-app.json": _document(github_manifest(answers.apps)),
        f"{folder}/slack-app.json": _document(slack_manifest(answers.apps)),
        f"{folder}/README.md": guide(answers),
    }


def _given(file: Path | None, root: Path, url: str, *, as_json: bool) -> SetupAnswers:
    if file is not None:
        document = _read(file)
        name = document.get("name")
        if isinstance(name, str) and is_stage_name(name) and "apps" not in document:
            document["apps"] = known_before(root, name).get("apps", {})
        if url and isinstance(document.get("apps", {}), dict):
            put(document, "apps.url", url)
        return SetupAnswers.from_document(document, str(file))
    if as_json:
        raise InvalidInputError(("With --json nothing is asked: give --answers FILE.",))
    try:
        return ask_all(root, url)
    except typer.Abort as exc:
        raise InvalidInputError(
            ("Not all was answered; nothing was written. Without a terminal, give --answers FILE.",)
        ) from exc


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise InvalidInputError((f"{file} cannot be read as TOML: {exc}.",)) from exc


def _write(root: Path, files: Mapping[str, str], *, force: bool) -> list[str]:
    """What was written; all or nothing: exit code 1 where something differs and is not to be overwritten."""
    before = {path: _present(root / path) for path in files}
    new = {path: text for path, text in files.items() if before[path] != text}
    differing = [path for path in new if before[path] is not None]
    for path in differing:
        lines = difflib.unified_diff((before[path] or "").splitlines(), new[path].splitlines(), path, path, lineterm="")
        typer.echo("\n".join(lines), err=True)
    if differing and not force:
        typer.secho(_KEEP, err=True, fg="red")
        raise typer.Exit(1)
    try:
        for path, text in new.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InvalidInputError((f"{exc.filename} cannot be written: {exc.strerror}.",)) from exc
    return list(new)


def _present(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInputError((f"{file} is there and cannot be read: {exc}. Move it away.",)) from exc


def _document(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"


def _show(written: list[str], answers: SetupAnswers, *, as_json: bool) -> None:
    steps = next_steps(answers)
    if as_json:
        links = {"github_app": github_form(answers.apps), "slack_app": slack_form(answers.apps)}
        typer.echo(json.dumps({"written": written, **links, "next": steps}))
        return
    for path in written:
        typer.echo(f"Wrote {path}")
    if not written:
        typer.echo("All of it was there already; nothing changed.")
    for number, step in enumerate(steps, 1):
        typer.echo(f"{number}. {step}")
