"""How somebody looks on while a scenario runs."""

import sys
from collections.abc import Sequence
from typing import Protocol

from shared.domain.view import View


class Observer(Protocol):
    """Is told what changes. Both are called from the thread that runs the scenario."""

    def on_change(self, views: Sequence[View]) -> None:
        """A migration may have changed; these are all of them as they are now."""
        ...

    def on_card(self, text: str) -> None:
        """A Slack message is new or another one now; this is how a person reads it."""
        ...

    def on_wish(self, text: str) -> None:
        """Only the person who looks on can do this; said once."""
        ...


class NoObserver:
    """Nobody looks on."""

    def on_change(self, views: Sequence[View]) -> None:
        """Does nothing."""

    def on_card(self, text: str) -> None:
        """Does nothing."""

    def on_wish(self, text: str) -> None:
        """Does nothing."""


class Asking(NoObserver):
    """Nobody looks on, but somebody is needed: asked on standard error, for standard output is read by a program."""

    def on_wish(self, text: str) -> None:
        """Prints it."""
        print(text, file=sys.stderr, flush=True)
