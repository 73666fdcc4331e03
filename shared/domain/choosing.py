"""What a person may choose at a decision: any of what a skill listed, or what the plan itself offers."""

from shared.domain.view import Refusal
from state_schema.migration import Outputs
from state_schema.steps import Decision

_NAMED = 10


def chosen(decision: Decision, offered: tuple[str, ...], given: tuple[str, ...] | None) -> tuple[str, ...] | Refusal:
    """The choice, without doubles; `given` None means all that are offered. A Refusal says what could be chosen."""
    choice = offered if given is None else tuple(dict.fromkeys(given))
    if unknown := [one for one in choice if one not in set(offered)]:
        named = ", ".join(unknown[:5])
        return Refusal("unknown_choice", f"Not among the choices: {named}.", "Choose from the list on the card.")
    if not decision.takes_many and len(choice) != 1:
        more = f" and {len(offered) - _NAMED:,} more" if len(offered) > _NAMED else ""
        named = ", ".join(offered[:_NAMED])
        return Refusal("one_choice", f"{len(choice)} were chosen, and one is wanted.", f"Choose one of: {named}{more}.")
    return choice


def outputs_of(decision: Decision, choice: tuple[str, ...]) -> Outputs:
    """What later steps find under `as`: the one choice of a plan's own list; a list is too long for a template."""
    return {} if decision.takes_many else {decision.as_: choice[0]}
