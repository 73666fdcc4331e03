"""What holds a start back besides slots and times: pauses, a wave's breaker, and a wave that is not open yet."""

from state_schema.campaign import Breaker, Campaign
from state_schema.gate import Gate, Pause
from state_schema.grammar import parse_percentage


def scopes_over(resource: str, environment: str | None, wave: int) -> tuple[str, ...]:
    """The scopes that cover a place, the widest first; `environment` None is the shared track."""
    scopes = ("all", "campaign", f"wave:{wave}", f"migration:{resource}")
    return scopes if environment is None else (*scopes, f"environment:{environment}")


def pause_over(gate: Gate, resource: str, environment: str | None, wave: int) -> tuple[str, Pause] | None:
    """(scope, pause) of the widest pause that covers this place; None where none does."""
    if not gate.pauses:
        return None
    scopes = scopes_over(resource, environment, wave)
    return next(((scope, gate.pauses[scope]) for scope in scopes if scope in gate.pauses), None)


def breaker_is_open(gate: Gate, campaign: Campaign, wave: int) -> bool:
    """Whether so many resources of the wave have failed that nothing more starts in it."""
    failed = len(gate.failures.get(wave, ()))
    return campaign.breaker is not None and failed > 0 and failed >= _limit(campaign.breaker, campaign, wave)


def _limit(breaker: Breaker, campaign: Campaign, wave: int) -> float:
    if isinstance(breaker.failures, int):
        return breaker.failures
    return max(1.0, float(parse_percentage(breaker.failures).of(size_of(campaign, wave))))


def size_of(campaign: Campaign, wave: int) -> int:
    """How many resources the wave has, with those that ended and that the file has left out since."""
    return sum(resource.wave == wave for resource in (*campaign.resources, *campaign.gone))


def may_start_in(gate: Gate, campaign: Campaign, wave: int) -> bool:
    """Whether the wave is open: it comes first, somebody opened it, or all migrations of the one before are over."""
    after = campaign.waves[wave].after if wave in campaign.waves else None
    return after is None or wave in gate.opened or gate.finished.get(after, 0) >= size_of(campaign, after)


def holds_back(gate: Gate, campaign: Campaign, resource: str, environment: str | None, wave: int) -> bool:
    """Whether nothing may start at this place until somebody lets it go. Windows and freezes end by themselves."""
    return pause_over(gate, resource, environment, wave) is not None or breaker_is_open(gate, campaign, wave)
