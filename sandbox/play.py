"""Plays one scenario in one world: functions work, webhooks arrive, people act, and then time jumps to what is due next."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sandbox.fresh import apply_campaign, fill_github
from sandbox.observing import Observer
from sandbox.people import People
from sandbox.recorder import Recorder
from sandbox.runtime import LONGEST_DELAY, Runtime
from sandbox.scenario import Script
from sandbox.slack.reading import Reader
from sandbox.world import World
from shared import names
from shared.domain.checkpoints import open_checkpoints
from shared.domain.view import View
from shared.ports.queues import Message
from state_schema.ids import migration_id

FRUITLESS: Final = 3
"""Jumps after which nothing changed: then nothing ever will."""
MOST_ROUNDS: Final = 3000
PACE: Final = 5
"""Seconds between two looks at a pull request on GitHub itself."""
RETRY_AFTER: Final = 5
"""Seconds for which Slack says to wait."""
PATIENCE: Final = 3600
"""Seconds that a real person may take."""
_OVER: Final = frozenset({"completed", "aborted"})


@dataclass(slots=True)
class Pauses:
    """Moments at which nothing was left to do, since something last changed. `waited` in seconds."""

    fruitless: int = 0
    waited: int = 0
    _version: int = -1

    def note(self, version: int, *, waiting: bool) -> None:
        """One more; `version` counts all events and messages, `waiting` says that a real person is waited for."""
        if version != self._version:
            self.fruitless, self.waited, self._version = 0, 0, version
        elif waiting:
            self.waited += PACE
        else:
            self.fruitless += 1


def hears_again(view: View) -> bool:
    """Whether people hear of an open question again by themselves: then something will still happen."""
    return any(asked.remind_at or asked.escalate_at for *_, asked in open_checkpoints(view))


@dataclass(slots=True)
class Play:
    """One scenario under way."""

    world: World
    script: Script
    observer: Observer
    read: Reader = field(default_factory=Reader)
    recorder: Recorder = field(init=False)
    dead_letters: int = 0
    """Messages that were given up, from whatever queue."""
    _shown: dict[str, str] = field(default_factory=dict)
    _views: dict[str, View] = field(default_factory=dict)
    """As they were loaded last; those that a message may have changed since are taken out."""

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.read)

    def run(self) -> str:
        """Plays it to its end; empty, or why it came to none."""
        self._prepare()
        campaign = self.script.campaign
        people = People(self.world, campaign.channel, self.script.scenario.people, self.script.later)
        start = self.script.scenario.start
        for resource in [one.id for one in campaign.resources] if start is None else start:
            people.type(f"start {resource}")
        # SQS has a clock of its own, which does not jump: there, what failed is tried again at once.
        delay = LONGEST_DELAY if self.world.settings.engine == "embedded" else 0
        runtime = Runtime(self.world.engine.inbox, self.world.clock.now, done=self._tell, longest_delay=delay)
        return self._rounds(runtime, people)

    def views(self) -> list[View]:
        """Every migration as it is now, but for its gate, which others change too."""
        campaign = self.script.campaign
        return [self._view(migration_id(campaign.id, resource.id)) for resource in campaign.resources]

    def _view(self, migration: str) -> View:
        if migration not in self._views:
            self._views[migration] = self.world.engine.migrations.load(migration).view
        return self._views[migration]

    def _prepare(self) -> None:
        campaign, setup = self.script.campaign, self.script.scenario.world
        fill_github(self.world.github, [resource.id for resource in campaign.resources])
        apply_campaign(self.world.engine, self.script.plan, campaign, self.world.clock.now())
        for one in setup.failing_items:
            self.world.airflow.fail(one.resource, one.environment, one.item, one.reason, one.times)
        self.world.slack.limit_rate(on=setup.rate_limit)
        if setup.limited_posts:
            self.world.slack.fail(
                "chat.postMessage", "ratelimited", times=setup.limited_posts, status=429, retry_after=RETRY_AFTER
            )
        if setup.lost_webhooks:
            self.world.github.drop_next_deliveries(setup.lost_webhooks)

    def _rounds(self, runtime: Runtime, people: People) -> str:
        pauses = Pauses()
        for _ in range(MOST_ROUNDS):
            runtime.drain()
            if self.world.github.deliver_pending():
                continue
            views = self._look()
            if all(view.state.status in _OVER for view in views):
                return ""
            if self._acted(people, views):
                continue
            wishes = people.awaited(views)
            if wishes:
                self._wait(wishes)
            due = self._next_due()
            pauses.note(sum(view.state.version for view in views) + len(self._shown), waiting=bool(wishes))
            if pauses.waited > PATIENCE:
                return f"Nobody did this within {PATIENCE // 60} minutes. {wishes[0]}"
            if due is None or (pauses.fruitless >= FRUITLESS and not self._comes_more(views)):
                return ""
            self.world.clock.advance_to(due)
            runtime.sweep()
        return f"It came to no end within {MOST_ROUNDS} rounds."

    def _comes_more(self, views: Sequence[View]) -> bool:
        """Whether people still hear something: of an open question, or through a card that waits for its turn."""
        return any(map(hears_again, views)) or self.world.engine.inbox.depth(names.CARDS) > 0

    def _acted(self, people: People, views: Sequence[View]) -> bool:
        below = self.script.scenario.next_below
        started = below is not None and people.start_next(views, below)
        return bool(people.act(views)) or started

    def _wait(self, wishes: Sequence[str]) -> None:
        """For a real person, in real time."""
        for wish in wishes:
            if wish not in self._shown:
                self._shown[wish] = wish
                self.observer.on_wish(wish)
        time.sleep(PACE)

    def _next_due(self) -> datetime | None:
        engine = self.world.engine
        hidden = getattr(engine.inbox, "next_visible_at", lambda: None)()
        times = (engine.due_times.next_due(), self.world.github.next_due(), hidden)
        return min((time for time in times if time is not None), default=None)

    def _look(self) -> list[View]:
        """At a moment at which nothing moves."""
        views, messages = self.views(), self.world.slack.messages(self.script.campaign.channel)
        self.recorder.note(views, messages)
        for message in messages:
            text = self.read(message)
            if self._shown.get(message.ts) != text:
                self._shown[message.ts] = text
                self.observer.on_card(text)
        self.observer.on_change(views)
        return views

    def _tell(self, queue: str, messages: Sequence[Message]) -> None:
        """What was worked on is loaded anew; a command does not say which migrations it changes."""
        if queue == names.SIGNALS:
            for message in messages:
                self._forget(json.loads(message.body).get("migration"))
            self.observer.on_change(self.views())
        elif queue in names.DEAD_LETTER_QUEUES:
            self.dead_letters += len(messages)
            self._forget(None)

    def _forget(self, migration: str | None) -> None:
        """One migration, or every one that changed: rows tell that, but only those of SQLite are never behind."""
        if migration is not None:
            self._views.pop(migration, None)
        elif self.world.settings.engine == "embedded":
            rows = self.world.engine.index.in_campaign(self.script.campaign.id)
            versions = {row.migration: row.version for row in rows}
            self._views = {name: view for name, view in self._views.items() if view.state.version == versions[name]}
        else:
            self._views.clear()
