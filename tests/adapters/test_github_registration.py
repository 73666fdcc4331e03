"""The App's registration read from the mock GitHub over HTTP, with the App's own key."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.github.registration import EVENTS, PERMISSIONS
from sandbox.github.server import MockGithub
from sandbox.github.world import WAYMARK
from shared import names
from shared.adapters.github_registration import GithubAppRegistration
from shared.adapters.secrets import FixedSecrets
from shared.domain.grants import GITHUB_EVENTS, GITHUB_PERMISSIONS
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.deployed import AppSeen
from shared.settings import Settings
from tests.adapters.github_grants import ungranted
from tests.adapters.github_world import TOKEN, a_mock
from tests.fakes.clock import FakeClock

HOOK = "http://127.0.0.1:9/github/webhooks"


@pytest.fixture(scope="module")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def mock(tmp_path: Path) -> Iterator[MockGithub]:
    made = a_mock(tmp_path / "github.db", FakeClock(), HOOK)
    yield made
    assert ungranted(made.calls()) == []
    made.close()


@pytest.fixture
def github(mock: MockGithub, key: str) -> GithubAppRegistration:
    settings = Settings(github_api=mock.serve(), github_app_id="6001", github_installation_id="8001")
    return GithubAppRegistration(settings, FixedSecrets({names.GITHUB_APP_KEY: key}))


def test_the_app_its_installation_its_webhook_and_its_bot_are_read(github: GithubAppRegistration) -> None:
    assert github.app() == AppSeen("waymark", PERMISSIONS, list(EVENTS), HOOK, PERMISSIONS, False, WAYMARK.id)


def test_what_its_owner_changes_is_seen_and_what_was_not_accepted_too(
    mock: MockGithub, github: GithubAppRegistration
) -> None:
    mock.register(
        permissions={"contents": "write"}, accepted={"contents": "read"}, events=["push"], suspended=True, url=""
    )

    seen = github.app()

    assert (seen.permissions, seen.installed_permissions) == ({"contents": "write"}, {"contents": "read"})
    assert (seen.events, seen.suspended, seen.hook_url) == (["push"], True, "")


def test_the_mocks_app_is_registered_as_migrate_init_says() -> None:
    assert {one.name: one.level for one in GITHUB_PERMISSIONS} == PERMISSIONS
    assert [one.event for one in GITHUB_EVENTS] == list(EVENTS)


def test_attempts_are_read_page_by_page_until_they_are_older(mock: MockGithub, github: GithubAppRegistration) -> None:
    clock = mock.world.clock
    assert isinstance(clock, FakeClock)
    mock.create_repository("acme/dags", {"README.md": "0\n"})
    mock.deliver_pending()
    clock.advance(7200)
    for number in range(120):
        mock.push("acme/dags", "main", {"README.md": f"{number + 1}\n"})
    mock.webhook_url = "http://127.0.0.1:9/"
    mock.deliver_pending()

    recent = github.deliveries(clock() - timedelta(hours=1))
    every = github.deliveries(clock() - timedelta(hours=3))

    assert (len(recent), len(every)) == (120, len(mock.deliveries()))
    assert [one.id for one in every] == sorted((one.id for one in every), reverse=True)
    assert {(one.ok, one.status, one.event) for one in recent} == {(False, 0, "push")}


def test_a_delivery_is_asked_for_again_under_its_guid(mock: MockGithub, github: GithubAppRegistration) -> None:
    mock.create_repository("acme/dags", {"README.md": "0\n"})
    mock.push("acme/dags", "main", {"README.md": "1\n"})
    mock.deliver_pending()
    last = mock.deliveries()[-1]

    github.deliver_again(last["id"])

    again = mock.deliveries()[-1]
    assert (again["redelivery"], again["guid"], again["id"] != last["id"]) == (True, last["guid"], True)


def test_one_that_github_has_forgotten_is_said(github: GithubAppRegistration) -> None:
    with pytest.raises(NotFoundError, match="deliver 99 again"):
        github.deliver_again(99)


def test_github_being_down_is_told_as_that(mock: MockGithub, github: GithubAppRegistration) -> None:
    mock.fail_next_calls(1)

    with pytest.raises(RetryableError, match="GitHub failed to show the App"):
        github.app()


@pytest.mark.parametrize("text", ["not a key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"])
def test_a_key_that_is_none_is_refused_before_anything_is_sent(mock: MockGithub, text: str) -> None:
    settings = Settings(github_api=mock.serve(), github_app_id="6001", github_installation_id="8001")

    with pytest.raises(PermanentError, match="github-app-key is not an RSA private key") as caught:
        GithubAppRegistration(settings, FixedSecrets({names.GITHUB_APP_KEY: text}))

    assert text not in str(caught.value)
    assert mock.calls() == []


def test_the_token_of_an_installation_opens_nothing_of_the_app(mock: MockGithub) -> None:
    import requests

    url = mock.serve()
    answers = [
        requests.get(f"{url}{path}", headers={"Authorization": "Bearer of-nobody"}, timeout=5).status_code
        for path in ("/app", "/app/hook/config", "/app/installations/1")
    ]

    assert answers == [401, 401, 401]
    assert TOKEN not in str(answers)
