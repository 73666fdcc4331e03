"""What mock people do with a modal that a button opened for them: fill it in and send it, or read it and close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.places import Place
from sandbox.slack.filling import at_a_venture
from sandbox.slack.server import MockSlack


@dataclass(frozen=True, slots=True)
class Opened:
    """A modal that somebody opened at a place. `fill` is what they have to say; None: whatever it takes."""

    place: Place
    user: str
    view_id: str
    fill: Mapping[str, str | Sequence[str]] | None


def fill_in(opened: Opened, slack: MockSlack) -> bool:
    """Whether there was anything to do. NoSuchButtonError where what they have to say does not fit in."""
    view = next((view for view in slack.modals(opened.user) if view["id"] == opened.view_id), None)
    if view is None:
        return False
    if "submit" not in view:
        slack.close_modal(opened.view_id)
        return True
    said = dict(opened.fill or {})
    given = {name for name in at_a_venture(view) if name in said or name.partition(":")[2] in said}
    rest = {name: value for name, value in at_a_venture(view).items() if name not in given}
    slack.submit(opened.view_id, opened.user, {**said, **rest})
    return True
