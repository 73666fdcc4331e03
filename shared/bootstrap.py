"""The one composition root: settings in, use cases with their ports out. Everything is built on demand."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from math import ceil
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from shared import names
from shared.adapters.batch import queue_of, receives, sent_at, take_batch
from shared.adapters.slack_alerts import slack_alerts
from shared.adapters.worker_logging import worker_logger
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.card import post_checkpoint
from shared.app.command_door import take_command
from shared.app.comment import post_comment
from shared.app.digest import DIGEST_EVERY, post_digest
from shared.app.fill_modal import fill_modal
from shared.app.measured import take_measured
from shared.app.nudge import nudge
from shared.app.observe import observe
from shared.app.pacing import PacedWall
from shared.app.park import DeadLetter, park
from shared.app.run_skill import Tools, refuse_foreign, run_skill
from shared.app.status import answer
from shared.app.sweep import sweep
from shared.app.sync_groups import sync_groups
from shared.engines import Engine, aws_engine, embedded_engine
from shared.observability import door_logger
from shared.outside import Outside
from shared.ports.clock import Clock
from shared.ports.queues import Inbox, Message
from shared.ports.secrets import Secrets
from shared.ports.skills import Skill
from shared.settings import PREFIX, Settings
from shared.webhooks.sighting import Sighting
from state_schema.orders import CARDS, DigestMessage, ModalMessage, NudgeMessage, Order, ReplyMessage
from state_schema.signals import SIGNALS, Command

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


@dataclass(frozen=True)
class Composition:
    """Settings and the sources of time, chance and secrets, and everything that is built from them."""

    settings: Settings
    secrets: Secrets
    clock: Clock
    jitter: Callable[[], float]

    @cached_property
    def engine(self) -> Engine:
        """The ports that depend on the engine."""
        build = aws_engine if self.settings.engine == "aws" else embedded_engine
        return build(self.settings, self.clock)

    @cached_property
    def outside(self) -> Outside:
        """The ports that reach the outside world."""
        return Outside(self.settings, self.secrets)


_in_use: Composition | None = None


def use(composition: Composition | None) -> None:
    """Makes all functions of this process use it; None goes back to the environment's settings."""
    global _in_use  # noqa: PLW0603 - Lambda keeps one composition between invocations, the sandbox one a scenario
    _in_use = composition


def current() -> Composition:
    """The composition in use; at first use it is built from the environment."""
    if _in_use is None:
        use(from_environment())
    return _in_use or from_environment()


def from_environment() -> Composition:
    """The composition that the environment's settings ask for; InvalidInputError where they are wrong."""
    return from_settings(Settings.from_environment(os.environ))


def from_settings(settings: Settings) -> Composition:
    """The composition for these settings, with the machine's time and chance."""
    return Composition(settings, _secrets(settings), utc_now, random.random)


def _secrets(settings: Settings) -> Secrets:
    from shared.adapters.secrets import FixedSecrets, SecretsManagerSecrets, secrets_client

    if settings.engine == "aws":
        return SecretsManagerSecrets(secrets_client(), settings.secrets_prefix, time.monotonic)
    return FixedSecrets({name: os.environ.get(PREFIX + name.upper().replace("-", "_"), "") for name in names.SECRETS})


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def take_signals(event: dict[str, Any]) -> dict[str, Any]:
    """The function `advance`: one signal a message."""
    engine, log = current().engine, worker_logger("advance")
    metrics = WorkerMetrics("advance", log)

    def take(record: "SQSRecord") -> None:
        message = SIGNALS.validate_json(record.body)
        if isinstance(message, Command):
            message = message.model_copy(update={"nonce": token_hex(16)})
        outcome = take_measured(
            message,
            again=receives(record) > 1,
            store=engine.store,
            outbox=engine.outbox,
            counters=metrics,
        )
        log.info("signal", extra={"signal": message.id, "kind": message.kind, "outcome": outcome})

    failed = take_batch(event, take, log)
    metrics.emit()
    return failed


def take_sightings(event: dict[str, Any]) -> dict[str, Any]:
    """The function `observe`: one sighting a message."""
    composition, log = current(), worker_logger("observe")
    engine, reader = composition.engine, composition.outside.reader

    def take(record: "SQSRecord") -> None:
        sighting = Sighting.from_json(record.body)
        told = observe(sighting, watches=engine.watches, github=reader, outbox=engine.outbox, clock=composition.clock)
        log.info("sighting", extra={"delivery": sighting.delivery, "address": sighting.address, "told": told})

    return take_batch(event, take, log)


def run_orders(event: dict[str, Any], name: str, make_skill: Callable[[Outside], Skill[Any]]) -> dict[str, Any]:
    """The function of the skill `name`: one order a message."""
    composition = current()
    engine, log = composition.engine, worker_logger("skill")
    skill = make_skill(composition.outside)
    prefix = {"campaign.title_prefix": composition.settings.title_prefix}
    tools = Tools(engine.history, composition.clock, composition.jitter, prefix)

    def take(record: "SQSRecord") -> None:
        order = Order.model_validate_json(record.body)
        refuse_foreign(order, name)
        outcome = run_skill(
            order,
            skill,
            migrations=engine.migrations,
            effects=engine.effects,
            outbox=engine.outbox,
            tools=tools,
        )
        log.info("order", extra={"order": order.key, "skill": order.skill, "outcome": outcome})

    return take_batch(event, take, log)


