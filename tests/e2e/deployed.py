"""One deployment that the tests drive, as its operator, its callers and its neighbours see it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.aws_events import ACCOUNT, REGION
from sandbox.clock import RealClock
from sandbox.world import World
from shared import names
from shared.adapters.secrets import FixedSecrets
from shared.domain.view import View
from shared.engines import aws_engine
from shared.settings import Settings
from tests.e2e.cloud import Cloud
from tests.e2e.outside import ROOT, Outside

QUEUES = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/waymark-"
TIMEOUT = 60
"""Seconds for an answer: the first one of a function waits until its process is up."""
SETTINGS = Settings(engine="aws", queue_url_prefix=QUEUES)
Json = dict[str, Any]


def function_name(function: str) -> str:
    """As it is called on AWS."""
    return f"waymark-{function.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is deployed, and the world around it. `api`: the address of its HTTP API, without a slash at its end."""

    cloud: Cloud
    outside: Outside
    api: str

    def world(self) -> World:
        """The same as a scenario of the sandbox knows it: for its people, and for what it expects in the end."""
        clock, out = RealClock(), self.outside
        engine, secrets = aws_engine(SETTINGS, clock.now), FixedSecrets(out.secrets)
        data = out.folder / "world.db"
        return World(data, clock, self.api, SETTINGS, secrets, engine, out.github, out.slack, out.airflow)

    def migration(self, name: str) -> View:
        """A migration as it is stored."""
        return aws_engine(SETTINGS, RealClock().now).migrations.load(name).view

    def migrate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, on an operator's machine."""
        environ = {**self.cloud.environ, "WAYMARK_ENGINE": "aws", "WAYMARK_QUEUE_URL_PREFIX": QUEUES}
        command = [sys.executable, "-m", "cli.main", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        """A request to the API from anywhere."""
        return requests.post(self.api + path, data=body, headers=headers, timeout=TIMEOUT)

    def call(self, method: str, path: str, body: Json | None = None) -> requests.Response:
        """A request to the API, signed with the operator's IAM credentials."""
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method, self.api + path, data=data, headers={"Content-Type": "application/json"})
        operator = Credentials(self.cloud.environ["AWS_ACCESS_KEY_ID"], self.cloud.environ["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(operator, "execute-api", REGION).add_auth(request)
        return requests.request(method, self.api + path, data=data, headers=dict(request.headers), timeout=TIMEOUT)

    def log(self, function: str) -> Iterator[Json]:
        """What a function has logged, oldest first: each line that is a JSON object."""
        for line in self.lines(function):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found

    def lines(self, function: str) -> list[str]:
        """All that a function has printed, line by line, oldest first."""
        logs, group = boto3.client("logs"), log_group(function)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        try:
            messages = [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [line for message in messages for line in message.splitlines()]


def log_group(function: str) -> str:
    """Where a function's lines go."""
    found = boto3.client("lambda").get_function_configuration(FunctionName=function_name(function))
    return found["LoggingConfig"]["LogGroup"]


def queue_url(queue: str) -> str:
    """The address of a queue or dead-letter queue, by our name for it."""
    return QUEUES + names.queue_file_name(queue)
