"""The whole way of one migration of the example, with what goes wrong on such a way, and every signal that it heard."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from shared.domain.machine import Signal
from shared.domain.orders import orders_for
from shared.domain.view import Decision, View
from state_schema.signals import Act, Failed, Observed, Progressed
from tests.stories import STRANGER, Story, failed_run, pull_request

_LONGEST: Final = 400
"""Turns that the way may take."""
_STARTER: Final = "principal:local"
"""Somebody else than who answers: production wants a second pair of eyes."""
WITH_EVENTS: Final = "with events"


@dataclass(frozen=True, slots=True)
class Heard:
    """One signal, and the view that it met."""

    view: View
    signal: Signal
    fate: str


class Way(Story):
    """A story that notes all that was heard, and hears some of it again."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        super().__init__()

    def signal(self, signal: Signal) -> Self:
        view = self.view
        super().signal(signal)
        self.heard.append(Heard(view, signal, _fate_of(self.last)))
        return self

    def goes_on(self) -> None:
        """One signal that moves it on, and, each in its turn, one that comes twice, too late, or for nothing."""
        before = len(self.heard)
        self.oblige()
        last = self.heard[before].signal
        match len(self.heard) % 5:
            case 0 | 1:
                self.signal(last)
            case 2:
                self.tick()
            case 3 if isinstance(last, Observed):
                self.signal(last.model_copy(update={"read_at": last.read_at - timedelta(minutes=5)}))
            case 4 if isinstance(last, Act) and last.checkpoint is not None:
                self.signal(last.model_copy(update={"id": f"{last.id}-again"}))
            case _:
                return


def whole_way() -> Way:
    """Waits for reviews, a failed run with a retry, two transient failures, and items that are done in parts."""
    way = Way()
    way.act("start", _STARTER)
    for _ in range(_LONGEST):
        if way.view.state.status == "completed":
            return way
        working = next(iter(orders_for(way.view)), None)
        if way.where().get("shared") == "code_migration.review awaiting_human":
            way.observe(pull_request()).observe(pull_request(head_sha="b2")).later(hours=1)
        elif working is not None and working.skill == "migrate_items" and working.done < 2:
            way.report(Progressed(done=working.done + 1, total=3, cursor=str(working.done)), working)
            continue
        elif working is not None and working.skill == "verify" and working.attempt == 1:
            again = way.now + timedelta(minutes=5)
            way.report(Failed(category="transient", reason="The scheduler did not answer.", retry_at=again), working)
            way.later(minutes=6).tick()
            continue
        elif way.where().get("test") == "deploy.run waiting" and way.step("test").attempt == 1:
            way.observe(failed_run())
            way.act("retry", STRANGER, track="test").answer("test", "retry")
            continue
        way.goes_on()
    raise AssertionError(f"it never came to an end: {way.where()}, {way.last.refusal}")


def _fate_of(decision: Decision) -> str:
    if decision.refusal is not None:
        return "refused"
    return WITH_EVENTS if decision.events else "looked at only" if decision.looks else "nothing new"
