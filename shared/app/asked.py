"""One command as it is understood: who asks what, in which campaign; and how it is done on one migration."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.app.advance import advance
from shared.app.typed_acts import act_of
from shared.errors import NotFoundError
from shared.messages.acted import acted
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import Answer, refused
from state_schema.campaign import Campaign
from state_schema.plan import Plan
from state_schema.signals import Act, Command


@dataclass(frozen=True, slots=True)
class Asked:
    """`words` begin with the command's name. `plan` is that of the resource where one is named, else the campaign's."""

    command: Command
    words: tuple[str, ...]
    campaign: Campaign
    plan: Plan
    store: Store
    outbox: Outbox
    again: bool = False

    @property
    def rest(self) -> tuple[str, ...]:
        """What follows the command's name."""
        return self.words[1:]

    @property
    def resources(self) -> list[str]:
        """The ids of the campaign's resources."""
        return [one.id for one in self.campaign.resources]

    def act(self, words: Sequence[str] | None = None) -> Answer:
        """Does these words (its own, where none are given) as an act on one migration."""
        read = act_of(self.command, list(words or self.words), self.campaign, self.plan)
        return read if isinstance(read, Answer) else self.done(read)

    def done(self, act: Act) -> Answer:
        """Decides on the act, makes it so, and answers."""
        act = act.model_copy(update={"correlation": self.command.correlation or self.command.id})
        try:
            decision = advance(act, store=self.store, outbox=self.outbox, again=self.again)
        except NotFoundError as exc:
            return refused("not_found", str(exc))
        return acted(decision, act)
