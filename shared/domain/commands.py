"""The one table of what people can say: help, validation of plans, dispatch and the written reference come from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from state_schema.plan import ApprovalStep, ConfirmationStep, Plan

Who = Literal["anyone", "operator", "approver", "as_asked", "two_people"]
WHO: Final[dict[Who, str]] = {
    "anyone": "anyone",
    "operator": "an operator of the campaign",
    "approver": "an approver of the campaign",
    "as_asked": "whoever the checkpoint names: an operator, for an environment's approval an approver",
    "two_people": "an operator asks, another person who is an approver agrees",
}


@dataclass(frozen=True, slots=True)
class CommandWord:
    """One command: `usage` is what follows its name, `help` one sentence, `act` whether it answers or changes a migration."""

    name: str
    usage: str
    help: str
    who: Who = "anyone"
    act: bool = False


_PLACE: Final = "<resource> [environment]"
_SCOPE: Final = "[all | wave N | environment E | migration R]"
COMMANDS: Final = (
    CommandWord("help", "[command]", "Lists the commands, or says what one does and who may give it."),
    CommandWord("status", "[resource]", "Says where everything is, and what to type next."),
    CommandWord("history", "<resource>", "Tells what happened, the newest last."),
    CommandWord("inbox", "", "Lists what waits for you, the oldest first."),
    CommandWord("explain", "<resource>", "Tells the way of a resource: what is done, where it is, what comes."),
    CommandWord("logs", _PLACE, "Gives the pull requests and runs, and the reason of the last failure."),
    CommandWord("verify", _PLACE, "Looks now at everything that is waited for there."),
    CommandWord(
        "reconcile",
        "[resource]",
        "Looks at everything and sends again what should be in flight; an operator may leave the resource out for all.",
    ),
    CommandWord("next", "", "Starts the first migration that may start.", "operator"),
    CommandWord("start", "<resource>", "Starts its migration.", "operator", act=True),
    CommandWord("approve", _PLACE, "Gives the approval that an environment requires.", "approver", act=True),
    CommandWord("confirm", "[action] <resource> [environment]", "Says yes to what is asked.", "as_asked", act=True),
    CommandWord(
        "deploy",
        f"{_PLACE} [--force]",
        "Orders the deployment that waits for this command; --force says what is missing, and goes past none of it.",
        "operator",
        act=True,
    ),
    CommandWord("run-migration", _PLACE, "Orders the migration that waits for this command.", "operator", act=True),
    CommandWord("open-pr", _PLACE, "Orders the pull request that waits for this command.", "operator", act=True),
    CommandWord("merge", _PLACE, "Orders the merge that waits for this command.", "operator", act=True),
    CommandWord("delete", _PLACE, "Orders the deletion that waits for this command.", "operator", act=True),
    CommandWord(
        "decide",
        f"{_PLACE} all | <item> … | <field>=<value> …",
        "Answers a decision: all items, some of them, one choice, or the fields of a form.",
        "operator",
        act=True,
    ),
    CommandWord("retry", f"{_PLACE} [reason]", "Does a failed step again.", "operator", act=True),
    CommandWord(
        "skip", "<resource> <environment> <reason>", "Leaves a failed step out and goes on.", "operator", act=True
    ),
    CommandWord("block", "<resource> <environment> <reason>", "Lets a failed step rest.", "operator", act=True),
    CommandWord(
        "rollback",
        "<resource> <environment> <reason>",
        "Takes back what a failed step did; where four eyes are wanted, another person says it too.",
        "operator",
        act=True,
    ),
    CommandWord("abort", "<resource> <reason>", "Ends the migration for good.", "operator", act=True),
    CommandWord(
        "move",
        "<resource> <plan>@<version> [--rename OLD=NEW] [--leave-out PHASE.STEP]",
        "Puts it on another version of the plan.",
        "operator",
        act=True,
    ),
    CommandWord(
        "assign", f"{_PLACE} [me | person]", "Says who takes care of a checkpoint; it gives no right.", act=True
    ),
    CommandWord("pause", f"{_SCOPE} [reason]", "Stops starts until somebody resumes.", "operator"),
    CommandWord(
        "resume", _SCOPE, "Lifts the pause and the freeze of this scope; of a wave, its breaker too.", "operator"
    ),
    CommandWord(
        "freeze",
        "all | campaign | wave N | environment E | migration R until <moment> | for <duration> [reason]",
        "Stops starts until a time.",
        "operator",
    ),
    CommandWord("except", "<resource> <environment> [reason]", "Lets one start in spite of a freeze.", "two_people"),
    CommandWord("open-wave", "<N>", "Opens a wave before the one before it is complete.", "operator"),
    CommandWord(
        "link",
        "[code | github:<id>]",
        "Ties your accounts together: Slack answers a code, a comment with it on a pull request proves the account.",
    ),
    CommandWord("unlink", "[github:<id>]", "Takes your own links back; of an account, an operator may too."),
)
BY_NAME: Final = {one.name: one for one in COMMANDS}
ACTS: Final = tuple(one.name for one in COMMANDS if one.act)
_OTHERS: Final = frozenset({
    "read", "audit", "campaign", "doctor", "init", "migration", "parked", "plan", "redrive", "sandbox", "say", "serve", "trace",
})  # fmt: skip
"""An action's name, and words of the command line alone."""
BUILT_IN: Final = frozenset(BY_NAME) | _OTHERS
"""Words that a plan's own `resume` words must not shadow."""


def resumes_of(plan: Plan) -> tuple[str, ...]:
    """The plan's own words: each answers the checkpoints that name it as their `resume`."""
    found = []
    for phase in plan.phases:
        for step in phase.steps:
            match step:
                case ApprovalStep(approval=asked):
                    found.append(asked.resume)
                case ConfirmationStep(confirmation=asked):
                    found.append(asked.resume)
                case _:
                    continue
    return tuple(dict.fromkeys(found))


def reference() -> Iterator[tuple[str, str, str]]:
    """(what is typed, what it does, who may) of each command, for the written reference."""
    for one in COMMANDS:
        yield f"{one.name} {one.usage}".rstrip(), one.help, WHO[one.who]
