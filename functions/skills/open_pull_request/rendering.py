"""Turns the files of a template folder into those of one resource; of all braces, only our own names are replaced."""

import re
from collections.abc import Mapping
from typing import Final

from shared.domain.repository_paths import is_repository_path
from shared.errors import PermanentError

_PLACEHOLDER: Final = re.compile(r"(?<![{$])\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)+)\}")
"""`{resource.id}`, but neither `{{ … }}` (Jinja) nor `${…}` (shell, Terraform, GitHub Actions)."""
_OUR_ROOTS: Final = frozenset({"resource", "environment", "campaign"})


def rendered_files(files: Mapping[str, str], folder: str, target: str, scope: Mapping[str, object]) -> dict[str, str]:
    """Each file of `folder` below `target`, with the names in its path and text replaced from `scope`.

    PermanentError where a name is ours but has no value, a path leaves the target, or two files meet at one path.
    """
    found: dict[str, str] = {}
    for source, text in sorted(files.items()):
        path = f"{target}/{_rendered(source.removeprefix(f'{folder}/'), scope, source)}"
        if not is_repository_path(path):
            raise PermanentError(
                f"{source[:100]!r} would be written to {path[:150]!r}, which is no path in a repository: rename it in the "
                "template, or correct the value that it is made of.",
                "template_bad_path",
            )
        if path in found:
            raise PermanentError(
                f"{source[:150]!r} and another file of the template both become {path[:150]!r}: rename one of them.",
                "template_same_path",
            )
        found[path] = _rendered(text, scope, source)
    return found


def _rendered(text: str, scope: Mapping[str, object], source: str) -> str:
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in scope and name.split(".")[0] in _OUR_ROOTS]
    if unknown:
        raise PermanentError(
            f"{source[:150]!r} of the template asks for {{{unknown[0][:80]}}}, which this step does not have: correct the "
            "name in the template, or add the attribute to the plan or the campaign.",
            "template_unknown_name",
        )
    return _PLACEHOLDER.sub(lambda match: str(scope.get(match[1], match[0])), text)
