"""The ARNs behind our names. Tables, queues and the topic have fixed names, so that no stack has to export them."""

from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack

from infra_cdk.grants import ALERTS, ANYTHING, KEY, OWN_LOG, STATE
from shared import names
from shared.settings import Settings

SECRETS_PREFIX = Settings().secrets_prefix


def function_name(function: str) -> str:
    """What Lambda calls the function."""
    return names.PREFIX + function.replace("_", "-")


def log_group_name(function: str) -> str:
    """Where the function logs."""
    return f"/aws/lambda/{function_name(function)}"


def queue_name(queue: str) -> str:
    """What SQS calls the queue or dead-letter queue."""
    return names.PREFIX + names.queue_file_name(queue)


def topic_name() -> str:
    """What SNS calls the topic of all alarms."""
    return names.PREFIX + ALERTS


@dataclass(frozen=True)
class Arns:
    """ARNs in the account and region of `stack`; `key`: that of the customer-managed key."""

    stack: Stack
    key: str

    def queue(self, queue: str) -> str:
        """Of a queue or dead-letter queue."""
        return self._named("sqs", queue_name(queue), ArnFormat.NO_RESOURCE_NAME)

    def topic(self) -> str:
        """Of the topic of all alarms."""
        return self._named("sns", topic_name(), ArnFormat.NO_RESOURCE_NAME)

    def of(self, resource: str, function: str) -> str:
        """Of a resource of a Grant that is made to `function`."""
        if resource == ANYTHING:
            return ANYTHING
        if resource == KEY:
            return self.key
        if resource == ALERTS:
            return self.topic()
        if resource == OWN_LOG:
            return self._named("logs", f"log-group:{log_group_name(function)}:*", ArnFormat.NO_RESOURCE_NAME)
        if resource in names.SECRETS:
            return self._named(
                "secretsmanager", f"secret:{SECRETS_PREFIX}{resource}-??????", ArnFormat.NO_RESOURCE_NAME
            )
        if resource.partition("/")[0] in {STATE, names.EFFECTS_TABLE}:
            return self._named("dynamodb", f"table/{resource.replace('/', '/index/')}", ArnFormat.NO_RESOURCE_NAME)
        return self.queue(resource)

    def _named(self, service: str, resource: str, form: ArnFormat) -> str:
        return str(self.stack.format_arn(service=service, resource=resource, arn_format=form))
