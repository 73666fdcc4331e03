"""Where credentials come from. The doors import this module, so it loads boto3 and nothing else that is slow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared import names
from shared.adapters.aws_errors import translated
from shared.errors import NO_SECRET, PermanentError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

CLIENT: Final = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
_ONE_LINE: Final = (names.GITHUB_WEBHOOK_SECRET, names.SLACK_SIGNING_SECRET, names.SLACK_BOT_TOKEN)
"""With a line break at its end, each signature would be wrong, and each sender look like a stranger."""
KEPT: Final = 300.0
"""Seconds a secret is kept in memory: so long a rotated one is still used."""


def secrets_client(endpoint: str | None = None) -> "SecretsManagerClient":
    """A client with short time-outs; the endpoint is boto3's own choice (`AWS_ENDPOINT_URL`) where none is given."""
    return boto3.client("secretsmanager", endpoint_url=endpoint, config=CLIENT)


class SecretsManagerSecrets:
    """AWS Secrets Manager; a secret's id is `prefix` + name. `monotonic` gives seconds that never go back."""

    def __init__(self, client: "SecretsManagerClient", prefix: str, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._prefix = prefix
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, str]] = {}

    def get(self, name: str) -> str:
        now = self._monotonic()
        read_at, text = self._kept.get(name, (now, ""))
        if not text or now - read_at >= KEPT:
            text = self._read(self._prefix + name)
            self._kept[name] = (now, text)
        return text

    def _read(self, secret: str) -> str:
        try:
            text = self._client.get_secret_value(SecretId=secret).get("SecretString", "")
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"read the secret {secret}") from exc
        return _filled(secret, text)


@dataclass(frozen=True, slots=True)
class FixedSecrets:
    """Secrets by name, given at the start: for the embedded engine and for tests. Its `repr` shows none of them."""

    texts: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        return _filled(name, self.texts.get(name, ""))


def _filled(secret: str, text: str) -> str:
    if not text:
        raise PermanentError(
            f"The secret {secret} is absent or has no text. Store one under this name.", code=NO_SECRET
        )
    if wrong := _wrong(secret, text):
        raise PermanentError(f"The secret {secret} {wrong}. Store the bare text, and nothing else.", code=NO_SECRET)
    return text


def _wrong(secret: str, text: str) -> str:
    """What shows that it cannot be the secret itself; nothing of its text is repeated."""
    if text.lstrip().startswith("{") and text.rstrip().endswith("}"):
        return "is a JSON object, as the console stores key and value"
    if secret.endswith(_ONE_LINE) and (text != text.strip() or not text.isprintable()):
        return "begins or ends with a blank, or holds a line break or another control character"
    return ""
