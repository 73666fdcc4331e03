"""All use cases on stores and queues in memory, with the workers run by hand: what a test does not do does not happen."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from shared import names
from shared.app import campaigns
from shared.app.card import post_checkpoint
from shared.app.command import run_command
from shared.app.digest import post_digest
from shared.app.fill_modal import fill_modal
from shared.app.nudge import nudge
from shared.app.observe import observe
from shared.app.run_skill import Tools, run_skill
from shared.app.sweep import sweep
from shared.app.take_signal import take_signal
from shared.domain.checkpoints import open_checkpoints
from shared.domain.orders import orders_for
from shared.domain.reasons import REASON_WANTED
from shared.domain.view import View
from shared.engines import Engine
from shared.messages.answer_text import text_of
from shared.ports.effects import Report
from shared.ports.migrations import Migrations
from shared.ports.queues import Outbox
from shared.ports.skills import Skill, Work
from shared.webhooks.sighting import Sighting
from state_schema.answers import Answer
from state_schema.campaign import Campaign
from state_schema.ids import Person
from state_schema.orders import CARDS, DigestMessage, ModalMessage, NudgeMessage, Order
from state_schema.plan import Plan
from state_schema.signals import SIGNALS, Act, CheckpointRef, Command, Pending, ReplyTo, Succeeded
from tests.fakes.alerts import FakeAlerts
from tests.fakes.clock import FakeClock
from tests.fakes.effects import FakeEffects
from tests.fakes.looking import FakeGithubReader
from tests.fakes.modals import FakeModals
from tests.fakes.pace import FakePace
from tests.fakes.parking import FakeParking
from tests.fakes.queues import FakeQueues
from tests.fakes.slack import FakeCardChannel, FakeReplies
from tests.fakes.stores import (
    FakeCampaigns,
    FakeControls,
    FakeDueTimes,
    FakeGroups,
    FakeHistory,
    FakeMigrationIndex,
    FakeMigrations,
    FakePlans,
    FakePostedCards,
    FakeStores,
    FakeWatches,
)
from tests.stories import CHOICES, MONDAY, OPERATOR, the_campaign, the_plan

EMAIL = "airflow-3/email.notifications"
BILLING = "airflow-3/billing.reports"
REPLY_URL = "https://hooks.slack.com/actions/T0ACME/1/abc"
REWRITE = f"{EMAIL}/shared/code_migration.rewrite/1"


def obliging(work: Work[Any]) -> Report:
    """A skill that succeeds at once; where it opens something, people or machines have to end it."""
    number = sum(work.order.key.encode()) % 900 + 1
    match work.order.skill:
        case "rewrite_dags" | "open_pull_request":
            return Succeeded(outputs={"address": f"pull_request:7/{number}"})
        case "run_workflow":
            return Pending(watches=(f"workflow_run:7/{number}",))
        case "list_items":
            return Succeeded(choices=CHOICES)
        case _:
            return Succeeded()


class Said(NamedTuple):
    """An answer as it is read: whether it was done or shown, and what it says."""

    ok: bool
    text: str


@dataclass
class Journey:
    """One world. `skills` may be replaced by name; `worked` are the keys of the orders that reached a skill."""

    campaign: Campaign = field(default_factory=the_campaign)
    plan: Plan = field(default_factory=the_plan)
    clock: FakeClock = field(default_factory=lambda: FakeClock(MONDAY))
    stores: FakeStores = field(default_factory=FakeStores)
    github: FakeGithubReader = field(default_factory=FakeGithubReader)
    slack: FakeCardChannel = field(default_factory=FakeCardChannel)
    replies: FakeReplies = field(default_factory=FakeReplies)
    modals: FakeModals = field(default_factory=FakeModals)
    alerts: FakeAlerts = field(default_factory=FakeAlerts)
    effects: FakeEffects = field(default_factory=FakeEffects)
    posted_cards: FakePostedCards = field(default_factory=FakePostedCards)
    digests: FakeCardChannel = field(default_factory=FakeCardChannel)
    """Where the digests of waves are shown, apart from the cards."""
    pace: FakePace = field(default_factory=FakePace)
    parked: FakeParking = field(default_factory=FakeParking)
    skills: dict[str, Skill[Any]] = field(default_factory=dict)
    worked: list[str] = field(default_factory=list)
    jitter: float = 1.0
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.engine.plans.publish(self.plan)
        self.apply(self.campaign)

    @cached_property
    def queues(self) -> FakeQueues:
        return FakeQueues(self.clock)

    @cached_property
    def engine(self) -> Engine:
        return Engine(
            migrations=FakeMigrations(self.stores),
            history=FakeHistory(self.stores),
            index=FakeMigrationIndex(self.stores),
            due_times=FakeDueTimes(self.stores),
            watches=FakeWatches(self.stores),
            campaigns=FakeCampaigns(self.stores),
            controls=FakeControls(self.stores),
            plans=FakePlans(self.stores),
            groups=FakeGroups(self.stores),
            outbox=self.queues,
            inbox=self.queues,
            effects=self.effects,
            posted_cards=self.posted_cards,
            pace=self.pace,
            parked=self.parked,
        )

    def apply(self, campaign: Campaign) -> None:
        prepared = campaigns.prepare(
            campaign, plans=self.engine.plans, campaigns=self.engine.campaigns, migrations=self.engine.migrations
        )
        campaigns.apply(
            prepared,
            actor="principal:local",
            at=self.clock(),
            campaigns=self.engine.campaigns,
            controls=self.engine.controls,
            migrations=self.engine.migrations,
        )

    # What happens from outside.

    def act(self, verb: str, migration: str = EMAIL, actor: Person = OPERATOR, **given: Any) -> Act:
        fields = {
            "id": f"act-{verb}-{next(self.numbers)}",
            "at": self.clock(),
            "migration": migration,
            "actor": actor,
            "verb": verb,
            "reply_to": ReplyTo(response_url=REPLY_URL),
            "note": "It has to be." if verb in REASON_WANTED else "",
        }
        return Act.model_validate(fields | given)

    def click(self, track: str, verb: str = "", **given: Any) -> Act:
        """The first (or named) button of the track's open checkpoint, as it is shown now."""
        view = self.view(given.get("migration", EMAIL))
        path, step, checkpoint = next(found[1:] for found in open_checkpoints(view) if found[0] == track)
        ref = CheckpointRef(track=track, step=path, attempt=step.attempt, digest=checkpoint.digest)
        return self.act(verb or checkpoint.verbs[0], checkpoint=ref, **given)

    def sighting(self, address: str) -> Sighting:
        return Sighting(address, "pull_request", "closed", "delivery-1", "acme/dags", self.clock().isoformat())

    def type(self, text: str, **given: Any) -> Said:
        """Runs a command, as one reads its answer; what it sends stays in the queues."""
        answer = self.ask(text, **given)
        return Said(ok=answer.ok, text=text_of(answer))

    def ask(self, text: str, **given: Any) -> Answer:
        """The same, with all of its answer."""
        options = {name: given.pop(name) for name in ("campaign", "again") if name in given}
        return run_command(self.command(text, **given), store=self.engine.store, outbox=self.queues, **options)

    def command(self, text: str, **given: Any) -> Command:
        fields = {"id": f"command-{next(self.numbers)}", "at": self.clock(), "actor": OPERATOR, "text": text}
        return Command.model_validate({"channel": "C0MIGRATE", **fields, **given})

    # The workers.

    def take(
        self,
        message: Any,
        *,
        again: bool = False,
        migrations: Migrations | None = None,
        outbox: Outbox | None = None,
    ) -> str:
        store = replace(self.engine.store, migrations=migrations or self.engine.migrations)
        return take_signal(message, again=again, store=store, outbox=outbox or self.queues)

    def look(self, address: str, *, outbox: Outbox | None = None) -> list[str]:
        return observe(
            self.sighting(address),
            watches=self.engine.watches,
            github=self.github,
            outbox=outbox or self.queues,
            clock=self.clock,
        )

    def work(self, order: Order, *, outbox: Outbox | None = None) -> str:
        def skill(work: Work[Any]) -> Report:
            self.worked.append(work.order.key)
            return self.skills.get(order.skill, obliging)(work)

        return run_skill(
            order,
            skill,
            migrations=self.engine.migrations,
            effects=self.effects,
            outbox=outbox or self.queues,
            tools=Tools(self.engine.history, self.clock, lambda: self.jitter),
        )

    def show(self, migration: str = EMAIL, track: str = "shared") -> str:
        return self.post({"kind": "card", "migration": migration, "track": track})

    def post(self, message: Mapping[str, Any]) -> str:
        given = CARDS.validate_python(message)
        if isinstance(given, DigestMessage):
            return self.sum_up(given)
        if isinstance(given, NudgeMessage):
            return self.nudge(given)
        if isinstance(given, ModalMessage):
            engine = self.engine
            return fill_modal(given, migrations=engine.migrations, history=engine.history, modals=self.modals)
        return post_checkpoint(
            given,
            migrations=self.engine.migrations,
            history=self.engine.history,
            posted_cards=self.posted_cards,
            channel=self.slack,
            replies=self.replies,
        )

    def nudge(self, message: NudgeMessage) -> str:
        return nudge(
            message,
            migrations=self.engine.migrations,
            posted_cards=self.posted_cards,
            channel=self.slack,
            alerts=self.alerts,
            now=self.clock(),
        )

    def sum_up(self, message: DigestMessage, every: float = 0.0) -> str:
        return post_digest(
            message,
            store=self.engine.store,
            posted_cards=self.posted_cards,
            wall=self.digests,
            pace=self.pace,
            now=self.clock(),
            every=every,
        )

    def sweep(self, **instead: Any) -> list[str]:
        ports = {"due_times": self.engine.due_times, "migrations": self.engine.migrations, "outbox": self.queues}
        return sweep(now=self.clock(), **{**ports, **instead})

    def drain(self, *only: str) -> None:
        """The workers of these queues (all, where none is named) until no message is visible in them."""
        takers: dict[str, Callable[[str, int], object]] = {
            names.SIGHTINGS: lambda body, _: observe(
                Sighting.from_json(body),
                watches=self.engine.watches,
                github=self.github,
                outbox=self.queues,
                clock=self.clock,
            ),
            names.SIGNALS: lambda body, receives: self.take(SIGNALS.validate_json(body), again=receives > 1),
            names.CARDS: lambda body, _: self.post(json.loads(body)),
            **dict.fromkeys(names.SKILL_QUEUES, lambda body, _: self.work(Order.model_validate_json(body))),
        }
        while any(self._one(queue, takers[queue]) for queue in only or takers):
            pass

    def _one(self, queue: str, take: Callable[[str, int], object]) -> bool:
        for message in self.queues.receive(queue):
            self.clock.advance(0.001)  # two things never happen at one moment
            take(message.body, message.receives)
            self.queues.delete(queue, message)
            return True
        return False

    def forget(self, *queues: str) -> None:
        """Loses every message, or those of the named queues."""
        for queue in queues or names.QUEUES:
            while messages := self.queues.receive(queue, 10):
                for message in messages:
                    self.queues.delete(queue, message)

    # What came of it.

    def view(self, migration: str = EMAIL) -> View:
        return self.engine.migrations.load(migration).view

    def orders(self, migration: str = EMAIL) -> list[Order]:
        return orders_for(self.view(migration))

    def kinds(self, migration: str = EMAIL) -> list[str]:
        return [recorded.event.kind for recorded in self.stores.records[migration]]

    def where(self, migration: str = EMAIL) -> dict[str, str]:
        tracks = self.view(migration).state.tracks.items()
        return {name: f"{track.step} {track.status}" for name, track in tracks}

    def sent(self, queue: str) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.queues.bodies(queue)]

    def cards_and_replies(self) -> list[dict[str, Any]]:
        """What the queue of cards holds besides digests."""
        return [one for one in self.sent(names.CARDS) if one["kind"] != "digest"]

    def all_sent(self) -> dict[str, list[dict[str, Any]]]:
        """What each queue holds that holds anything."""
        return {queue: held for queue in names.QUEUES if (held := self.sent(queue))}

    def started(self) -> "Journey":
        """The e-mail cluster is started; its first order is out, and all else that was sent is done."""
        self.take(self.act("start"))
        self.forget()
        return self

    def under_review(self) -> str:
        """The first pull request is open and waits for people, nothing is in flight; its address."""
        self.started()
        self.work(self.orders()[0])
        self.drain()
        (watch,) = self.stores.watches
        self.forget()
        self.github.reads.clear()
        return watch.address
