"""Points of time as people type them: `7d` ago, or a moment with its zone."""

from datetime import UTC, datetime

from shared.errors import InvalidInputError
from state_schema.grammar import parse_duration


def earliest(text: str, now: datetime) -> datetime:
    """`7d` before now, or the moment; InvalidInputError shows both."""
    try:
        return now - parse_duration(text)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
        moment = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        problem = f"--since {text!r} is neither a duration nor a moment with a zone; write 7d, or 2026-11-01T00:00:00Z"
        raise InvalidInputError((problem,))
    return moment
