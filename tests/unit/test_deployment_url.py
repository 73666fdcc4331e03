"""Where a deployment is: the plan's word first, then the settings', and never anything but a plain address."""

import pytest

from shared.domain.deployment_url import deployment_url
from shared.errors import PermanentError

SCOPE = {"resource.id": "email.notifications", "environment.cluster_suffix": "-test"}
TEMPLATE = "https://{resource.id}{environment.cluster_suffix}.airflow.example.com/"


def test_the_settings_template_is_rendered_for_resource_and_environment() -> None:
    assert deployment_url(None, TEMPLATE, SCOPE) == "https://email.notifications-test.airflow.example.com"


def test_the_plans_own_address_wins() -> None:
    assert deployment_url("http://127.0.0.1:8080/{resource.id}/", TEMPLATE, SCOPE) == (
        "http://127.0.0.1:8080/email.notifications"
    )


def test_without_any_address_a_person_is_told_where_to_give_one() -> None:
    with pytest.raises(PermanentError, match="WAYMARK_DEPLOYMENT_URL") as caught:
        deployment_url(None, "", SCOPE)
    assert caught.value.code == "deployment_url_missing"


def test_a_name_without_value_is_named() -> None:
    with pytest.raises(PermanentError, match=r"asks for \{environment.region\}") as caught:
        deployment_url(None, "https://{environment.region}.example.com", SCOPE)
    assert caught.value.code == "deployment_url_unknown_name"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com", "file:///etc/passwd", "example.com", "https://", "https:///path", "https://a b.example.com",
        "https://user@example.com", "https://user:word@example.com", "https://example.com/?q=1", "https://example.com#x",
        "https://example.com:port", "https://example.com:99999", "https://example.com:0", "https://[::1",
        "https://example.com\\@evil.example.com", "https://example.com/\r\nX-Header: 1", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(PermanentError) as caught:
        deployment_url(url, TEMPLATE, SCOPE)
    assert caught.value.code == "deployment_url_invalid"


def test_a_value_cannot_move_the_request_to_another_host() -> None:
    with pytest.raises(PermanentError):
        deployment_url(None, "https://{resource.metadata.host}.example.com", {"resource.metadata.host": "evil.test/?"})
