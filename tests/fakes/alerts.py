"""A topic for alerts in memory."""

from tests.fakes.crashes import Outside


class FakeAlerts(Outside):
    """The port Alerts. `told` is (subject, text), in order; refusals and crashes are named `alert`."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []

    def alert(self, subject: str, text: str) -> None:
        with self.act("alert"):
            self.told.append((subject, text))
