"""Only who knows the secret gets in, and nothing that is sent makes the check itself fail."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import RejectedDeliveryError
from shared.webhooks.signatures import github_signature, slack_signature, verify_github, verify_slack

NOW = datetime(2026, 11, 20, 10, 16, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"zen": "caf\xc3\xa9"}'


def test_the_example_of_githubs_own_documentation_is_accepted() -> None:
    # GitHub docs, "Validating webhook deliveries": secret, payload and signature to test an implementation with.
    verify_github(
        "It's a Secret to Everybody",
        b"Hello, World!",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    )


def test_the_example_of_slacks_own_documentation_is_accepted() -> None:
    # Slack docs, "Verifying requests from Slack".
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    verify_slack(
        "8f742231b10e8888abcd99yyyzzz85a5",
        body,
        timestamp="1531420618",
        signature="v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        now=datetime.fromtimestamp(1531420618, UTC),
    )


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        github_signature("another secret", BODY),
        github_signature("secret", BODY + b" "),
        github_signature("secret", BODY).upper(),
        github_signature("secret", BODY).removeprefix("sha256="),
        github_signature("secret", BODY) + "," + github_signature("secret", BODY),
        "sha256=é" + "0" * 63,
        "sha256=" + "\ud800" * 64,
        "sha1=" + "0" * 40,
    ],
)
def test_any_other_github_signature_is_rejected(signature: str) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        verify_github("secret", BODY, signature)
    assert (rejected.value.status, rejected.value.reason) == (401, "X-Hub-Signature-256 is missing or wrong")


@given(st.text(max_size=80))
def test_no_text_as_a_github_signature_does_worse_than_being_rejected(signature: str) -> None:
    with pytest.raises(RejectedDeliveryError):
        verify_github("secret", BODY, signature)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_a_slack_request_may_be_five_minutes_old_or_early(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)
    verify_slack("secret", BODY, timestamp=STAMP, signature=slack_signature("secret", BODY, STAMP), now=now)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_slack_request_from_another_time_is_rejected_though_rightly_signed(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)
    with pytest.raises(RejectedDeliveryError, match="more than five minutes"):
        verify_slack("secret", BODY, timestamp=STAMP, signature=slack_signature("secret", BODY, STAMP), now=now)


@pytest.mark.parametrize(
    "stamp", ["", "now", STAMP + ".5", f" {STAMP}", f"+{STAMP}", "-1", "1_795_169_760", "9" * 5000, "١٢٣"]
)
def test_a_slack_timestamp_that_is_no_plain_number_is_rejected_though_rightly_signed(stamp: str) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        verify_slack("secret", BODY, timestamp=stamp, signature=slack_signature("secret", BODY, stamp), now=NOW)
    assert rejected.value.status == 401


def test_a_slack_body_that_is_no_utf8_is_rejected_though_rightly_signed() -> None:
    body = b"payload=\xff"
    with pytest.raises(RejectedDeliveryError) as rejected:
        verify_slack("secret", body, timestamp=STAMP, signature=slack_signature("secret", body, STAMP), now=NOW)
    assert rejected.value.status == 401


@pytest.mark.parametrize(
    "signature",
    ["", "v0=", "v0=é", slack_signature("another", BODY, STAMP), slack_signature("secret", BODY, "1795169761")],
)
def test_any_other_slack_signature_is_rejected(signature: str) -> None:
    with pytest.raises(RejectedDeliveryError) as rejected:
        verify_slack("secret", BODY, timestamp=STAMP, signature=signature, now=NOW)
    assert (rejected.value.status, rejected.value.reason) == (401, "X-Slack-Signature is missing or wrong")
