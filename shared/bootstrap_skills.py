"""The function that every skill runs in: an order a message, taken through the one frame."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.adapters.batch import followed, take_batch
from shared.adapters.worker_logging import worker_logger
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.correlated import Correlated
from shared.app.run_skill import Tools, refuse_foreign, run_skill
from shared.bootstrap import current
from shared.outside import Outside
from shared.ports.skills import Skill
from state_schema.orders import Order

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def run_orders(event: dict[str, Any], name: str, make_skill: Callable[[Outside], Skill[Any]]) -> dict[str, Any]:
    """The function of the skill `name`: takes an SQS batch; answers which of its messages failed."""
    composition = current()
    engine, log = composition.engine, worker_logger("skill")
    prefix = {"campaign.title_prefix": composition.settings.title_prefix}
    tools = Tools(engine.history, composition.clock, composition.jitter, prefix)

    def take(record: "SQSRecord") -> None:
        order = Order.model_validate_json(record.body)
        outbox = Correlated(engine.outbox, followed(record, log, order.key))
        refuse_foreign(order, name)
        outcome = run_skill(
            order,
            make_skill(composition.outside),
            migrations=engine.migrations,
            effects=engine.effects,
            outbox=outbox,
            tools=tools,
        )
        log.info("order", extra={"order": order.key, "skill": order.skill, "outcome": outcome})

    failed = take_batch(event, take, log)
    metrics = WorkerMetrics("skill", log)
    metrics.quota(composition.outside.github_quota)
    metrics.emit()
    return failed
