"""The functions on a store whose raw content can be taken out and put in: what one release wrote, another one reads."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import boto3
from moto import mock_aws
from mypy_boto3_dynamodb.client import DynamoDBClient

from sandbox.runtime import Runtime
from shared import bootstrap, names
from shared.adapters.secrets import FixedSecrets
from shared.app import campaigns
from shared.app.audit import audit_acts, audit_applications, audit_migration
from shared.app.command import run_command
from shared.domain.orders import orders_for
from shared.engines import Engine
from shared.settings import Settings
from state_schema.campaign import Campaign
from state_schema.migration import Migration
from state_schema.model import SCHEMA_VERSION
from state_schema.orders import Order
from state_schema.parked import Parked
from state_schema.plan import Plan
from state_schema.signals import Act, Command
from tests.adapters.store_subjects import dynamo_stores, new_tables
from tests.fakes.clock import FakeClock
from tests.fakes.github import REPOSITORY_ID, FakeContents, FakePullRequests, FakeWorkflows
from tests.fakes.looking import FakeGithubReader
from tests.fakes.slack import FakeCardChannel, FakeReplies
from tests.fakes.user_groups import FakeUserGroups
from tests.functional.journey import BILLING, EMAIL
from tests.stories import EXAMPLES, MONDAY, OPERATOR, merged, succeeded_run, the_campaign, the_plan

Store = Literal["sqlite", "dynamodb"]
STORES: Final[tuple[Store, ...]] = ("sqlite", "dynamodb")
NEXT_DAY: Final = MONDAY + timedelta(days=1)
FOLDER: Final = Path(__file__).parent
_TABLES: Final = (
    "states", "events", "watches", "gates", "control_records", "campaigns", "campaign_events", "campaign_tails", "plans",
    "parked",
)  # fmt: skip
_PULL: Final = f"pull_request:{REPOSITORY_ID}/1"
_RUN: Final = f"workflow_run:{REPOSITORY_ID}/9000"
_PLAN: Final[dict[str, Any]] = {
    "environments": {"test": {"primary": True}},
    "phases": [
        {
            "name": "work",
            "steps": [
                {
                    "id": "rewrite",
                    "skill": "rewrite_dags",
                    "with": {"repository": "acme/dags", "path": "dags/{resource.id}"},
                },
                {"id": "review", "approval": {"of": "rewrite", "ask": "Review it", "resume": "pr-merged"}},
                {"id": "run", "skill": "run_workflow", "with": {"repository": "acme/infra", "workflow": "deploy.yml"}},
                {"id": "accept", "confirmation": {"ask": "Is it healthy?", "resume": "test-done"}},
            ],
        }
    ],
}


@dataclass
class World:
    """All functions on one store. `get` takes its raw content out, `put` puts raw content into one that `clear` emptied."""

    clock: FakeClock
    engine: Engine
    github: FakeGithubReader
    get: Callable[[], Any]
    put: Callable[[Any], None]
    clear: Callable[[], None]

    def work(self) -> None:
        """Until nothing is left to do at this moment."""
        Runtime(self.engine.inbox, self.clock).drain()

    def act(self, verb: str, migration: str = EMAIL) -> None:
        """A person's command."""
        signal = f"{verb}:{migration}"
        act = Act(id=signal, at=self.clock(), migration=migration, actor=OPERATOR, verb=verb, note="a test")
        self.engine.outbox.send(names.SIGNALS, act.model_dump_json(), group=migration, key=signal)
        self.work()

    def state(self, migration: str = EMAIL) -> Migration:
        return self.engine.migrations.load(migration).view.state

    def swept(self) -> None:
        """Some time later, the sweep looks at everything that is waited for."""
        self.clock.advance(3600)
        Runtime(self.engine.inbox, self.clock).sweep()
        self.work()

    def replace(self, content: Any) -> None:
        """Other raw content in place of all that is there."""
        self.clear()
        self.put(content)

    def dead_letters(self) -> None:
        """Whatever fails is tried until it is a dead letter, and that is dealt with."""
        for _ in range(8):
            self.clock.advance(30)
            self.work()

    def begin(self) -> None:
        """One migration waits for its first review, one failed and waits for a person; a pause was lifted, an act is parked."""
        self._apply(the_campaign(gates={}, limits={"active": 1}, windows=[]), the_plan(**_PLAN))
        self.act("start")
        self.act("start", BILLING)
        self._say("pause campaign", "resume campaign")
        parked = Act(id="slack:parked", at=self.clock(), migration=EMAIL, actor=OPERATOR, verb="retry")
        self.engine.parked.add(
            Parked(id="a" * 16, at=MONDAY, campaign="airflow-3", queue="signals-dead", act=parked, size=7)
        )

    def finish(self) -> None:
        """The review ends with a merge, the run succeeds, and a person is content."""
        self.github.truth |= {_PULL: merged(), _RUN: succeeded_run()}
        self.swept()
        self.swept()
        self.act("test-done")

    def _say(self, *texts: str) -> None:
        for text in texts:
            command = Command(id=f"slack:{text}", at=self.clock(), actor=OPERATOR, text=text)
            assert run_command(command, store=self.engine.store, outbox=self.engine.outbox).ok
        self.work()

    def _apply(self, campaign: Campaign, plan: Plan) -> None:
        engine = self.engine
        engine.plans.publish(plan)
        prepared = campaigns.prepare(
            campaign, plans=engine.plans, campaigns=engine.campaigns, migrations=engine.migrations
        )
        campaigns.apply(
            prepared,
            actor="principal:local",
            at=self.clock(),
            campaigns=engine.campaigns,
            controls=engine.controls,
            migrations=engine.migrations,
        )

    def orders(self) -> list[Order]:
        """What must be in flight for all migrations."""
        return [order for one in (EMAIL, BILLING) for order in orders_for(self.engine.migrations.load(one).view)]


