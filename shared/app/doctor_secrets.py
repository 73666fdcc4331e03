"""Whether each secret is there and has the shape of what it is. No value, nor a part of one, is ever in what is said."""

import re
from collections.abc import Mapping
from typing import Final

from shared import names
from shared.domain.findings import Finding, broken, ok, warn
from shared.errors import PermanentError
from shared.ports.secrets import Secrets

CHECK: Final = "secrets"
SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    names.GITHUB_APP_KEY: (
        r"\s*-----BEGIN (RSA )?PRIVATE KEY-----\s[A-Za-z0-9+/=\s]{200,}-----END (RSA )?PRIVATE KEY-----\s*",
        "is not a private key in PEM form: store the whole file that GitHub gave when the key was generated.",
    ),
    names.GITHUB_WEBHOOK_SECRET: (
        r"[\x21-\x7e]{16,}",
        "is too short, or has white space in it: make a new one (`openssl rand -hex 32`), store it, and set it in the App.",
    ),
    names.SLACK_SIGNING_SECRET: (
        r"[0-9a-f]{32}",
        "is not 32 hexadecimal digits: copy the Signing Secret of the app's Basic Information.",
    ),
    names.SLACK_BOT_TOKEN: (
        r"xoxb-[A-Za-z0-9-]{10,}",
        "does not begin with xoxb-: copy the Bot User OAuth Token, no other one.",
    ),
    names.DEPLOYMENT_TOKEN: (
        r"[\x21-\x7e]+",
        "has white space in it, such as a line break at its end: store it without.",
    ),
}
"""Of the secrets that a deployment has: a pattern of the whole, and what is said where it does not match."""


def check_secrets(secrets: Secrets, *, deploys: bool) -> list[Finding]:
    """One finding for each; `deploys`: whether the stage says where deployments are, so that their token is needed."""
    return [_check(name, secrets, needed=deploys or name != names.DEPLOYMENT_TOKEN) for name in SHAPES]


def _check(name: str, secrets: Secrets, *, needed: bool) -> Finding:
    pattern, wrong = SHAPES[name]
    put = f"Store it: `aws secretsmanager put-secret-value --secret-id waymark/{name} --secret-string file://FILE`."
    try:
        text = secrets.get(name)
    except PermanentError as exc:
        if not needed:
            return ok(CHECK, f"{name} is absent, and nothing needs it.")
        said = f"{name} has no value." if exc.code == "no_secret" else f"{name} cannot be read: {exc.reason}"
        return broken(CHECK, said, put)
    if re.fullmatch(pattern, text):
        return ok(CHECK, f"{name} is there and looks like one.")
    if re.fullmatch(pattern, text.strip()):
        return broken(CHECK, f"{name} has white space round it, such as a line break at its end.", put)
    return (broken if needed else warn)(
        CHECK, f"{name} {wrong.partition(': ')[0]}.", _sentence(wrong.partition(": ")[2])
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
