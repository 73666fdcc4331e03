"""One deployment for all tests of a session: bundles, templates, the local AWS with them in it, and the mock world around."""

import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from infra_cdk.app import BUNDLES, build
from infra_cdk.secrets import DESCRIPTIONS
from sandbox.aws_events import ACCOUNT, REGION
from shared.settings import Settings
from tests.e2e.adapting import adapted
from tests.e2e.assembly import Assembly
from tests.e2e.cloud import start_cloud
from tests.e2e.deployed import Deployed
from tests.e2e.deploying import deploy
from tests.e2e.diagnosis import told_by
from tests.e2e.outside import ROOT, Outside, open_outside


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The mock world; its addresses are in the templates, so it comes first."""
    with open_outside(tmp_path_factory.mktemp("outside")) as outside:
        yield outside


@pytest.fixture(scope="session")
def assembly(outside: Outside) -> Assembly:
    """The stage `local` of the code as it is now. Only addresses of the mock world differ from what is committed, and what
    `adapting` lists.

    The tests of `tests/infra` have CDK validate it, which takes longer than all the rest of it.
    """
    command = [sys.executable, "-m", "infra_cdk.bundles", "--stage", "local"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    folder = build(outside.stage(), ROOT / BUNDLES / "local", validate=False).synth().directory
    return adapted(Assembly.read(Path(folder), ACCOUNT, REGION))


@pytest.fixture(scope="session")
def deployed(outside: Outside, assembly: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The deployment, with its secrets stored and the mock services told where it is."""
    with start_cloud(tmp_path_factory.mktemp("cloud")) as cloud, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.environ.items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        api = urlsplit(deploy(assembly)["ApiUrl"]).netloc.partition(".")[0]
        for name in DESCRIPTIONS:
            secret = Settings().secrets_prefix + name
            boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=outside.secrets[name])
        found = Deployed(cloud, outside, f"{cloud.url}/_aws/execute-api/{api}/$default")
        outside.call(found.api)
        yield found
        outside.hang_up()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails is told together with what the deployment said meanwhile: else nobody could see why."""
    report = yield
    found = getattr(item, "funcargs", {}).get("deployed")
    if report.failed and found is not None:
        report.sections += told_by(found)
    return report
