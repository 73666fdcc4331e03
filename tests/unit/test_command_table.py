"""The table of commands is the one truth: what is dispatched, what plans may not use, and what help says follow from it."""

from typer.main import get_command

from cli.main import app
from cli.reference import FILE, document
from shared.app.command import HANDLERS, verbs_of
from shared.domain.commands import ACTS, BUILT_IN, BY_NAME, COMMANDS, WHO
from shared.domain.permissions import VERB_OF_ACTION
from shared.messages.escaping import as_plain
from shared.messages.helped import help_text, help_with, reference_markdown
from tests.stories import the_plan


def test_every_command_of_the_table_is_one_that_is_done_and_the_other_way_round() -> None:
    assert {*HANDLERS, *ACTS} == set(BY_NAME)


def test_no_command_stands_there_twice() -> None:
    assert len(BY_NAME) == len(COMMANDS)


def test_a_plan_cannot_shadow_a_command_nor_an_action() -> None:
    assert {*BY_NAME, *VERB_OF_ACTION.values()} <= BUILT_IN


def test_a_plan_cannot_shadow_a_word_of_the_command_line() -> None:
    assert set(get_command(app).commands) <= BUILT_IN  # type: ignore[attr-defined]


def test_help_lists_every_command_and_the_plans_own_words_in_one_answer() -> None:
    text = as_plain(help_text(verbs_of(the_plan())))

    assert all(f"`/migrate {name}" in text for name in (*BY_NAME, "pr-merged", "infra-applied", "test-done"))
    assert "more." not in text.splitlines()[-1]


def test_each_command_says_what_it_does_and_who_may() -> None:
    for one in COMMANDS:
        said = as_plain(help_with(one.name, the_plan()))
        assert said.endswith(f"{one.help} Who may: {WHO[one.who]}.")
        assert f"/migrate {one.name}" in said


def test_the_reference_has_a_row_for_each_and_escapes_what_would_end_a_cell() -> None:
    lines = reference_markdown().splitlines()

    assert len(lines) == len(COMMANDS) + 2
    assert (
        "| `pause [all \\| wave N \\| environment E \\| migration R] [reason]` | Stops starts until somebody resumes. | "
        in ("\n".join(lines))
    )


def test_the_written_reference_is_the_table() -> None:
    assert FILE.read_text() == document(), "run `make reference`"
