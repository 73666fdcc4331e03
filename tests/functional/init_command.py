"""`migrate init` in a checkout of a test: what is typed or given, and what it wrote."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cli.main import app
from state_schema.stage import FOLDER

URL = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com"
ANSWERS = """\
name = "trial"
region = "eu-central-1"
github = {app_id = "1", installation_id = "2", bot_id = "3"}
slack = {team = "T0ACME"}
[apps]
owner = "acme"
"""
FILES = [f"{FOLDER}/trial.toml", "setup/trial/github-app.json", "setup/trial/slack-app.json", "setup/trial/README.md"]
PLAIN = ["trial", "", "", "acme", "", "", "", "", "T0ACME", "", "", "", "", ""]
"""Enter where there is a default, or where nothing need be said."""


def init(checkout: Path, *words: str | Path, typed: list[str] | None = None) -> Result:
    given = None if typed is None else "".join(f"{line}\n" for line in typed)
    return CliRunner().invoke(app, ["init", "--root", str(checkout), *map(str, words)], input=given)


def answered(checkout: Path, text: str = ANSWERS) -> Path:
    file = checkout / "answers.toml"
    file.write_text(text, encoding="utf-8")
    return file


def written(checkout: Path, path: str) -> Any:
    text = (checkout / path).read_text(encoding="utf-8")
    return json.loads(text) if path.endswith(".json") else text
