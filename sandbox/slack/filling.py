"""Fills in a modal as a person does, within what Slack lets them: the `state.values` of what they submit."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sandbox.slack.payloads import Json

NUMBERS: Final = "number_input"
_TYPED: Final = ("plain_text_input", NUMBERS)
View = Mapping[str, Any]
Values = Mapping[str, Any]
"""By block id, or by what follows its colon: a text, the value of an option, or a list of these."""


class CannotSubmitError(LookupError):
    """A person can submit only what Slack lets them."""


def filled(view: View, given: Values) -> Json:
    """What is chosen and written in each input; what is not given is as the view has it.

    CannotSubmitError where there is nothing to submit, an input or an option that is given is not there, or a required
    input is empty or too long.
    """
    if "submit" not in view:
        raise CannotSubmitError(f"The modal {view['id']} has nothing to submit: {view['title']['text']}.")
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    named = {_named(name, inputs): value for name, value in given.items()}
    return {name: {block["element"]["action_id"]: _state(block, named.get(name))} for name, block in inputs.items()}


def at_a_venture(view: View) -> Json:
    """Something for each input that wants it: the first option, the least number, a few words."""
    wanting = (block for block in view["blocks"] if block["type"] == "input" and not block.get("optional"))
    return {block["block_id"]: _something(block["element"]) for block in wanting}


def _something(element: View) -> str:
    options = list(_options(element))
    if options:
        return str(options[0]["value"])
    return str(element.get("min_value", "1")) if element["type"] == NUMBERS else "Somebody looked into it."


def _named(name: str, inputs: Iterable[str]) -> str:
    found = next((one for one in inputs if name in {one, one.partition(":")[2]}), None)
    if found is None:
        raise CannotSubmitError(f"The modal has no input {name!r}; it has: {', '.join(inputs) or 'none'}.")
    return found


def _state(block: View, given: object) -> Json:
    element = block["element"]
    kind, wanted = element["type"], not block.get("optional")
    if kind in _TYPED:
        text = element.get("initial_value") if given is None else str(given)
        if (wanted and not text) or len(text or "") > element.get("max_length", 3000):
            raise CannotSubmitError(f"Slack takes no such text for {block['block_id']!r}.")
        return {"type": kind, "value": text or None}
    chosen = list(_chosen(element, given))
    if wanted and not chosen:
        raise CannotSubmitError(f"Nothing is chosen for {block['block_id']!r}.")
    if kind.startswith("multi_") or kind == "checkboxes":
        return {"type": kind, "selected_options": chosen}
    return {"type": kind, "selected_option": chosen[0] if chosen else None}


def _chosen(element: View, given: object) -> Iterator[Json]:
    if given is None:
        yield from element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
        return
    options = {option["value"]: option for option in _options(element)}
    for value in given if isinstance(given, list | tuple) else [given]:
        if value not in options:
            raise CannotSubmitError(f"There is no option {value!r}.")
        yield options[value]


def _options(element: View) -> Iterator[Json]:
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]
