"""Modals in memory, as the Slack door and the card worker see them."""

from shared.errors import NotFoundError
from shared.ports.modals import OpenModal, View
from tests.fakes.crashes import Outside


class FakeModals(Outside):
    """The ports ModalOpener and Modals. `shown` by view id; refusals and crashes are named `open` and `update`."""

    def __init__(self) -> None:
        super().__init__()
        self.triggers: list[str] = []
        self.shown: dict[str, View] = {}
        self.hashes: dict[str, str] = {}

    def open(self, trigger: str, view: View) -> OpenModal:
        with self.act("open"):
            self.triggers.append(trigger)
            opened = OpenModal(f"V{len(self.triggers)}", "h1")
            self._show(opened, view)
        return opened

    def update(self, modal: OpenModal, view: View) -> None:
        with self.act("update"):
            if self.hashes.get(modal.view_id) != modal.hash:
                raise NotFoundError(f"{modal.view_id} is closed or newer.")
            self._show(OpenModal(modal.view_id, f"{modal.hash}+"), view)

    def _show(self, modal: OpenModal, view: View) -> None:
        self.shown[modal.view_id], self.hashes[modal.view_id] = view, modal.hash
