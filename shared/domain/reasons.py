"""What people say beside an act: which acts want a reason, and what no reason may hold.

Who reads later that work was left out, taken back or ended was not there.
"""

from typing import Final

from shared.domain.view import Refusal
from state_schema.secrets import secret_fields
from state_schema.signals import Act

REASON_WANTED: Final = frozenset({"skip", "block", "rollback", "abort"})


def credential_in(note: str) -> Refusal | None:
    """What is told who wrote something like a credential into a reason: the history keeps what it is given."""
    if next(secret_fields(note), None) is None:
        return None
    return Refusal("credential", "The reason looks like a credential, so nothing was done, and nothing of it is kept.",
                   "Say it again without. If it is a real one, replace it: it was sent where it does not belong.")  # fmt: skip


def words_after(verb: str) -> tuple[str, ...]:
    """What a command says after its place, as one writes it for people who are to fill it in."""
    return ("<reason>",) if verb in REASON_WANTED else ()


def unexplained(act: Act, place: str) -> Refusal | None:
    """What an act is told that wants a reason and gives none; `place` is what stands before it: resource, environment."""
    if act.verb not in REASON_WANTED or any(one.isprintable() and not one.isspace() for one in act.note):
        return None
    return Refusal("no_reason", f"`{act.verb}` wants a reason: it stays in the history, for those who ask later.",
                   f"Say it with the command: `{act.verb} {place} <reason>`.")  # fmt: skip
