"""What people are asked on the way of one resource: how often, what, who answers, and with which command."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from shared.messages.escaping import one_line
from shared.messages.needed import COMMAND
from shared.messages.plan_way import Question, QuestionKind, Way
from state_schema.ids import SHARED_TRACK

_COUNTED: Final[dict[QuestionKind, tuple[str, str]]] = {
    "approval": ("approval of an environment", "approvals of an environment"),
    "command": ("explicit command", "explicit commands"),
    "gate": ("confirmation before a gated step", "confirmations before a gated step"),
    "merge": ("pull request to merge", "pull requests to merge"),
    "confirmation": ("confirmation", "confirmations"),
    "decision": ("decision", "decisions"),
}
_WHO: Final[dict[QuestionKind, str]] = {
    "approval": "an approver",
    "merge": "whoever may merge on GitHub",
}
"""Everything else is an operator's."""
_SPECIAL: Final = re.compile(r"[&<\\\[\]*|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def counted(ways: Sequence[Way]) -> str:
    """How often a person is asked, by track and by kind, in three sentences."""
    total = sum(len(way.asked) for way in ways)
    if not total:
        return "Nobody is asked anything, unless something fails."
    where = ", ".join(f"{len(way.asked)} {_where(way)}" for way in ways)
    kinds = Counter(question.kind for way in ways for _, question in way.asked)
    named = [f"{kinds[kind]} {words[kinds[kind] != 1]}" for kind, words in _COUNTED.items() if kinds[kind]]
    return (
        f"**A person is asked {total} {'time' if total == 1 else 'times'}**: {where}. By kind: {listed(named)}. It is "
        "fewer where nothing had to change, nothing is there to choose or a phase is left out, and one more for each "
        "failure that does not heal by itself."
    )


def table(ways: Sequence[Way], unit: str) -> Iterator[str]:
    """A heading and a table with a row for each question; nothing where nobody is asked."""
    rows = [
        f"| {way.name} | `{passage.stop.path}` | {_subject(way.name, question)} | {who(question)} "
        f"| {answer(question, unit, way.name)} |"
        for way in ways
        for passage, question in way.asked
    ]
    if rows:
        yield "## What people are asked, in order"
        numbered = [f"| {number} {row}" for number, row in enumerate(rows, start=1)]
        yield "\n".join(["| | where | step | question | who | command |", "|--:|---|---|---|---|---|", *numbered])


def _subject(track: str, question: Question) -> str:
    match question.kind:
        case "approval":
            return f"Approve {track}?"
        case "command" | "gate":
            return "May this step begin?"
        case _:
            return prose(question.ask)


def _where(way: Way) -> str:
    return "for all environments" if way.name == SHARED_TRACK else f"in `{way.name}`"


def who(question: Question) -> str:
    """Who may answer, as the rules for people say it."""
    return _WHO.get(question.kind, "an operator")


def answer(question: Question, unit: str, track: str) -> str:
    """What a person types in the channel, in a code span; `<unit>` stands for the resource."""
    given = f" {question.given}" if question.given else ""
    return f"`{COMMAND} {question.verb} <{unit}> {track}{given}`"


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def prose(text: str) -> str:
    """Text from the plan inside a sentence or a cell of a table, on one line; plain code spans keep their meaning.

    CommonMark, "Code spans": one ends at the next run of as many backticks, so spans are kept where all runs are single.
    """
    shown = one_line(text, 1000)
    parts = shown.split("`")
    if len(parts) % 2 == 0 or "``" in shown or any("|" in code for code in parts[1::2]):
        parts = [shown.replace("`", "'")]
    return "`".join(part if number % 2 else _SPECIAL.sub(_escaped, part) for number, part in enumerate(parts))


def _escaped(found: re.Match[str]) -> str:
    return {"&": "&amp;", "<": "&lt;"}.get(found[0], f"\\{found[0]}")
