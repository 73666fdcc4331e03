"""The queues, each with a dead-letter queue of its kind, so that nothing that fails is lost or holds up the rest."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.arns import queue_name
from infra_cdk.consumers import visibility
from shared import names
from state_schema.stage import Stage

KEPT = Duration.days(14)


class Queues(Construct):
    """Every queue of `names.QUEUES` and its dead-letter queue, encrypted at rest and on the way."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        for name in names.QUEUES:
            dead = self._queue(names.dead_letter_queue(name), stage)
            self._queue(name, stage, sqs.DeadLetterQueue(queue=dead, max_receive_count=names.max_receives(name)))

    def _queue(self, name: str, stage: Stage, dead: sqs.DeadLetterQueue | None = None) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            queue_name=queue_name(name),
            fifo=True if names.is_fifo(name) else None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=Duration.seconds(visibility(name, stage)),
            dead_letter_queue=dead,
        )
