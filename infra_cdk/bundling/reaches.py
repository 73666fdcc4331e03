"""What each function reaches in the outside world. What it does not, its bundle leaves out: the composition root imports
every adapter, but only on demand.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final, Literal

Reach = Literal["airflow", "alerts", "github", "ruff", "slack"]

REACHES: Final[Mapping[str, frozenset[Reach]]] = {
    "observe": frozenset({"github"}),
    "post_checkpoint": frozenset({"slack", "alerts"}),
    "post_comment": frozenset({"github"}),
    "sweep": frozenset({"slack"}),
    "open_pull_request": frozenset({"github"}),
    "rewrite_dags": frozenset({"github", "ruff"}),
    "run_workflow": frozenset({"github"}),
    "list_items": frozenset({"airflow"}),
    "migrate_items": frozenset({"airflow"}),
    "verify": frozenset({"airflow"}),
}
"""Function to what it reaches; the others reach AWS alone. A test compares it with what the handlers ask for."""

ADAPTERS: Final[Mapping[Reach, tuple[str, ...]]] = {
    "airflow": ("shared.adapters.airflow_*",),
    "alerts": ("shared.adapters.sns", "shared.adapters.alert_*"),
    "github": ("shared.adapters.github_*",),
    "ruff": ("shared.adapters.ruff",),
    "slack": ("shared.adapters.slack", "shared.adapters.slack_groups"),
}
"""The modules of each; `slack_modals` is none of them: it needs no library, and both doors have it."""

EMBEDDED: Final = ("shared.adapters.sql_*", "shared.adapters.yaml_*")
"""The embedded engine and plan files: never on AWS."""


def is_cut(module: str, function: str) -> bool:
    """Whether `function` never comes to an import of this module that is made on demand."""
    reached = REACHES.get(function, frozenset())
    others = (pattern for reach, patterns in ADAPTERS.items() if reach not in reached for pattern in patterns)
    return _matches(module, EMBEDDED) or _matches(module, others)


def _matches(module: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(module, pattern) for pattern in patterns)
