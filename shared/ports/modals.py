"""What the Slack door and the worker behind it need of Slack's modals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

View = Mapping[str, Any]
"""A view object of Slack's, of the type `modal`."""


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal that somebody has before them. `hash` says in which state; Slack changes it with each update."""

    view_id: str
    hash: str


class ModalOpener(Protocol):
    """Opens a modal in answer to a click, while its trigger is good: three seconds, once."""

    def open(self, trigger: str, view: View) -> OpenModal:
        """RetryableError where Slack is slow, down or limits us; PermanentError with Slack's own word as its code."""
        ...


class Modals(Protocol):
    """Changes a modal that is open."""

    def update(self, modal: OpenModal, view: View) -> None:
        """NotFoundError where it is closed, or was changed since; else as `ModalOpener.open`."""
        ...