def post_cards(event: dict[str, Any]) -> dict[str, Any]:
    """The function `post_checkpoint`: one card, digest, reminder, answer or modal a message.

    What Slack refuses or cannot take now stays in the queue; an alarm counts the lines whose `alert` is `slack`.
    """
    composition = current()
    engine, outside, log = composition.engine, composition.outside, worker_logger("cards")
    clock, every = composition.clock, composition.settings.slack_pace
    wall = PacedWall(outside.channel, engine.pace, clock, every)
    post = partial(
        post_checkpoint,
        migrations=engine.migrations,
        history=engine.history,
        posted_cards=engine.posted_cards,
        channel=wall,
        replies=outside.replies,
    )

    remind = partial(
        nudge,
        migrations=engine.migrations,
        posted_cards=engine.posted_cards,
        channel=wall,
        alerts=outside.alerts,
    )
    sum_up = partial(
        post_digest,
        store=engine.store,
        posted_cards=engine.posted_cards,
        wall=wall,
        pace=engine.pace,
        every=every * DIGEST_EVERY,
    )
    fill = partial(fill_modal, migrations=engine.migrations, history=engine.history, modals=outside.modals)

    def take(record: "SQSRecord") -> None:
        message = CARDS.validate_json(record.body)
        with slack_alerts(log, message.kind, receives(record)):
            match message:
                case ModalMessage():
                    outcome = fill(message)
                case NudgeMessage():
                    outcome = remind(message, now=clock())
                case DigestMessage():
                    outcome = sum_up(message, now=clock())
                case _:
                    outcome = post(message)
        log.info("card", extra={"kind": message.kind, "outcome": outcome})

    return take_batch(event, take, log, later=partial(_show_again, engine.inbox))


def _show_again(inbox: Inbox, record: "SQSRecord", delay: float) -> None:
    group = record.attributes.message_group_id or ""
    message = Message(record.message_id, record.receipt_handle, record.body, group, receives(record))
    inbox.release(names.CARDS, message, ceil(delay))


def post_comments(event: dict[str, Any]) -> dict[str, Any]:
    """The function `post_comment`: one answer a message."""
    comments, log = current().outside.comments, worker_logger("comments")

    def take(record: "SQSRecord") -> None:
        message = ReplyMessage.model_validate_json(record.body)
        to = message.reply_to.comment
        told = {"comment": to.comment_id if to else None, "outcome": post_comment(message, comments=comments)}
        log.info("comment", extra=told)

    return take_batch(event, take, log)


def sweep_due(event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the schedule's event says only that it is time
    """The function `sweep`, once a minute. An alarm counts the lines whose `alert` is `groups`: nobody of one may act."""
    composition = current()
    engine, now = composition.engine, composition.clock()
    ticked = sweep(due_times=engine.due_times, migrations=engine.migrations, outbox=engine.outbox, now=now)
    log = worker_logger("sweep")
    log.info("swept", extra={"ticked": ticked})
    user_groups = composition.outside.user_groups
    synced = sync_groups(campaigns=engine.campaigns, groups=engine.groups, user_groups=user_groups, now=now)
    if synced.failed:
        told = {"groups": synced.failed, "unknown": sorted(synced.unknown)}
        log.error("user groups could not be read", extra=told | ({"alert": "groups"} if synced.unknown else {}))
    return {"ticked": ticked}


def park_dead_letters(event: dict[str, Any]) -> dict[str, Any]:
    """The function `park`: one dead letter a message. An alarm counts the lines whose `alert` is `parked`."""
    composition, log = current(), worker_logger("park")
    engine, metrics = composition.engine, WorkerMetrics("park", log)

    def take(record: "SQSRecord") -> None:
        letter = DeadLetter(queue_of(record), record.body, sent_at(record))
        fate = park(
            letter, parking=engine.parked, campaigns=engine.campaigns, outbox=engine.outbox, now=composition.clock()
        )
        told = {"queue": letter.queue, "kind": fate.kind, "about": fate.about, "outcome": fate.outcome}
        if fate.outcome == "parked":
            log.error("dead letter", extra={**told, "alert": "parked"})
            metrics.add(names.PARKED)
        else:
            log.warning("dead letter", extra=told)

    failed = take_batch(event, take, log)
    metrics.emit()
    return failed


def status(event: dict[str, Any]) -> dict[str, Any]:
    """The function `status`: one HTTP request."""
    engine = current().engine
    return answer(
        event, campaigns=engine.campaigns, index=engine.index, migrations=engine.migrations, history=engine.history
    )


def command(event: dict[str, Any]) -> dict[str, Any]:
    """The function `commands`: one HTTP request."""
    composition = current()
    engine, log = composition.engine, door_logger("commands")
    now, nonce = composition.clock(), token_hex(16)
    return take_command(event, store=engine.store, outbox=engine.outbox, now=now, log=log, nonce=nonce)
