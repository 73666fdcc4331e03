"""The functions as Lambda calls them: real handlers, real event shapes, and exactly what failed comes back."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.advance.handler import handler as advance
from functions.observe.handler import handler as observe
from functions.skills.list_items.handler import handler as list_items
from functions.skills.migrate_items.handler import handler as migrate_items
from functions.skills.open_pull_request.handler import handler as open_pull_request
from functions.skills.post_checkpoint.handler import handler as post_checkpoint
from functions.skills.rewrite_dags.handler import handler as rewrite_dags
from functions.skills.run_workflow.handler import handler as run_workflow
from functions.skills.verify.handler import handler as verify
from functions.status.handler import handler as status
from functions.sweep.handler import handler as sweep
from sandbox import aws_events
from shared import bootstrap, names
from shared.adapters.effects import PowertoolsEffects
from shared.adapters.secrets import FixedSecrets
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_idempotency import SqlIdempotency
from shared.app import campaigns
from shared.domain.orders import orders_for
from shared.engines import Engine
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from shared.ports.queues import Message
from shared.settings import Settings
from shared.webhooks.sighting import Sighting
from state_schema.orders import CardMessage, Order
from state_schema.plan import Plan
from state_schema.signals import Act, Ticked
from tests.fakes.clock import FakeClock
from tests.fakes.deployment import FakeDeployment
from tests.fakes.github import FakeContents, FakePullRequests, FakeWorkflows
from tests.fakes.looking import FakeGithubReader
from tests.fakes.slack import FakeCardChannel, FakeReplies
from tests.fakes.user_groups import FakeUserGroups
from tests.functional.journey import BILLING, EMAIL
from tests.stories import EXAMPLES, MONDAY, OPERATOR, merged, the_campaign, the_plan

OLD_DAG = (EXAMPLES / "dags" / "digest.py").read_text()
Handler = Callable[[dict[str, Any], object], dict[str, Any]]

GARBAGE = [
    pytest.param("", id="empty"),
    pytest.param("not json", id="not JSON"),
    pytest.param("null", id="null"),
    pytest.param("[]", id="a list"),
    pytest.param("{}", id="an empty object"),
    pytest.param('{"kind": "nonsense"}', id="a kind that nobody knows"),
    pytest.param('{"kind": "act", "id": 7}', id="fields of the wrong type"),
    pytest.param(json.dumps({"kind": "ticked", "unknown": "x" * 200_000}), id="huge"),
    pytest.param("[" * 100_000, id="nested too deeply"),
    pytest.param('{"kind": "\ud800"}'.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), id="not Unicode"),
    pytest.param('{"kind": "ticked"\x00}', id="a control character"),
]


@dataclass
class Deployed:
    """All functions on one data file; what they reach outside is in memory."""

    clock: FakeClock
    engine: Engine
    github: FakeGithubReader
    slack: FakeCardChannel
    replies: FakeReplies
    pull_requests: FakePullRequests
    workflows: FakeWorkflows
    airflow: FakeDeployment

    def apply(self, plan: Plan | None = None, **changes: Any) -> None:
        self.engine.plans.publish(plan or the_plan())
        prepared = campaigns.prepare(
            the_campaign(**changes),
            plans=self.engine.plans,
            campaigns=self.engine.campaigns,
            migrations=self.engine.migrations,
        )
        campaigns.apply(
            prepared,
            actor="principal:local",
            at=self.clock(),
            campaigns=self.engine.campaigns,
            controls=self.engine.controls,
            migrations=self.engine.migrations,
        )

    def call(self, handler: Handler, queue: str, *bodies: str, receives: int = 1) -> list[str]:
        """The ids of the messages that failed; they are `m0`, `m1`, … in the order of the bodies."""
        messages = [Message(f"m{n}", f"r{n}", body, f"group-{n}", receives) for n, body in enumerate(bodies)]
        event = json.loads(json.dumps(aws_events.sqs_batch(queue, messages, self.clock())))
        answer = handler(event, aws_events.context_of("test"))
        assert list(answer) == ["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def sent(self, queue: str) -> list[dict[str, Any]]:
        """Takes all that the queue shows."""
        found: list[Message] = []
        while messages := self.engine.inbox.receive(queue, 10):
            for message in messages:
                self.engine.inbox.delete(queue, message)
            found += messages
        return [json.loads(message.body) for message in found]

    def status_of(self, migration: str = EMAIL) -> str:
        return self.engine.migrations.load(migration).view.state.status

    def start(self, migration: str = EMAIL) -> str:
        act = Act(id=f"start-{migration}", at=self.clock(), migration=migration, actor=OPERATOR, verb="start")
        return act.model_dump_json()

    def started(self) -> Order:
        """The one order of the migration, which is started."""
        assert self.call(advance, names.SIGNALS, self.start()) == []
        (order,) = orders_for(self.engine.migrations.load(EMAIL).view)
        return order


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    clock = FakeClock(datetime.now(UTC))  # Powertools asks the machine how long a claim holds
    settings = Settings(data=str(tmp_path / "waymark.db"), deployment_url="https://{resource.id}.example.com")
    composition = bootstrap.Composition(settings, FixedSecrets({}), clock, lambda: 1.0)
    world = Deployed(
        clock,
        composition.engine,
        FakeGithubReader(),
        FakeCardChannel(),
        FakeReplies(),
        FakePullRequests(),
        FakeWorkflows(),
        FakeDeployment("dag_1", "dag_2"),
    )
    vars(composition.outside).update(
        reader=world.github,
        channel=world.slack,
        replies=world.replies,
        pull_requests=world.pull_requests,
        contents=FakeContents(
            {"dags/email.notifications/daily.py": OLD_DAG, "templates/component/main.tf": "# {resource.id}\n"}
        ),
        workflows=world.workflows,
        deployment=world.airflow,
    )
    bootstrap.use(composition)
    yield world
    bootstrap.use(None)


def one_step(skill: str, **inputs: Any) -> Plan:
    """A plan of one step, so that its order is out as soon as the migration is started."""
    step = {"id": "step", "skill": skill, "with": inputs}
    return the_plan(environments={"test": {"primary": True}}, phases=[{"name": "work", "steps": [step]}])


def tick(migration: str = EMAIL) -> str:
    return Ticked(id=f"tick-{migration}", at=MONDAY, migration=migration).model_dump_json()


def sighting(address: str) -> str:
    return Sighting(address, "pull_request", "closed", "delivery", "acme/dags", MONDAY.isoformat()).to_json()


def card(migration: str = EMAIL, track: str = "shared") -> str:
    return CardMessage(migration=migration, track=track).model_dump_json()


# advance


def test_advance_takes_what_it_can_and_gives_back_exactly_what_failed(deployed: Deployed) -> None:
    deployed.apply()

    failed = deployed.call(advance, names.SIGNALS, deployed.start(), "not json", card(), deployed.start(BILLING))

    assert failed == ["m1", "m2"]
    assert [deployed.status_of(EMAIL), deployed.status_of(BILLING)] == ["in_progress", "queued"]


def test_advance_heals_what_a_crash_left_unsent_when_the_message_is_received_again(deployed: Deployed) -> None:
    deployed.apply()
    deployed.call(advance, names.SIGNALS, deployed.start())
    queue = names.skill_queue("rewrite_dags")
    deployed.sent(queue)

    deployed.call(advance, names.SIGNALS, deployed.start())
    assert deployed.sent(queue) == []
    deployed.call(advance, names.SIGNALS, deployed.start(), receives=2)
    assert [order["migration"] for order in deployed.sent(queue)] == [EMAIL]


def test_a_command_through_the_queue_is_answered(deployed: Deployed) -> None:
    deployed.apply()
    command = {
        "kind": "command",
        "id": "slack:1",
        "at": MONDAY.isoformat(),
        "actor": OPERATOR,
        "text": "help",
        "channel": "C0MIGRATE",
        "reply_to": {"response_url": "https://hooks.slack.com/commands/T0ACME/1/abc", "channel": None, "user": None},
    }
    assert deployed.call(advance, names.SIGNALS, json.dumps(command)) == []

    (answer,) = deployed.sent(names.CARDS)
    assert deployed.call(post_checkpoint, names.CARDS, json.dumps(answer)) == []
    assert deployed.replies.said[0][1].startswith("What you can write in this channel")


def test_what_failed_is_in_the_log_with_its_reason_and_without_what_it_held(
    deployed: Deployed, caplog: pytest.LogCaptureFixture
) -> None:
    deployed.apply()
    body = json.dumps({"kind": "ticked", "id": "1", "at": "never", "migration": EMAIL, "token": "s3cret-s3cret"})

    deployed.call(advance, names.SIGNALS, body, receives=3)

    (told,) = [vars(record) for record in caplog.records if record.message == "message failed"]
    assert (told["levelname"], told["message_id"], told["receives"]) == ("ERROR", "m0", 3)
    assert told["error"] == "ValidationError"
    assert told["reason"].startswith("ticked.at: ")
    assert "s3cret" not in caplog.text + repr(told)


# observe


def test_observe_looks_where_somebody_waits(deployed: Deployed) -> None:
    deployed.apply()
    order = deployed.started()
    deployed.call(rewrite_dags, names.skill_queue("rewrite_dags"), order.model_dump_json())
    deployed.call(advance, names.SIGNALS, *[json.dumps(one) for one in deployed.sent(names.SIGNALS)])
    address = "pull_request:4711/1"
    deployed.github.truth[address] = merged()

    failed = deployed.call(
        observe,
        names.SIGHTINGS,
        sighting(address),
        "garbage",
        sighting("pull_request:1/1"),
        sighting("pull_request:4711/2"),
    )

    assert failed == ["m1"]
    assert deployed.github.reads == [address]
    assert [signal["address"] for signal in deployed.sent(names.SIGNALS)] == [address]


def test_observe_gives_back_what_github_would_not_answer_now(deployed: Deployed) -> None:
    deployed.apply()
    order = deployed.started()
    deployed.call(rewrite_dags, names.skill_queue("rewrite_dags"), order.model_dump_json())
    deployed.call(advance, names.SIGNALS, *[json.dumps(one) for one in deployed.sent(names.SIGNALS)])
    address = "pull_request:4711/1"
    deployed.github.refusals[address] = RetryableError("GitHub limits our rate", delay=60)

    failed = deployed.call(observe, names.SIGHTINGS, sighting("pull_request:1/1"), sighting(address))

    assert failed == ["m1"]


# The skills


SKILLS: list[tuple[Handler, str, dict[str, Any], str]] = [
    (rewrite_dags, "rewrite_dags", {"repository": "acme/dags", "path": "dags/{resource.id}"}, "succeeded"),
    (open_pull_request, "open_pull_request", {"repository": "acme/infra", "template": "component"}, "succeeded"),
    (run_workflow, "run_workflow", {"repository": "acme/infra", "workflow": "deploy.yml"}, "pending"),
    (list_items, "list_items", {}, "succeeded"),
    (migrate_items, "migrate_items", {}, "succeeded"),
    (verify, "verify", {}, "succeeded"),
]
BY_NAME = [pytest.param(*entry, id=entry[1]) for entry in SKILLS]


@pytest.mark.parametrize(("handler", "skill", "inputs", "kind"), BY_NAME)
def test_a_skill_does_its_order_reports_and_gives_back_only_garbage(
    deployed: Deployed, handler: Handler, skill: str, inputs: dict[str, Any], kind: str
) -> None:
    deployed.apply(one_step(skill, **inputs), gates={}, limits={}, windows=[])
    order = deployed.started()
    deployed.sent(names.SIGNALS)

    failed = deployed.call(handler, names.skill_queue(skill), "garbage", order.model_dump_json(), tick())

    assert failed == ["m0", "m2"]
    (report,) = deployed.sent(names.SIGNALS)
    assert (report["key"], report["skill"], report["report"]["kind"]) == (order.key, skill, kind)


@pytest.mark.parametrize(("handler", "skill", "inputs", "kind"), BY_NAME)
def test_a_skill_drops_an_order_that_is_not_wanted_any_more(
    deployed: Deployed, handler: Handler, skill: str, inputs: dict[str, Any], kind: str
) -> None:
    deployed.apply(one_step(skill, **inputs), gates={}, limits={}, windows=[])
    order = deployed.started().model_copy(update={"digest": "0" * 16})

    assert deployed.call(handler, names.skill_queue(skill), order.model_dump_json()) == []

    assert deployed.sent(names.SIGNALS) == []
    acts = (deployed.pull_requests.acts, deployed.workflows.acts, deployed.airflow.acts, deployed.airflow.reads)
    assert acts == ([], [], [], [])


@pytest.mark.parametrize(("handler", "skill", "inputs", "kind"), BY_NAME)
def test_a_skill_gives_back_an_order_that_is_for_another_one(
    deployed: Deployed, handler: Handler, skill: str, inputs: dict[str, Any], kind: str
) -> None:
    deployed.apply(one_step(skill, **inputs), gates={}, limits={}, windows=[])
    order = deployed.started()
    other = next(entry[0] for entry in SKILLS if entry[1] != skill)

    failed = deployed.call(other, names.skill_queue(skill), order.model_dump_json())

    assert failed == ["m0"]
    assert deployed.sent(names.SIGNALS) == []
    acts = (deployed.pull_requests.acts, deployed.workflows.acts, deployed.airflow.acts, deployed.airflow.reads)
    assert acts == ([], [], [], [])


def test_an_order_twice_in_one_batch_is_one_act(deployed: Deployed) -> None:
    deployed.apply(
        one_step("run_workflow", repository="acme/infra", workflow="deploy.yml"), gates={}, windows=[], limits={}
    )
    order = deployed.started().model_dump_json()

    assert deployed.call(run_workflow, names.skill_queue("run_workflow"), order, order) == []

    assert deployed.workflows.acts == ["dispatch"]
    assert len(deployed.sent(names.SIGNALS)) == 1


def test_an_order_that_another_worker_holds_is_dropped_and_does_not_come_back(
    deployed: Deployed, tmp_path: Path
) -> None:
    deployed.apply(
        one_step("run_workflow", repository="acme/infra", workflow="deploy.yml"), gates={}, windows=[], limits={}
    )
    order = deployed.started()
    layer = SqlIdempotency(open_engine(str(tmp_path / "waymark.db")))

    def dies_at_work() -> Report:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PowertoolsEffects(layer, lease=300).once(order.key, dies_at_work)

    assert deployed.call(run_workflow, names.skill_queue("run_workflow"), order.model_dump_json()) == []

    assert (deployed.workflows.acts, deployed.sent(names.SIGNALS)) == ([], [])


def test_the_title_of_a_trial_says_so(deployed: Deployed) -> None:
    deployed.apply()
    object.__setattr__(bootstrap.current().settings, "title_prefix", "[SANDBOX] ")
    order = deployed.started()

    deployed.call(rewrite_dags, names.skill_queue("rewrite_dags"), order.model_dump_json())

    assert deployed.pull_requests.proposals[0].title.startswith("[SANDBOX] ")


# Cards


def test_cards_are_shown_and_only_what_failed_comes_back(deployed: Deployed) -> None:
    deployed.apply()
    deployed.started()

    failed = deployed.call(
        post_checkpoint, names.CARDS, card(), "garbage", card("airflow-3/nobody"), card(track="prod-us")
    )

    assert failed == ["m1", "m2"]
    assert [one.card for one in deployed.slack.messages.values()] == [f"{EMAIL}#shared"]


def test_a_slack_that_limits_us_gets_the_card_later(deployed: Deployed) -> None:
    deployed.apply()
    deployed.started()
    deployed.slack.refusals["post"] = RetryableError("Slack limits our rate.", 30)

    assert deployed.call(post_checkpoint, names.CARDS, card()) == ["m0"]

    deployed.slack.refusals.clear()
    assert deployed.call(post_checkpoint, names.CARDS, card(), receives=2) == ["m0"]
    deployed.clock.advance(30)
    assert deployed.call(post_checkpoint, names.CARDS, card(), receives=3) == []
    assert len(deployed.slack.messages) == 1


def test_a_late_answer_does_not_come_back(deployed: Deployed) -> None:
    deployed.replies.refusals["reply"] = PermanentError("It is too late to answer.", "reply_too_late")
    reply = {"kind": "reply", "reply_to": {"response_url": "https://hooks.slack.com/1"}, "text": "Started."}

    assert deployed.call(post_checkpoint, names.CARDS, json.dumps(reply)) == []


# Garbage, at each queue


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_fails_alone(deployed: Deployed, body: str) -> None:
    deployed.apply()
    order = deployed.started().model_dump_json()
    doors: Sequence[tuple[Handler, str, str]] = [
        (advance, names.SIGNALS, tick()),
        (observe, names.SIGHTINGS, sighting("pull_request:1/1")),
        (rewrite_dags, names.skill_queue("rewrite_dags"), order),
        (post_checkpoint, names.CARDS, card()),
    ]
    for handler, queue, good in doors:
        assert deployed.call(handler, queue, good, body, good) == ["m1"], queue

    assert deployed.call(advance, names.SIGNALS, body) == ["m0"]


# sweep and status


def test_the_sweep_ticks_what_is_due(deployed: Deployed) -> None:
    deployed.apply()
    deployed.started()
    schedule = aws_events.schedule(deployed.clock())
    assert sweep(schedule, aws_events.context_of("sweep")) == {"ticked": []}
    deployed.sent(names.SIGNALS)

    deployed.clock.advance(120)
    assert sweep(schedule, aws_events.context_of("sweep")) == {"ticked": [EMAIL]}

    (signal,) = deployed.sent(names.SIGNALS)
    assert (signal["kind"], signal["migration"]) == ("ticked", EMAIL)
    due = deployed.engine.due_times.next_due()
    assert due == deployed.clock() + timedelta(minutes=2)


def test_the_sweep_reads_who_is_in_the_user_groups_and_tells_what_it_cannot(
    deployed: Deployed, caplog: pytest.LogCaptureFixture
) -> None:
    leads, gone = "slack-group:T0ACME/S0LEADS", "slack-group:T0ACME/S0GONE"
    deployed.apply(people={"operators": [OPERATOR], "approvers": [leads, gone]})
    vars(bootstrap.current().outside)["user_groups"] = FakeUserGroups({leads: (OPERATOR,)})

    sweep(aws_events.schedule(deployed.clock()), aws_events.context_of("sweep"))

    known = deployed.engine.migrations.load(EMAIL).view.groups
    assert {name: one.members for name, one in known.items()} == {leads: (OPERATOR,)}
    (line,) = [vars(one) for one in caplog.records if one.levelname == "ERROR"]
    assert (line["alert"], line["unknown"], list(line["groups"])) == ("groups", [gone], [gone])


def test_the_status_page_shows_what_was_started(deployed: Deployed) -> None:
    deployed.apply()
    deployed.started()
    request = aws_events.HttpRequest(
        "GET",
        "/campaigns/airflow-3",
        "",
        {"accept": "application/json"},
        "",
        encoded=False,
        source="127.0.0.1",
        route="$default",
    )

    answer = status(aws_events.http(request, deployed.clock()), aws_events.context_of("status"))

    assert answer["statusCode"] == 200
    assert [row["status"] for row in json.loads(answer["body"])["migrations"]] == ["in_progress", "pending"]
