"""Writes a stage as the TOML file that people go on editing: what is as usual is left out, what is not is explained."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from state_schema.stage import Stage

_HEAD: Final = """\
# What the stage `{name}` is set to. No secret belongs in here: they live in AWS Secrets Manager, below `waymark/`.
# Written by `migrate init`; everything else that can be set is in state_schema/json/stage.schema.json.
"""
_WHY: Final[Mapping[str, str]] = {
    "account": "Twelve digits; left out: the account of whoever deploys.",
    "deployment_url": "Where an Airflow is that was deployed, as a template.",
    "title_prefix": "Before the title of each pull request.",
    "github": "The GitHub App; `bot_id` is the user id of its bot account, so that it does not hear itself. 0: not made yet.",
    "slack": "The one workspace whose people are listened to.",
    "alarms": "Who hears of alarms, and when.",
    "concurrency": "Skill to how many of its functions run at once, at most.",
    "batches": "`migrate next` by the clock; the campaign must list `principal:schedule` among its operators.",
    "deploy": "The GitHub workflow that may deploy.",
    "api": "Requests a second, and at once, before the API answers 429.",
}
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def stage_file(stage: Stage) -> str:
    """The text of `<stage>.toml`; `Stage.from_toml` reads the same stage from it."""
    document = stage.model_dump(mode="json", exclude_defaults=True)
    return _HEAD.format(name=stage.name) + "\n".join(_table(document, ())).rstrip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Plain values first: in TOML, what follows a table's head belongs to it."""
    nested = {key: value for key, value in table.items() if _is_table(value)}
    for key, value in table.items():
        if key not in nested:
            yield from _comment((*path, key))
            yield f"{_key(key)} = {_value(value)}"
    for key, value in nested.items():
        place = (*path, key)
        head = ".".join(map(_key, place))
        for one in value if isinstance(value, list) else (value,):
            yield ""
            yield from _comment(place)
            yield f"[[{head}]]" if isinstance(value, list) else f"[{head}]"
            yield from _table(one, place)


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _comment(path: tuple[str, ...]) -> Iterator[str]:
    if why := _WHY.get(".".join(path)):
        yield f"# {why}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """A basic string of TOML: quotes, backslashes and control characters are escaped."""
    return '"' + re.sub(r'["\\\x00-\x1f\x7f]', lambda found: f"\\u{ord(found[0]):04x}", text) + '"'
