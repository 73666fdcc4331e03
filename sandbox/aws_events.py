"""The events that AWS calls functions with, in their real shapes: SQS batch, schedule, HTTP request."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from shared import names
from shared.adapters.envelope import CORRELATION
from shared.ports.queues import Message

REGION: Final = "eu-central-1"
ACCOUNT: Final = "111122223333"
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda hands to a handler beside its event."""

    function_name: str
    aws_request_id: str
    memory_limit_in_mb: int = 256
    function_version: str = "$LATEST"
    milliseconds: int = 300_000

    @property
    def invoked_function_arn(self) -> str:
        """As Lambda makes it of the name."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Nothing ends a function here."""
        return self.milliseconds


def context_of(function: str) -> LambdaContext:
    """A context with a request id of its own."""
    return LambdaContext(function, str(uuid.uuid4()))


def sqs_batch(queue: str, messages: Iterable[Message], now: datetime) -> Event:
    """What an event source mapping sends (Lambda docs, "Using Lambda with Amazon SQS")."""
    return {"Records": [_record(queue, message, now) for message in messages]}


def _record(queue: str, message: Message, now: datetime) -> Event:
    at = str(round(now.timestamp() * 1000))
    attributes = {
        "ApproximateReceiveCount": str(message.receives),
        "SentTimestamp": at,
        "SenderId": f"{ACCOUNT}:sandbox",
        "ApproximateFirstReceiveTimestamp": at,
    }
    if names.is_fifo(queue):
        ordered = {"MessageGroupId": message.group, "MessageDeduplicationId": message.id, "SequenceNumber": message.id}
        attributes |= ordered
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": _attributes(message.correlation),
        "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:waymark-{names.queue_file_name(queue)}",
        "awsRegion": REGION,
    }


def _attributes(correlation: str) -> Event:
    return {CORRELATION: {"stringValue": correlation, "dataType": "String"}} if correlation else {}


def schedule(now: datetime) -> Event:
    """What an EventBridge rule sends on its schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/waymark-sweep"],
        "detail": {},
    }


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as API Gateway's HTTP API sees it; header names in lower case, several values joined by commas."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    encoded: bool
    source: str
    route: str


def http(request: HttpRequest, now: datetime) -> Event:
    """The event of an HTTP API, payload format 2.0."""
    event: Event = {
        "version": "2.0",
        "routeKey": request.route,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": dict(request.headers),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "sandbox",
            "domainName": request.headers.get("host", "127.0.0.1"),
            "domainPrefix": "sandbox",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source,
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": request.route,
            "stage": "$default",
            "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": round(now.timestamp() * 1000),
        },
        "isBase64Encoded": request.encoded,
    }
    return event | ({"body": request.body} if request.body else {})
