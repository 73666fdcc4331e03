"""What people are told about the commands: all of them in a few lines, or one of them."""

from collections.abc import Sequence
from typing import Final

from shared.domain.commands import BY_NAME, WHO, reference
from shared.messages.escaping import cell, code, mrkdwn
from shared.messages.needed import COMMAND
from shared.messages.replies import within
from state_schema.plan import ApprovalStep, ConfirmationStep, Plan

_TITLE: Final = (
    "What you can write in this channel (slash commands do not work in threads); `help &lt;command&gt;` says more:"
)
_ASKED: Final = 3
_USAGE: Final = "<resource> [environment]"


def help_text(verbs: Sequence[str]) -> str:
    """Every command that this campaign's plan takes, one on a line."""
    return within(_TITLE, [code(f"{COMMAND} {typed}", 200) for typed in dict.fromkeys(map(_typed, verbs))])


def help_with(verb: str, plan: Plan) -> str:
    """What one command does, and who may give it."""
    known = BY_NAME.get(verb)
    if known is None:
        return f"{code(f'{COMMAND} {verb} {_USAGE}')}: {_of_the_plan(verb, plan)}"
    return f"{code(f'{COMMAND} {_typed(verb)}', 300)}: {mrkdwn(known.help, 500)} Who may: {WHO[known.who]}."


def reference_markdown() -> str:
    """The table of all commands, for the README."""
    rows = [f"| `{cell_code(typed)}` | {cell(text)} | {cell(who)} |" for typed, text, who in reference()]
    return "\n".join(["| what is typed after `/migrate` | what it does | who may |", "|---|---|---|", *rows, ""])


def cell_code(text: str) -> str:
    """For a code span in a cell, where only the pipe would end it."""
    return text.replace("|", "\\|")


def _typed(verb: str) -> str:
    known = BY_NAME.get(verb)
    return f"{verb} {known.usage if known else _USAGE}".rstrip()


def _of_the_plan(verb: str, plan: Plan) -> str:
    """What the plan asks where this word answers."""
    asks = []
    for phase in plan.phases:
        for step in phase.steps:
            match step:
                case ApprovalStep(approval=asked) if asked.resume == verb:
                    asks.append(f"has the pull request of {phase.name}.{step.id} looked at; merging it is the answer")
                case ConfirmationStep(confirmation=asked) if asked.resume == verb:
                    asks.append(f"answers {phase.name}.{step.id}: {mrkdwn(asked.ask, 300)}")
                case _:
                    continue
    return f"{'; '.join(asks[:_ASKED]) or 'a word of another version of the plan'}."
