"""The real use cases as the processes of one simulated world, each of their ports behind a border."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from functions.skills.list_items.skill import list_items
from functions.skills.migrate_items.skill import migrate_items
from functions.skills.open_pull_request.skill import open_pull_request
from functions.skills.rewrite_dags.skill import rewrite_dags
from functions.skills.run_workflow.skill import run_workflow
from functions.skills.verify.skill import verify
from shared import names
from shared.app.card import post_checkpoint
from shared.app.nudge import nudge
from shared.app.observe import observe
from shared.app.run_skill import Tools, refuse_foreign, run_skill
from shared.app.sweep import sweep
from shared.app.take_signal import take_signal
from shared.errors import RetryableError
from shared.messages.cards import card
from shared.ports.campaigns import Controls
from shared.ports.effects import Report
from shared.ports.migrations import DueTimes, Migrations, Watches
from shared.ports.rewriting import Rewritten
from shared.ports.skills import Skill, Work
from shared.ports.store import Store
from shared.webhooks.sighting import Sighting
from state_schema.orders import CARDS, CardMessage, DigestMessage, ModalMessage, NudgeMessage, Order, ReplyMessage
from state_schema.signals import SIGNALS, Act, Command, Failed, Observed, Reported, Ticked
from tests.fakes.crashes import Crash
from tests.fakes.stores import (
    FakeCampaigns,
    FakeGroups,
    FakeHistory,
    FakeMigrationIndex,
    FakePlans,
    FakeStores,
)
from tests.simulation.books import Books
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.deployment import URL, SimulatedDeployment
from tests.simulation.world.effects import BorderedCards, SimulatedEffects
from tests.simulation.world.faults import Faults
from tests.simulation.world.github import SimulatedGithub, SimulatedWorkflows
from tests.simulation.world.queues import SimulatedQueues, Worker
from tests.simulation.world.slack import WRITTEN_OUT, SimulatedChannel, a_word, only_buttons

Signal = Act | Observed | Reported | Ticked | Command


class AddingLinter:
    """The port Linter; every folder needs a change."""

    def rewrite(self, files: Mapping[str, str]) -> Rewritten:
        return Rewritten({path: f"# rewritten\n{text}" for path, text in files.items()}, ())


@dataclass
class Workers:
    """One function a queue, and the sweep. `order_seen` is told each order that was delivered."""

    agenda: Agenda
    chance: Chance
    faults: Faults
    stores: FakeStores
    migrations: Migrations
    controls: Controls
    due_times: DueTimes
    watches: Watches
    queues: SimulatedQueues
    effects: SimulatedEffects
    github: SimulatedGithub
    deployment: SimulatedDeployment
    channel: SimulatedChannel
    books: Books
    tell: Callable[[str], None]
    order_seen: Callable[[Order], None]
    signal_taken: Callable[[Signal, str], None]

    def __post_init__(self) -> None:
        self._history = FakeHistory(self.stores)
        self._cards = BorderedCards(self.faults)
        self.store = Store(
            campaigns=FakeCampaigns(self.stores),
            controls=self.controls,
            plans=FakePlans(self.stores),
            index=FakeMigrationIndex(self.stores),
            migrations=self.migrations,
            history=self._history,
            watches=self.watches,
            groups=FakeGroups(self.stores),
        )
        self._take = partial(take_signal, store=self.store, outbox=self.queues)
        self._tools = Tools(self._history, self._looks_at_the_clock, lambda: self.chance.between("jitter", 0.0, 1.0))
        self._skills = self._all_skills()

    def by_queue(self) -> dict[str, Worker]:
        return {
            names.SIGHTINGS: self._look,
            names.SIGNALS: self._decide,
            names.CARDS: self._show,
            names.COMMENTS: self._commented,
            **{names.skill_queue(skill): partial(self._work, skill) for skill in names.SKILL_NAMES},
        }

    def sweep(self) -> None:
        try:
            ticked = sweep(
                due_times=self.due_times, migrations=self.migrations, outbox=self.queues, now=self.agenda.clock()
            )
        except (Crash, RetryableError) as exc:
            self.tell(f"  sweep: {exc}")
        else:
            self.tell(f"sweep ticks {', '.join(ticked)}")

    def _look(self, body: str, receives: int) -> None:
        sighting = Sighting.from_json(body)
        told = observe(sighting, watches=self.watches, github=self.github, outbox=self.queues, clock=self.agenda.clock)
        self.tell(f"look at {sighting.address} ({sighting.action}) tells {', '.join(told) or 'nobody'}")

    def _decide(self, body: str, receives: int) -> None:
        message = _signal(body)
        said = self._take(message, again=receives > 1)
        self.tell(f"signal {message.id} is answered with {said}")
        self.signal_taken(message, said)

    def _show(self, body: str, receives: int) -> None:
        message = _card(body)
        if isinstance(message, DigestMessage | ModalMessage):
            return  # nobody acts on it, and a wave's rows are dear to read
        if isinstance(message, NudgeMessage):
            self._remind(message)
            return
        post_checkpoint(
            message,
            migrations=self.migrations,
            history=self._history,
            posted_cards=self._cards,
            channel=self.channel,
            replies=self.channel,
            render=card if self.chance.turn("card")[1] < WRITTEN_OUT else only_buttons,
            write=a_word,
        )

    def _commented(self, body: str, receives: int) -> None:
        """Nobody comments on a pull request here, so nobody is answered there."""
        message = ReplyMessage.model_validate_json(body)
        self.tell(f"a comment that nobody asked for: {message.reply_to}")

    def _remind(self, message: NudgeMessage) -> None:
        said = nudge(
            message,
            migrations=self.migrations,
            posted_cards=self._cards,
            channel=self.channel,
            alerts=self.channel,
            now=self.agenda.clock(),
        )
        self.tell(f"people are told of {message.track}/{message.step}, reminder {message.number}: {said}")

    def _work(self, skill: str, body: str, receives: int) -> None:
        order = _order(body)
        self.order_seen(order)
        refuse_foreign(order, skill)
        with self.books.at_work(order):
            said = run_skill(
                order,
                partial(self._acted, skill=self._skills[order.skill]),
                migrations=self.migrations,
                effects=self.effects,
                outbox=self.queues,
                tools=self._tools,
            )
        self.tell(f"order {order.key} is {said}")

    def _looks_at_the_clock(self) -> datetime:
        """The first look belongs to the fence: what comes after it may take as long as it does."""
        running, now = self.books.running[-1], self.agenda.clock()
        running.at = running.at or now
        return now

    def _acted(self, work: Work[Any], *, skill: Skill[Any]) -> Report:
        if self.faults.draw("fatal", work.order.key):
            return Failed(category="fatal", reason="the skill says that it is hopeless")
        return skill(work)

    def _all_skills(self) -> dict[str, Skill[Any]]:
        pulls: Any = {"pull_requests": self.github, "contents": self.github}
        deployment: Any = {"deployment": self.deployment, "url_template": URL}
        return {
            "rewrite_dags": partial(rewrite_dags, **pulls, linter=AddingLinter()),
            "open_pull_request": partial(open_pull_request, **pulls),
            "run_workflow": partial(run_workflow, workflows=SimulatedWorkflows(self.github)),
            "list_items": partial(list_items, **deployment),
            "migrate_items": partial(migrate_items, **deployment),
            "verify": partial(verify, **deployment),
        }


@lru_cache(maxsize=256)
def _signal(body: str) -> Signal:
    return SIGNALS.validate_json(body)


@lru_cache(maxsize=256)
def _card(body: str) -> CardMessage | DigestMessage | ModalMessage | NudgeMessage | ReplyMessage:
    return CARDS.validate_json(body)


@lru_cache(maxsize=256)
def _order(body: str) -> Order:
    return Order.model_validate_json(body)
