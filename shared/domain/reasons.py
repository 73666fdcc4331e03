"""Which acts want a reason: who reads later that work was left out, taken back or ended was not there."""

from typing import Final

from shared.domain.view import Refusal
from state_schema.signals import Act

REASON_WANTED: Final = frozenset({"skip", "block", "rollback", "abort"})


def words_after(verb: str) -> tuple[str, ...]:
    """What a command says after its place, as one writes it for people who are to fill it in."""
    return ("<reason>",) if verb in REASON_WANTED else ()


def unexplained(act: Act, place: str) -> Refusal | None:
    """What an act is told that wants a reason and gives none; `place` is what stands before it: resource, environment."""
    if act.verb not in REASON_WANTED or any(one.isprintable() and not one.isspace() for one in act.note):
        return None
    return Refusal("no_reason", f"`{act.verb}` wants a reason: it stays in the history, for those who ask later.",
                   f"Say it with the command: `{act.verb} {place} <reason>`.")  # fmt: skip
