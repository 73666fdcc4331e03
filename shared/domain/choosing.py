"""What a person may answer at a decision: any of what a skill listed, of what the plan offers, or the fields of a form."""

from shared.domain.form_answers import Answers, Misfit, answered
from shared.domain.form_words import written
from shared.domain.view import Refusal
from state_schema.forms import Form, FormField
from state_schema.migration import Outputs
from state_schema.secrets import CREDENTIAL, secret_fields
from state_schema.signals import Act
from state_schema.steps import Decision

_NAMED = 10
_LONGEST = 900
_SHORT = 40


def answer_to(
    decision: Decision, offered: tuple[str, ...], act: Act, typed: str
) -> tuple[tuple[str, ...] | None, Answers | None] | Refusal:
    """(choices, None) or (None, answers to the form), whichever the decision asks for; a Refusal where they do not fit.

    `typed` is the beginning of the command that answers it.
    """
    if decision.form is not None:
        answers = filled(decision.form, act, typed)
        return answers if isinstance(answers, Refusal) else (None, answers)
    if act.answers is not None:
        return Refusal(
            "no_form", "This question has no fields: there is a list to choose from.", f"Write `{typed} <choice> …`."
        )
    choices = chosen(decision, offered, act.choices)
    return choices if isinstance(choices, Refusal) else (choices, None)


def chosen(decision: Decision, offered: tuple[str, ...], given: tuple[str, ...] | None) -> tuple[str, ...] | Refusal:
    """The choice, without doubles; `given` None means all that are offered. A Refusal says what could be chosen."""
    choice = offered if given is None else tuple(dict.fromkeys(given))
    if unknown := [one for one in choice if one not in set(offered)]:
        secret = next(secret_fields(unknown), None) is not None
        named = f"one of them {CREDENTIAL}" if secret else ", ".join(unknown[:5])[:_LONGEST]
        return Refusal("unknown_choice", f"Not among the choices: {named}.", "Choose from the list on the card.")
    if not decision.takes_many and len(choice) != 1:
        more = f" and {len(offered) - _NAMED:,} more" if len(offered) > _NAMED else ""
        named = ", ".join(offered[:_NAMED])
        return Refusal("one_choice", f"{len(choice)} were chosen, and one is wanted.", f"Choose one of: {named}{more}.")
    return choice


def filled(form: Form, act: Act, typed: str) -> Answers | Refusal:
    """The answers to the form, with its defaults; a Refusal says all that is wrong with them.

    A form of one field takes a choice alone: its buttons are choices.
    """
    given = act.answers
    if given is None and act.choices is not None and len(act.choices) == len(form.properties) == 1:
        given = {next(iter(form.properties)): act.choices[0]}
    if given is None:
        return Refusal("answers_wanted", "This question has fields to fill in.", f"Write `{typed} {usage(form)}`.")
    answers = answered(form, given)
    if isinstance(answers, dict):
        return answers
    return Refusal("wrong_answers", _told(answers), f"Write `{typed} {usage(form)}`.")


def usage(form: Form) -> str:
    """What follows the environment in the command: `workers=<whole number> [pool=<small|large>]`."""
    words = (f"{name}={_placeholder(field)}" for name, field in form.properties.items())
    needed = (name in form.required and form.properties[name].default is None for name in form.properties)
    return " ".join(word if must else f"[{word}]" for word, must in zip(words, needed, strict=True))


def _placeholder(field: FormField) -> str:
    if field.enum is not None:
        options = "|".join(map(written, field.enum))
        return f"<{options}>" if len(options) <= _SHORT else "<choice>"
    return {"boolean": "<true|false>", "integer": "<whole number>", "number": "<number>", "string": '"<text>"'}[
        field.type
    ]


def outputs_of(decision: Decision, choice: tuple[str, ...]) -> Outputs:
    """What later steps find under `as`: the one choice of a plan's own list; a list is too long for a template."""
    return {} if decision.takes_many else {decision.as_: choice[0]}


def _told(misfits: tuple[Misfit, ...]) -> str:
    """As many as an event holds."""
    told = [f"`{one.field}`: {one.sentence}" if one.field else one.sentence for one in misfits]
    text = "; ".join(told)
    return f"Nothing was decided. {text if len(text) <= _LONGEST else f'{text[:_LONGEST]}…'}."
