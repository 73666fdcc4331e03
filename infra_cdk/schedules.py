"""What happens by the clock: the one-minute sweep, and the batches that start a campaign's next migration."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.deployed import Deployed
from infra_cdk.function import WaymarkFunction
from state_schema.stage import Batch

SWEEP_EVERY = Duration.minutes(1)


class Sweep(Construct):
    """The only timer: waits, time-outs, reminders, retries, windows, webhooks that were missed."""

    def __init__(self, scope: Construct, construct_id: str, *, deployed: Deployed) -> None:
        super().__init__(scope, construct_id)
        made = WaymarkFunction(self, "Sweep", function="sweep", deployed=deployed)
        self.function, self.log = made.function, made.log
        # A sweep that failed is not repeated: the next one, a minute later, finds what is due all the same.
        once = targets.LambdaFunction(self.function, retry_attempts=0, max_event_age=SWEEP_EVERY)
        events.Rule(
            self,
            "EveryMinute",
            description="Waymark: looks for what is due",
            schedule=events.Schedule.rate(SWEEP_EVERY),
            targets=[once],
        )
        self.function.configure_async_invoke(retry_attempts=0, max_event_age=SWEEP_EVERY)


class Batches(Construct):
    """One rule for each batch of the stage; each tells the function which campaign, and the time that it is due at."""

    def __init__(self, scope: Construct, construct_id: str, *, deployed: Deployed) -> None:
        super().__init__(scope, construct_id)
        made = WaymarkFunction(self, "Batch", function="batch", deployed=deployed)
        self.function, self.log = made.function, made.log
        for number, batch in enumerate(deployed.stage.batches):
            events.Rule(
                self,
                f"Batch{number}",
                description=f"Waymark: the next migration of {batch.campaign}",
                schedule=events.Schedule.expression(batch.schedule),
                targets=[_target(self.function, batch)],
            )


def _target(function: lambda_.IFunction, batch: Batch) -> targets.LambdaFunction:
    told = {"campaign": batch.campaign, "time": events.EventField.time}
    return targets.LambdaFunction(function, event=events.RuleTargetInput.from_object(told))
