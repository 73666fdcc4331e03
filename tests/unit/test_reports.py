"""Failures that always fit into a report, whatever the outside said."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.reports import failed, failed_for_now
from state_schema.signals import Failed

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_short_reason_stays_as_it_is() -> None:
    assert failed("blocking", "It is gone.", "gone") == Failed(category="blocking", reason="It is gone.", code="gone")


def test_a_long_reason_is_cut_and_put_on_one_line() -> None:
    reason = failed("retriable", "a\r\n\x00b " + "x" * 10_000, "ill").reason
    assert reason == "a b " + "x" * 495 + "…"
    assert len(reason) == 500


def test_an_empty_reason_says_that_nothing_was_said() -> None:
    assert failed("blocking", " \n", "ill").reason == "It failed, and nothing was said about why."


@pytest.mark.parametrize("secret", ["ghp_" + "a" * 36, "https://user:word@host.example.com/", "xoxb-" + "1" * 12])
def test_a_reason_with_a_credential_is_withheld(secret: str) -> None:
    reason = failed("blocking", f"refused: {secret}", "refused").reason
    assert secret not in reason
    assert reason.startswith("The reason is withheld")


@pytest.mark.parametrize(("delay", "after"), [(None, None), (0, 0), (90, 90), (-5, 0), (1e12, 3600)])
def test_a_failure_for_now_says_when_to_try_again_within_an_hour(delay: float | None, after: int | None) -> None:
    report = failed_for_now("busy", "busy", NOW, delay)
    again = None if after is None else NOW + timedelta(seconds=after)
    assert report == Failed(category="transient", reason="busy", code="busy", retry_at=again)
