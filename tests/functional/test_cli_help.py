"""What `migrate` says of itself: each command shows how it is typed, and what its exit code means is written down."""

import re
import shlex
from collections.abc import Iterator
from importlib.metadata import version

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from cli.main import app
from tests.functional.command_line import migrate


def every_command(group: TyperGroup, *path: str) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, *path, name)
        elif isinstance(command, TyperCommand):
            yield (*path, name), command


ROOT = typer.main.get_group(app)
COMMANDS = dict(every_command(ROOT))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    examples = re.findall(r"^ *Example: (.*)$", command.help or "", re.MULTILINE)

    assert len(examples) == 1
    program, *words = shlex.split(examples[0])
    assert (program, tuple(words[: len(path)])) == ("migrate", path)
    with command.make_context(" ".join(path), words[len(path) :]):
        pass


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    result = migrate(*path, "--help")

    assert result.exit_code == 0
    assert "Example:" in result.stdout


def test_a_reason_is_offered_only_where_one_is_taken() -> None:
    assert "[REASON]" in migrate("pause", "--help").stdout
    assert "[REASON]" not in migrate("resume", "--help").stdout


def test_help_says_what_exit_codes_mean() -> None:
    shown = " ".join(migrate("--help").stdout.split())

    assert (
        "Exit codes: 0 done; 1 refused, not passed, or no such thing; 2 wrong input, or it cannot work; 3 busy, try again."
    ) in shown


def test_the_version_is_told() -> None:
    result = migrate("--version")

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"migrate {version('waymark')}\n", "")


@pytest.mark.parametrize(
    "words", [(), ("plan",), ("status", "--nope"), ("strat",), ("sandbox", "serve", "--port", "70000")]
)
def test_a_command_line_that_is_none_is_wrong_input(words: tuple[str, ...]) -> None:
    assert migrate(*words).exit_code == 2
