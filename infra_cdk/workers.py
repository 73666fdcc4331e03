"""Functions that take messages off queues: the workers, and each skill with its queue."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.consumers import CONSUMERS, queues_of
from infra_cdk.deployed import Deployed
from infra_cdk.function import WaymarkFunction
from shared import names


class Worker(Construct):
    """A function and a mapping for each of its queues; exactly those messages come back that it says have failed.

    No concurrency is reserved for it: on a queue's consumer that throttles, burns receives and parks good messages.
    """

    def __init__(self, scope: Construct, construct_id: str, *, function: str, deployed: Deployed) -> None:
        super().__init__(scope, construct_id)
        made = WaymarkFunction(self, "Worker", function=function, deployed=deployed)
        self.function, self.log = made.function, made.log
        for queue in queues_of(function):
            lambda_.EventSourceMapping(
                self,
                f"Takes-{queue}",
                target=self.function,
                event_source_arn=deployed.arns.queue(queue),
                batch_size=CONSUMERS[queue].batch,
                report_batch_item_failures=True,
                max_concurrency=deployed.stage.concurrency.get(function),
            )


class Skill(Worker):
    """One skill: the worker of its own queue, as many at once as the stage says; slots keep the rest in order."""

    def __init__(self, scope: Construct, *, skill: str, deployed: Deployed) -> None:
        super().__init__(scope, f"Skill-{skill}", function=skill, deployed=deployed)


class Parking(Worker):
    """What takes every dead letter, so that a person's act is kept and an order becomes a question."""

    def __init__(self, scope: Construct, *, deployed: Deployed) -> None:
        super().__init__(scope, "Parking", function="park", deployed=deployed)


def workers(scope: Construct, deployed: Deployed) -> dict[str, Worker]:
    """Every function that takes messages, by name."""
    made: dict[str, Worker] = {skill: Skill(scope, skill=skill, deployed=deployed) for skill in names.SKILL_NAMES}
    made["park"] = Parking(scope, deployed=deployed)
    for function in names.WORKERS:
        if function not in made and queues_of(function):
            made[function] = Worker(scope, f"Worker-{function}", function=function, deployed=deployed)
    return made
