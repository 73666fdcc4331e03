"""The queues, each with a dead-letter queue of its kind, so that nothing that fails is lost or holds up the rest."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared import names

VISIBILITY = Duration.minutes(6)
"""Longer than the longest function (5 minutes), so that a message comes back only when its worker is gone."""


class Queues(Construct):
    """`by_name` has every queue of `names.QUEUES`."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.by_name = {name: self._queue(name) for name in names.QUEUES}

    def _queue(self, name: str) -> sqs.Queue:
        fifo = True if name in names.FIFO_QUEUES else None
        dead_letters = sqs.Queue(
            self,
            f"{name}-dead",
            queue_name=f"waymark-{names.queue_file_name(names.dead_letter_queue(name))}",
            fifo=fifo,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        return sqs.Queue(
            self,
            name,
            queue_name=f"waymark-{names.queue_file_name(name)}",
            fifo=fifo,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=VISIBILITY,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=names.max_receives(name)),
        )
