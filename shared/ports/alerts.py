"""How people are reached who do not read the channel."""

from typing import Protocol


class Alerts(Protocol):
    """Reaches whoever subscribed: by e-mail, on a pager."""

    def alert(self, subject: str, text: str) -> None:
        """Sends it, perhaps twice where it is unclear whether it went out. RetryableError where it did not.

        PermanentError where it never will before somebody changes something.
        """
        ...
