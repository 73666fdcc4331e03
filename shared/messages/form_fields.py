"""The fields of a decision's form as people read them: what each is called, what may stand there, what follows without."""

from collections.abc import Iterator, Sequence
from typing import Final

from shared.domain.form_words import wanted, written
from shared.messages.escaping import code, sentence, words
from state_schema.forms import Form, FormField

_BUTTONS: Final = 5
_A_SECTION: Final = 5
"""Fields of one section: each may have 600 of its 3,000 characters."""


def sections(form: Form) -> Iterator[str]:
    """The fields in Slack's markup, as many texts as they need."""
    lines = [_line(form, name, field) for name, field in form.properties.items()]
    for start in range(0, len(lines), _A_SECTION):
        title = "*To fill in*\n" if start == 0 else ""
        yield title + "\n".join(lines[start : start + _A_SECTION])


def options(form: Form) -> Sequence[str]:
    """What one click can answer: the few options of an only field; none where there is more to say."""
    if len(form.properties) > 1:
        return ()
    (field,) = form.properties.values()
    allowed = (True, False) if field.type == "boolean" and field.enum is None else field.enum or ()
    return tuple(map(written, allowed)) if len(allowed) <= _BUTTONS else ()


def without(form: Form, name: str) -> str:
    """What follows where the field is left out, plain: `required`, `8 where it is left out`."""
    default = form.properties[name].default
    if default is not None:
        return f"{written(default)} where it is left out"
    return "required" if name in form.required else "may be left out"


def _line(form: Form, name: str, field: FormField) -> str:
    title = f"*{words(field.title.replace('*', ' '), 90)}* {code(name)}" if field.title else code(name)
    described = f" {sentence(words(field.description, 160))}" if field.description else ""
    return f"• {title}: {words(wanted(field), 220)}; {words(without(form, name), 60)}.{described}"