@contextmanager
def a_world(store: Store, folder: Path, at: datetime = MONDAY) -> Iterator[World]:
    """Queues and effects are in a file of the folder; the state is there, too, or in an AWS in memory."""
    clock = FakeClock(at)
    settings = Settings(data=str(folder / "waymark.db"))
    composition = bootstrap.Composition(settings, FixedSecrets({}), clock, lambda: 1.0)
    github = FakeGithubReader()
    vars(composition.outside).update(
        reader=github,
        channel=FakeCardChannel(),
        replies=FakeReplies(),
        pull_requests=FakePullRequests(),
        contents=FakeContents({"dags/email.notifications/daily.py": (EXAMPLES / "dags" / "digest.py").read_text()}),
        workflows=FakeWorkflows(),
        user_groups=FakeUserGroups({}),
    )
    try:
        if store == "sqlite":
            bootstrap.use(composition)
            file = settings.data
            yield World(
                clock,
                composition.engine,
                github,
                lambda: _rows(file),
                lambda rows: _insert(file, rows),
                lambda: _empty(file),
            )
            return
        with mock_aws():
            client = boto3.client(
                "dynamodb", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
            )
            state, effects = new_tables(client)
            stores = dynamo_stores(client, state, effects)
            vars(composition)["engine"] = replace(
                composition.engine,
                **{name: getattr(stores, name) for name in stores.__slots__ if name not in {"posted_cards", "pace"}},
            )
            bootstrap.use(composition)
            yield World(
                clock,
                composition.engine,
                github,
                lambda: _items(client, state),
                lambda found: _store(client, state, found),
                lambda: _emptied(client, state),
            )
    finally:
        bootstrap.use(None)


def findings(world: World) -> list[str]:
    """All that the audit finds."""
    store = world.engine.store
    audits = [audit_migration(one, store=store) for one in (EMAIL, BILLING)]
    audits += [audit_acts("airflow-3", store=store), audit_applications("airflow-3", store=store)]
    return [finding.message for one in audits for finding in one.findings]


def written(store: Store, version: int = SCHEMA_VERSION) -> Path:
    """Where what a release of this schema version wrote is kept."""
    return FOLDER / f"v{version}" / f"{store}.json"


def _rows(file: str) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in _TABLES
        }


def _insert(file: str, tables: dict[str, list[dict[str, Any]]]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for table, rows in tables.items():
            for row in rows:
                columns, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))


def _empty(file: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")


def _emptied(client: DynamoDBClient, table: str) -> None:
    for item in _items(client, table):
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def _items(client: DynamoDBClient, table: str) -> list[dict[str, Any]]:
    items = client.scan(TableName=table)["Items"]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _store(client: DynamoDBClient, table: str, items: list[dict[str, Any]]) -> None:
    for item in items:
        client.put_item(TableName=table, Item=item)


def load(store: Store, version: int) -> Any:
    """The raw content that is kept."""
    return json.loads(written(store, version).read_text(encoding="utf-8"))
