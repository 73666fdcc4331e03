"""Comments on pull requests through the real handlers: from a signed delivery to what stands below it on GitHub."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from functions.advance.handler import handler as advance
from functions.park.handler import handler as park
from functions.post_comment.handler import handler as post_comment
from functions.skills.post_checkpoint.handler import handler as post_checkpoint
from sandbox import aws_events
from shared import bootstrap, bootstrap_doors, names
from shared.adapters.secrets import FixedSecrets
from shared.app import campaigns
from shared.app.redrive import every_parked, redrive
from shared.domain.linking import code_from
from shared.domain.orders import orders_for
from shared.engines import Engine
from shared.errors import PermanentError, RetryableError, WaymarkError
from shared.ports.queues import Message
from shared.settings import Settings
from state_schema.campaign import Campaign
from state_schema.events import ActRefused
from state_schema.migration import PullRequestSeen
from state_schema.signals import Act, Failed, Observed, Reported, Succeeded
from tests.deliveries import NOW, TEAM, captured, github_event, slack_event, typed
from tests.fakes.clock import FakeClock
from tests.fakes.comments import FakeComments
from tests.fakes.modals import FakeModals
from tests.fakes.slack import FakeReplies
from tests.functional.doors import BOT, SECRETS, post_github, post_slack
from tests.functional.journey import EMAIL
from tests.stories import APPROVER, OPERATOR, the_campaign, the_plan

OURS, FOREIGN = (710001, 41), (710001, 99)
REVIEWER, STRANGER = 1002, 6666
SLACK_OPERATOR = f"slack:{TEAM}/U_OPERATOR"
NOT_KNOWN = (
    "I don't know this GitHub account in `airflow-3`, so nothing was done. If you are known in Slack, type `/migrate link`"
    " there and comment the code here; else ask an operator to add you to the campaign."
)


PAUSED = "Paused campaign: nothing more starts; nothing is running. What people decide and skills report is recorded."


def the_people(**more: Any) -> Campaign:
    return the_campaign(
        people={"operators": [SLACK_OPERATOR, f"github:{REVIEWER}", "principal:local"], "approvers": [APPROVER]}, **more
    )


@dataclass
class Commented:
    """The doors and workers on one data file; GitHub's conversations and Slack's answers are in memory."""

    clock: FakeClock
    engine: Engine
    comments: FakeComments = field(default_factory=FakeComments)
    replies: FakeReplies = field(default_factory=FakeReplies)
    failed: list[str] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(550100))

    def apply(self, campaign: Campaign) -> None:
        self.engine.plans.publish(the_plan())
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

    def under_review(self) -> None:
        """The shared pull request of the e-mail cluster is open: it is the one commented on."""
        act = Act(id="start", at=self.clock(), migration=EMAIL, actor="principal:local", verb="start")
        self.signal(act.model_dump_json())
        self.report(
            Succeeded(outputs={"address": f"pull_request:{OURS[0]}/{OURS[1]}", "pull_request": "https://x.test/1"})
        )

    def merged(self) -> None:
        """The pull request that is commented on was merged, and nobody waits for it any more."""
        seen = {"number": 41, "url": "https://x.test/1", "state": "closed", "merged": True, "head_sha": "a1"}
        observed = Observed(
            id="merged",
            at=self.clock(),
            migration=EMAIL,
            address=f"pull_request:{OURS[0]}/{OURS[1]}",
            read_at=self.clock() + timedelta(minutes=1),
            seen=PullRequestSeen.model_validate(seen),
        )
        self.signal(observed.model_dump_json())

    def report(self, report: Any) -> None:
        (order,) = orders_for(self.engine.migrations.load(EMAIL).view)
        reported = Reported(
            id=f"report-{order.key}", at=self.clock(), migration=EMAIL, key=order.key, skill=order.skill, report=report
        )
        self.signal(reported.model_dump_json())

    def signal(self, body: str) -> None:
        self.engine.outbox.send(names.SIGNALS, body, group=EMAIL, key=str(hash(body)))
        self.work()

    def comment(
        self, text: str, *, by: int = REVIEWER, at: tuple[int, int] = OURS, deliver: int = 1, **changed: Any
    ) -> dict[str, Any]:
        """Somebody comments; the webhook is delivered `deliver` times, and all workers work."""
        body = captured("github/issue_comment.created.command")[1]
        written = (self.clock()).isoformat()
        body["comment"] |= {"body": text, "id": next(self._ids), "created_at": written, **changed.pop("comment", {})}
        body["issue"] |= {"number": at[1]}
        body["repository"] |= {"id": at[0]}
        body["sender"] |= {"id": by}
        body |= changed
        for _ in range(deliver):
            self.deliver(body)
        return body

    def deliver(self, body: dict[str, Any]) -> None:
        answer = post_github(github_event(json.dumps(body).encode(), headers={"X-GitHub-Event": "issue_comment"}))
        assert answer.status == 202
        self.work()

    def type(self, text: str) -> str:
        """An operator types it in Slack; what they alone are told."""
        body = typed(text=text, user_id="U_OPERATOR", channel_id="C0MIGRATE", trigger_id=f"trigger.{next(self._ids)}")
        assert post_slack(slack_event("/slack/commands", body, at=self.clock())).status == 200
        self.work()
        return self.replies.said[-1][1]

    def link_code(self) -> str:
        """A code, as an operator is told it."""
        said = self.type("link")
        return said.partition("/migrate link ")[2][:9]

    def work(self) -> None:
        handlers = {names.SIGNALS: advance, names.COMMENTS: post_comment, names.CARDS: post_checkpoint}
        while any(self._one(queue, handler) for queue, handler in handlers.items()):
            pass

    def _one(self, queue: str, handler: Any) -> bool:
        messages = self.engine.inbox.receive(queue)
        for message in messages:
            self.clock.advance(0.001)
            self.taken.append(message)
            answer = handler(aws_events.sqs_batch(queue, [message], self.clock()), aws_events.context_of("test"))
            self.failed += [one["itemIdentifier"] for one in answer["batchItemFailures"]]
            self.engine.inbox.delete(queue, message)
        return bool(messages)

    @property
    def said(self) -> list[str]:
        """Our answers on our pull request, without their markers."""
        return [body.partition("\n\n<!--")[0] for *place, body in self.comments.said if tuple(place) == OURS]

    def status(self) -> str:
        return self.engine.migrations.load(EMAIL).view.state.status

    def paused(self) -> list[str]:
        return list(self.engine.controls.gate("airflow-3").pauses)

    def verbs(self) -> list[tuple[str, str]]:
        return [(one.actor, one.verb) for one in self.engine.controls.records("airflow-3")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Commented]:
    clock = FakeClock(NOW)
    composition = bootstrap.Composition(Settings(data=str(tmp_path / "w.db")), FixedSecrets({}), clock, lambda: 1.0)
    found = Commented(clock, composition.engine)
    vars(composition.outside).update(comments=found.comments, replies=found.replies)
    bootstrap.use(composition)
    doors = bootstrap_doors.Doors(
        outbox=found.engine.outbox,
        secrets=FixedSecrets(SECRETS),
        clock=clock,
        modals=FakeModals(),
        team=TEAM,
        own_app=BOT,
    )
    bootstrap_doors.use(doors)
    found.apply(the_people())
    found.under_review()
    found.failed.clear()
    yield found
    bootstrap.use(None)
    bootstrap_doors.use(None)


# Something real.


def test_a_comment_pauses_the_campaign_of_its_pull_request_and_is_answered_below_it(world: Commented) -> None:
    body = world.comment("/migrate pause campaign disk full")

    assert world.paused() == ["campaign"]
    assert world.verbs() == [(f"github:{REVIEWER}", "pause")]
    assert world.comments.said == [
        (
            *OURS,
            f"{PAUSED}\n\n<!-- waymark:reply:{body['comment']['id']} -->",
        )
    ]


def test_where_the_words_name_no_resource_the_pull_requests_one_is_meant(world: Commented) -> None:
    world.comment("/migrate abort")

    assert world.status() == "awaiting_human"
    (said,) = world.said
    assert said == (
        "`abort` wants a reason: it stays in the history, for those who ask later.\n\n"
        "Say it with the command: `abort email.notifications <reason>`."
    )


def test_a_reason_that_stands_where_the_resource_belongs_ends_nothing(world: Commented) -> None:
    world.comment("/migrate abort the cluster is gone")

    assert world.status() == "awaiting_human"
    (said,) = world.said
    assert said == (
        "The campaign has no `the`. It has `email.notifications`, `billing.reports`.\n\n"
        "Write it as `abort <resource> <reason>`."
    )


def test_another_resource_can_be_named(world: Commented) -> None:
    world.comment("/migrate abort billing.reports")

    assert world.status() != "aborted"
    assert "billing.reports" in world.said[0]


def test_a_misspelt_resource_is_not_taken_for_a_word_about_the_pull_requests_one(world: Commented) -> None:
    world.comment("/migrate abort email.notification")

    assert world.status() != "aborted"
    assert "Did you mean `email.notifications`?" in world.said[0]


def test_a_look_alike_is_none(world: Commented) -> None:
    world.comment("/migrate abort \u0435mail.notifications")

    assert world.status() != "aborted"
    assert world.said[0].startswith(
        "The campaign has no `\u0435mail.notifications`. Did you mean `email.notifications`?"
    )


def test_a_pull_request_that_nobody_waits_for_any_more_still_has_its_migration(world: Commented) -> None:
    state = world.engine.migrations.load(EMAIL).view.state
    world.merged()
    assert world.engine.watches.watching(f"pull_request:{OURS[0]}/{OURS[1]}") == ()
    assert world.engine.migrations.load(EMAIL).view.state.version > state.version

    world.comment("/migrate abort email.notifications the cluster is gone")

    assert world.status() == "aborted"


def test_a_failure_is_retried_from_below_the_pull_request(world: Commented) -> None:
    world.merged()
    world.report(Failed(category="blocking", reason="The image is not there."))

    world.comment("/migrate retry test the image is there now")

    assert world.said[0].startswith("Retrying infra.pull_request of email.notifications in test")
    assert len(orders_for(world.engine.migrations.load(EMAIL).view)) == 1


@pytest.mark.parametrize("text", ["/migrate", "/migrate help"])
def test_help_is_given(world: Commented, text: str) -> None:
    world.comment(text)

    assert "`/migrate status [resource]`" in world.said[0]


# Who is listened to.


def test_a_stranger_on_our_pull_request_moves_nothing_and_hears_how_to_become_known(world: Commented) -> None:
    for text in ("/migrate abort", "/migrate status", "/migrate pause all", "/migrate unlink", "/migrate 'x"):
        world.comment(text, by=STRANGER)

    assert world.said == [NOT_KNOWN] * 5
    assert (world.status(), world.paused(), world.verbs()) == ("awaiting_human", [], [])


def test_a_stranger_on_somebody_elses_pull_request_hears_nothing_and_leaves_a_line_in_the_log(
    world: Commented, caplog: pytest.LogCaptureFixture
) -> None:
    world.comment("/migrate abort email.notifications", by=STRANGER, at=FOREIGN)

    assert world.comments.said == []
    assert world.failed == []
    assert world.status() == "awaiting_human"
    told = [vars(record) for record in caplog.records if hasattr(record, "unexpected")]
    assert [(one["unexpected"], one["reason"], one["actor"]) for one in told] == [
        ("unknown_sender", "unknown_sender", f"github:{STRANGER}")
    ]


def test_a_known_person_on_somebody_elses_pull_request_is_told_that_it_is_not_ours(world: Commented) -> None:
    world.comment("/migrate abort email.notifications", at=FOREIGN)

    ((*place, body),) = world.comments.said
    assert tuple(place) == FOREIGN
    assert body.startswith(
        "Pull request #\u200b99 belongs to no migration of `airflow-3`, so nothing was done. Comment on a pull request that"
        " Waymark opened, or type `/migrate status` in the campaign's Slack channel."
    )
    assert world.status() == "awaiting_human"


def test_a_person_of_one_campaign_is_a_stranger_to_another(world: Commented) -> None:
    other = the_campaign(
        campaign="another", channel="C0LATE", people={"operators": [f"github:{STRANGER}"], "approvers": [APPROVER]}
    )
    world.apply(other)

    world.comment("/migrate abort", by=STRANGER)

    assert world.said == [NOT_KNOWN]


def test_a_person_with_another_role_is_refused_as_everywhere(world: Commented) -> None:
    world.apply(the_campaign(people={"operators": [OPERATOR], "approvers": [f"github:{REVIEWER}"]}))

    world.comment("/migrate abort")

    assert world.status() == "awaiting_human"
    refused = [one.event for one in world.engine.history.events(EMAIL) if isinstance(one.event, ActRefused)]
    assert [one.reason_code for one in refused] == ["not_permitted"]


@pytest.mark.parametrize("changed", [{"action": "edited"}, {"action": "deleted"}, {"sender": {"id": BOT}}])
def test_what_was_edited_deleted_or_written_by_a_machine_is_no_command(
    world: Commented, changed: dict[str, Any]
) -> None:
    world.comment("/migrate abort", **changed)

    assert (world.status(), world.comments.said) == ("awaiting_human", [])


# Odd words.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/migrate retry it's late", "I can't read that: a quotation mark (or an apostrophe) has no partner"),
        ("/migrate strat", "I don't know `strat`. Did you mean `start`?"),
        ("/migrate @acme/everyone", "I don't know `@acme/everyone`."),
        ("/migrate " + "x" * 10_000, "That command has 10,000 characters, and 3,000 are the most. Nothing was done"),
        ("/migrate abort email.notifications " + "x" * 10_000, "That command has 10,026 characters"),
        ("/migrate abort \ud800", "The campaign has no `?`."),
        ("/migrate status --campaign other", "This pull request is one of `airflow-3`, not of `other`."),
        ("/migrate link", "A code is given only where nobody else reads it"),
        ("/migrate link ABC", "`ABC` is no code; they look like `ABCD-EFGH`."),
        ("/migrate link ABCD-EFGH now", "Write `/migrate link` for a code"),
    ],
)
def test_hostile_and_wrong_words_are_answered_exactly_and_do_nothing(world: Commented, text: str, said: str) -> None:
    world.comment(text)

    assert world.failed == []
    assert [one.startswith(said) for one in world.said] == [True], world.said
    assert (world.status(), world.paused(), world.verbs()) == ("awaiting_human", [], [])


# Doubled, late, broken.


def test_a_delivery_that_comes_twice_is_done_and_answered_once(world: Commented) -> None:
    world.comment("/migrate pause campaign", deliver=2)

    assert len(world.said) == 1
    assert world.verbs() == [(f"github:{REVIEWER}", "pause")]


def test_a_redelivery_minutes_later_is_done_and_answered_once(world: Commented) -> None:
    body = world.comment("/migrate pause campaign")
    world.clock.advance(600)
    world.deliver(body)

    assert len(world.said) == 1
    assert world.verbs() == [(f"github:{REVIEWER}", "pause")]


def test_a_delivery_of_two_days_ago_does_nothing_and_says_so(world: Commented) -> None:
    world.comment("/migrate abort", comment={"created_at": (NOW - timedelta(days=2, hours=1)).isoformat()})
    world.comment("/migrate abort", comment={"created_at": (NOW - timedelta(hours=2)).isoformat()})

    assert world.said == [
        f"This comment reached me {age} after it was written, so nothing was done. Comment again if it still holds."
        for age in ("2 days", "2 hours")
    ]
    assert world.status() == "awaiting_human"


def test_a_worker_that_dies_after_posting_answers_once_all_the_same(world: Commented) -> None:
    world.comments.crash = ("after", "post")
    world.comment("/migrate status")
    assert len(world.failed) == 1
    event = aws_events.sqs_batch(names.COMMENTS, world.taken[-1:], NOW)

    assert post_comment(event, aws_events.context_of("test")) == {"batchItemFailures": []}
    assert len(world.said) == 1


@pytest.mark.parametrize("error", [RetryableError("GitHub limits us", 60), PermanentError("Forbidden")])
def test_what_github_does_not_take_comes_back(world: Commented, error: WaymarkError) -> None:
    world.comments.refusals["find"] = error
    world.comment("/migrate status")

    assert (len(world.failed), world.comments.said) == (1, [])


def test_a_pull_request_that_is_gone_ends_its_answer(world: Commented) -> None:
    world.comments.gone.add(OURS)
    world.comment("/migrate status")

    assert (world.failed, world.comments.said) == ([], [])


def test_an_answer_that_dead_letters_is_dropped_and_a_command_is_kept_and_says_so(world: Commented) -> None:
    answer = {
        "kind": "reply",
        "reply_to": {"comment": {"repository_id": 710001, "number": 41, "comment_id": 1}},
        "answer": {"status": "done", "message": "Done."},
    }
    command = {
        "kind": "command", "id": "github:comment:2", "at": NOW.isoformat(), "actor": f"github:{REVIEWER}",
        "text": "abort email.notifications gone",
        "about": "pull_request:710001/41",
        "reply_to": {"comment": {"repository_id": 710001, "number": 41, "comment_id": 2}},
    }  # fmt: skip
    for queue, body in ((names.COMMENTS, answer), (names.SIGNALS, command)):
        dead = names.dead_letter_queue(queue)
        message = Message("m", "r", json.dumps(body), "g", 1)
        taken = park(aws_events.sqs_batch(dead, [message], NOW), aws_events.context_of("test"))
        assert taken == {"batchItemFailures": []}
    world.work()

    (item,) = every_parked(world.engine.campaigns, world.engine.parked)
    kept = (
        "I could not take `/migrate abort email.notifications gone at pull_request:710001/41` now. "
        "It is kept: an operator can apply it with"
    )
    assert world.said == [f"{kept} `migrate redrive {item.id}`. Nothing has changed so far."]
    done = redrive(
        item, parking=world.engine.parked, store=world.engine.store, outbox=world.engine.outbox, now=world.clock()
    )
    world.work()
    assert (done.outcome, world.status()) == ("answered", "aborted")
    assert done.said.startswith("Aborted email.notifications")
    assert world.said[1].startswith("Aborted email.notifications")


# Linked.


def test_a_code_of_slack_that_a_stranger_comments_makes_both_one_person(world: Commented) -> None:
    code = world.link_code()
    world.comment(f"/migrate link {code}", by=STRANGER)
    world.comment("/migrate pause campaign", by=STRANGER)

    assert world.said[0] == (
        f"Linked: `github:{STRANGER}` and `U_OPERATOR` are one person in airflow-3 from now on. If that is wrong,"
        " `/migrate unlink` takes it back."
    )
    assert world.paused() == ["campaign"]
    assert world.verbs() == [
        (SLACK_OPERATOR, "link-code"), (f"github:{STRANGER}", "link"), (f"github:{STRANGER}", "pause"),
    ]  # fmt: skip
    assert world.engine.controls.gate("airflow-3").links == {f"github:{STRANGER}": SLACK_OPERATOR}


def test_a_linked_account_acts_on_migrations_too_until_it_is_unlinked(world: Commented) -> None:
    world.comment(f"/migrate link {world.link_code()}", by=STRANGER)
    assert world.type("unlink").startswith("Your accounts are linked no more")
    world.comment("/migrate abort", by=STRANGER)
    assert (world.said[-1], world.status()) == (NOT_KNOWN, "awaiting_human")

    world.comment(f"/migrate link {world.link_code()}", by=STRANGER)
    world.comment("/migrate abort email.notifications the cluster is gone", by=STRANGER)
    assert world.status() == "aborted"


def test_a_code_is_used_once_and_by_nobody_else(world: Commented) -> None:
    code = world.link_code()
    first = world.comment(f"/migrate link {code}", by=STRANGER)
    world.comment(f"/migrate link {code}", by=7777)
    world.clock.advance(400)
    world.deliver(first)

    assert world.said[1].startswith("This code was used already, by another account.")
    assert len(world.said) == 2
    assert list(world.engine.controls.gate("airflow-3").links) == [f"github:{STRANGER}"]


def test_a_code_for_another_account_and_one_that_is_too_old_are_told_apart(world: Commented) -> None:
    said = world.type(f"link github:{REVIEWER}")
    code = said.partition("/migrate link ")[2][:9]
    assert "whoever comments it first" not in said
    world.comment(f"/migrate link {code}", by=STRANGER)
    world.clock.advance(3601)
    world.comment(f"/migrate link {code}", by=REVIEWER)

    assert world.said[0].startswith("This code was asked for another GitHub account than yours.")
    assert world.said[1].startswith("This code is older than an hour.")
    assert world.engine.controls.gate("airflow-3").links == {}


def test_after_five_guesses_nobody_guesses_on(world: Commented) -> None:
    code = world.link_code()
    for number in range(7):
        world.comment(f"/migrate link {code_from(f'guess {number}')}", by=STRANGER)
    world.comment(f"/migrate link {code}", by=REVIEWER)

    assert [one.startswith("That is not a code of this campaign.") for one in world.said] == [True] * 5 + [False] * 3
    assert all(one.startswith("5 wrong codes were tried") for one in world.said[5:])
    assert world.engine.controls.gate("airflow-3").links == {}
    assert [verb for _, verb in world.verbs()] == ["link-code"] + ["link-guess"] * 5


def test_a_code_that_is_typed_in_slack_proves_nothing(world: Commented) -> None:
    code = world.link_code()

    assert world.type(f"link {code}").startswith("A code proves your GitHub account: comment")
    assert world.engine.controls.gate("airflow-3").links == {}


def test_codes_differ_and_are_not_in_the_store(world: Commented) -> None:
    codes = {world.link_code() for _ in range(3)}

    assert len(codes) == 3
    gate = world.engine.controls.gate("airflow-3").model_dump_json()
    records = "".join(one.model_dump_json() for one in world.engine.controls.records("airflow-3"))
    assert not [code for code in codes if code in gate + records]


def test_who_is_linked_is_one_pair_of_eyes(world: Commented) -> None:
    """The link makes the four eyes stricter, too."""
    world.apply(the_campaign(people={"operators": [SLACK_OPERATOR], "approvers": [SLACK_OPERATOR, "github:7777"]}))
    world.comment(f"/migrate link {world.link_code()}", by=STRANGER)
    world.type("freeze environment test for 48h")
    world.comment("/migrate except test we need it", by=STRANGER)
    said = world.type("except email.notifications test we need it")

    assert world.engine.controls.gate("airflow-3").exceptions["email.notifications/test"].approved_by is None, said


@pytest.mark.parametrize(
    "body", ["", "null", "{}", "[" * 100_000, '{"kind": "reply"}', '{"kind": "card", "track": "test"}']
)
def test_garbage_in_the_queue_of_comments_comes_back_and_holds_up_nobody_else(world: Commented, body: str) -> None:
    good = {
        "kind": "reply",
        "reply_to": {"comment": {"repository_id": 710001, "number": 41, "comment_id": 1}},
        "answer": {"status": "done", "message": "Done."},
    }
    messages = [Message("bad", "r1", body, "g1", 1), Message("good", "r2", json.dumps(good), "g2", 1)]
    answer = post_comment(aws_events.sqs_batch(names.COMMENTS, messages, NOW), aws_events.context_of("test"))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert world.said == ["Done."]
