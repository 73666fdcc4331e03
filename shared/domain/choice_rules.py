"""What is wrong with a decision's own choices: what nobody could reach, or tell from another one."""

from collections.abc import Iterator, Sequence

from shared.domain.look_alikes import plain_of
from shared.domain.template_rules import Place, Problem


def choice_problems(choices: Sequence[str], place: Place) -> Iterator[Problem]:
    """A choice that stands there twice, looks like another one, means all, or is none."""
    if not choices:
        yield place, "there is nothing to choose; list at least one choice"
    seen: dict[str, str] = {}
    for number, choice in enumerate(choices):
        at, looks = (*place, number), _looks(choice)
        first = seen.setdefault(looks, choice)
        if looks in {"all", ""}:
            yield at, f"{choice!r} cannot be reached: `decide <resource> all` means every choice"
        elif first == choice and choices.index(choice) < number:
            yield at, f"{choice!r} is listed twice; the second cannot be reached"
        elif first != choice:
            yield at, f"{choice!r} looks like {first!r}; write one of them so that people can tell them apart"
        if choice.splitlines() not in ([choice], []):
            yield at, f"{choice!r} has a line break; write it in one line"


def _looks(choice: str) -> str:
    """The choice as people see it: without what is invisible, blanks as one, letters as those that they look like."""
    seen = (one if one.isprintable() else " " if one.isspace() else "" for one in choice)
    return "".join(map(plain_of, " ".join("".join(seen).split())))
