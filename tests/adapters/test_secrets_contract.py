"""What every implementation of Secrets does: given at the start, or in AWS Secrets Manager on a local AWS."""

from itertools import count
from typing import TYPE_CHECKING

import pytest

from sandbox.emulator import free_port
from shared.adapters.secrets import FixedSecrets, SecretsManagerSecrets, secrets_client
from shared.errors import PermanentError, RetryableError
from shared.names import GITHUB_TOKEN, SLACK_SIGNING_SECRET
from shared.ports.secrets import Secrets
from tests.adapters.queue_subjects import use_local_credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

TEXT = "s3cret ü 🚀\nsecond line "
_prefixes = count(1)


@pytest.fixture
def prefix() -> str:
    return f"waymark{next(_prefixes)}/"


@pytest.fixture
def client(ministack: str, monkeypatch: pytest.MonkeyPatch) -> "SecretsManagerClient":
    use_local_credentials(monkeypatch)
    return secrets_client(ministack)


@pytest.fixture(params=["fixed", pytest.param("aws", marks=pytest.mark.engine)])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    if request.param == "fixed":
        return FixedSecrets({GITHUB_TOKEN: TEXT, "empty": ""})
    client, prefix = request.getfixturevalue("client"), request.getfixturevalue("prefix")
    client.create_secret(Name=prefix + GITHUB_TOKEN, SecretString=TEXT)
    client.create_secret(Name=prefix + "empty", SecretBinary=b"bytes, no text")
    return SecretsManagerSecrets(client, prefix, lambda: 0.0)


def test_a_secret_is_read_as_it_was_stored(secrets: Secrets) -> None:
    assert [secrets.get(GITHUB_TOKEN), secrets.get(GITHUB_TOKEN)] == [TEXT, TEXT]


@pytest.mark.parametrize("name", [SLACK_SIGNING_SECRET, "empty", "no such/ü"])
def test_a_secret_that_is_absent_or_has_no_text_is_a_permanent_error(secrets: Secrets, name: str) -> None:
    with pytest.raises(PermanentError) as refused:
        secrets.get(name)

    assert name in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_no_secret_is_shown_by_a_repr(secrets: Secrets) -> None:
    secrets.get(GITHUB_TOKEN)

    assert "s3cret" not in repr(secrets)


@pytest.mark.engine
def test_a_rotated_secret_is_seen_after_five_minutes(client: "SecretsManagerClient", prefix: str) -> None:
    clock = iter([1000.0, 1299.9, 1300.0])
    secrets = SecretsManagerSecrets(client, prefix, lambda: next(clock))
    client.create_secret(Name=prefix + GITHUB_TOKEN, SecretString="old")
    first = secrets.get(GITHUB_TOKEN)
    client.put_secret_value(SecretId=prefix + GITHUB_TOKEN, SecretString="new")

    assert [first, secrets.get(GITHUB_TOKEN), secrets.get(GITHUB_TOKEN)] == ["old", "old", "new"]


@pytest.mark.engine
def test_an_absent_secret_is_found_as_soon_as_it_is_stored(client: "SecretsManagerClient", prefix: str) -> None:
    secrets = SecretsManagerSecrets(client, prefix, lambda: 0.0)
    with pytest.raises(PermanentError):
        secrets.get(GITHUB_TOKEN)

    client.create_secret(Name=prefix + GITHUB_TOKEN, SecretString="stored")

    assert secrets.get(GITHUB_TOKEN) == "stored"


def test_an_unreachable_store_is_retryable(monkeypatch: pytest.MonkeyPatch) -> None:
    use_local_credentials(monkeypatch)
    client = secrets_client(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(RetryableError, match=r"^Could not read the secret waymark/github-token: AWS was not reached"):
        SecretsManagerSecrets(client, "waymark/", lambda: 0.0).get(GITHUB_TOKEN)
