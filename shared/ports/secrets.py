"""Where credentials come from."""

from typing import Protocol


class Secrets(Protocol):
    """Reads secrets by the names in `shared.names`."""

    def get(self, name: str) -> str:
        """Its text; PermanentError (without any of the text) where it is absent or empty, RetryableError where unreachable."""
        ...
