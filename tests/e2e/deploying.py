"""Deploys an assembly as `cdk deploy` does, with boto3 alone: files to S3, then a stack after the other."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from sandbox.aws_events import REGION
from tests.e2e.assembly import Assembly, StackTemplate

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
BOOTSTRAP: Final = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION: Final = "30"
WITHIN: Final = 120
"""Seconds for a stack; the emulator needs a few."""
_POLL: Final = 0.1


class DeploymentFailedError(Exception):
    """A stack did not come up; the message has what CloudFormation said of each resource that failed."""


def deploy(assembly: Assembly) -> Mapping[str, str]:
    """Creates or updates all of its stacks; the outputs of all of them. DeploymentFailedError names what failed."""
    boto3.client("ssm").put_parameter(Name=BOOTSTRAP, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)
    s3 = boto3.client("s3")
    for bucket in {asset.bucket for asset in assembly.assets} - {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for asset in assembly.assets:
        s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.content)
    outputs: dict[str, str] = {}
    for stack in assembly.stacks:
        # Longer templates than 51,200 characters are taken from S3 alone.
        bucket, key = assembly.assets[0].bucket, f"{stack.name}.template.json"
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(stack.template))
        outputs |= _deployed(boto3.client("cloudformation"), stack, f"https://s3.amazonaws.com/{bucket}/{key}")
    return outputs


def _deployed(cloudformation: "CloudFormationClient", stack: StackTemplate, template: str) -> dict[str, str]:
    known = [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]]
    act = cloudformation.update_stack if stack.name in known else cloudformation.create_stack
    try:
        act(StackName=stack.name, TemplateURL=template, Capabilities=CAPABILITIES)
    except ClientError as exc:
        if "No updates are to be performed" not in str(exc):
            raise DeploymentFailedError(f"{stack.name} was refused: {exc}"[:2000]) from exc
    return _outputs(cloudformation, stack.name)


def _outputs(cloudformation: "CloudFormationClient", name: str) -> dict[str, str]:
    end = time.monotonic() + WITHIN
    while True:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        status = found["StackStatus"]
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
        if status.endswith(("_COMPLETE", "_FAILED")) or time.monotonic() > end:
            raise DeploymentFailedError(f"{name} is {status}:\n{_failures(cloudformation, name)}")
        time.sleep(_POLL)


def _failures(cloudformation: "CloudFormationClient", name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if "FAILED" in one["ResourceStatus"] or "ROLLBACK" in one["ResourceStatus"]]
    return "\n".join(f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed)
