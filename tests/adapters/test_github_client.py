"""How GitHub is called, and how each of its errors is told: over HTTP, against the mock GitHub."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Github
from werkzeug.wrappers import Request, Response

from sandbox.serving import Server
from shared import names
from shared.adapters import github_client
from shared.adapters.github_client import connect, translated
from shared.adapters.github_reader import GithubRestReader
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.settings import Settings
from tests.adapters.github_world import TOKEN, FakeSecrets, GithubWorld, a_github_world
from tests.fakes.clock import FakeClock


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def a_client(api: str) -> Github:
    return connect(Settings(github_api=api), FakeSecrets())


def read(client: Github) -> None:
    GithubRestReader(client).pull_request(42, 1)


def answering(status: int, body: str = "{}", **headers: str) -> Server:
    return Server(Request.application(lambda _: Response(body, status, headers, content_type="application/json")))


def test_every_call_pins_the_api_version_and_carries_the_token(world: GithubWorld) -> None:
    GithubRestReader(world.client).pull_request(world.repository_id, world.open_pull())
    for call in world.recorded():
        assert call.headers["X-Github-Api-Version"] == "2022-11-28"
        assert call.headers["Authorization"] == f"token {TOKEN}"


def test_secondary_rate_limit_waits_for_what_github_says(world: GithubWorld) -> None:
    world.mock.limit_next_calls(1, retry_after=77)
    with pytest.raises(RetryableError) as caught:
        read(world.client)
    assert caught.value.delay == 77
    assert caught.value.reason == (
        "GitHub limits us; it would not show pull request 1 of repository 42: You have exceeded a secondary rate limit. "
        "Please wait a few minutes before you try again."
    )
    assert len(world.calls()) == 1


def test_too_many_requests_is_a_limit(world: GithubWorld) -> None:
    world.mock.limit_next_calls(1, retry_after=5, kind="too_many")
    with pytest.raises(RetryableError) as caught:
        read(world.client)
    assert caught.value.delay == 5


def test_spent_quota_waits_until_its_reset_on_githubs_own_clock(world: GithubWorld) -> None:
    world.clock.advance(-86_400 * 400)
    world.mock.limit_next_calls(1, retry_after=1_234, kind="primary")
    with pytest.raises(RetryableError) as caught:
        read(world.client)
    assert caught.value.delay == 1_234


def test_limit_without_a_time_waits_a_minute() -> None:
    body = '{"message": "You have exceeded a secondary rate limit"}'
    with answering(403, body) as server, pytest.raises(RetryableError) as caught:
        read(a_client(server.url))
    assert caught.value.delay == 60


def test_reset_that_is_no_time_waits_a_minute() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "-5"}
    with answering(429, **headers) as server, pytest.raises(RetryableError) as caught:
        read(a_client(server.url))
    assert caught.value.delay == 60


def test_reset_of_a_quota_that_is_not_spent_is_not_waited_for() -> None:
    headers = {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": "99999999999"}
    with answering(429, **headers) as server, pytest.raises(RetryableError) as caught:
        read(a_client(server.url))
    assert caught.value.delay == 60


def test_reset_in_the_past_waits_a_second() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
    with answering(403, **headers) as server, pytest.raises(RetryableError) as caught:
        read(a_client(server.url))
    assert caught.value.delay == 1


def test_server_error_is_retryable_and_nothing_is_sent_twice(world: GithubWorld) -> None:
    world.mock.fail_next_calls(9, status=502)
    with pytest.raises(RetryableError) as caught:
        read(world.client)
    assert (caught.value.delay, len(world.calls())) == (None, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_no_post_is_repeated_on_a_server_error(world: GithubWorld, status: int) -> None:
    repository = world.client.get_repo("acme/dags").complete()
    world.mock.fail_next_calls(9, status=status, method="POST")
    with pytest.raises(RetryableError), translated("create a blob"):
        repository.create_git_blob("text", "utf-8")
    assert world.calls("POST") == [("POST", "/repos/acme/dags/git/blobs")]


def test_busy_server_names_the_delay() -> None:
    with answering(503, **{"retry-after": "9"}) as server, pytest.raises(RetryableError) as caught:
        read(a_client(server.url))
    assert caught.value.delay == 9


def test_missing_thing_is_not_found(world: GithubWorld) -> None:
    with pytest.raises(NotFoundError) as caught:
        read(world.client)
    assert str(caught.value) == (
        "GitHub would not show pull request 1 of repository 42: Not Found. Check the name, and that Waymark's App or "
        "token may see it."
    )


def test_wrong_token_says_so(world: GithubWorld) -> None:
    secrets = FakeSecrets({names.GITHUB_TOKEN: "wrong"})
    with pytest.raises(PermanentError) as caught:
        read(connect(Settings(github_api=world.api), secrets))
    assert caught.value.code == "github_unauthorized"
    assert caught.value.reason == (
        "GitHub would not show pull request 1 of repository 42: 401 Bad credentials. Check the token or the App's key "
        "that Waymark was given."
    )


def test_missing_permission_is_named() -> None:
    body = '{"message": "Resource not accessible by integration"}'
    headers = {"x-accepted-github-permissions": "pull_requests=read"}
    with answering(403, body, **headers) as server, pytest.raises(PermanentError) as caught:
        read(a_client(server.url))
    assert caught.value.code == "github_forbidden"
    assert caught.value.reason == (
        "GitHub would not show pull request 1 of repository 42: 403 Resource not accessible by integration. Give "
        "Waymark's App or token this permission on the repository. It needs: pull_requests=read."
    )


def test_every_error_of_a_refusal_is_told() -> None:
    body = (
        '{"message": "Validation Failed", "errors": [{"resource": "PullRequest", "field": "head", "code": "invalid"}, '
        '{"message": "A pull request already exists for acme:x."}, "free text"]}'
    )
    with answering(422, body) as server, pytest.raises(PermanentError) as caught:
        read(a_client(server.url))
    assert caught.value.code == "github_refused"
    assert caught.value.reason == (
        "GitHub would not show pull request 1 of repository 42: 422 Validation Failed: PullRequest head invalid: "
        "A pull request already exists for acme:x.: free text. Correct what is asked for, in the plan or in the "
        "repository, then retry."
    )


@pytest.mark.parametrize(
    "body", ['{"message": null, "errors": "one"}', '{"errors": {"a": 1}}', "", "<html>nothing</html>"]
)
def test_refusals_of_any_shape_are_told(body: str) -> None:
    with answering(418, body) as server, pytest.raises(PermanentError, match="418"):
        read(a_client(server.url))


def test_endless_words_are_cut() -> None:
    with answering(422, f'{{"message": "{"w" * 10_000}"}}') as server, pytest.raises(PermanentError) as caught:
        read(a_client(server.url))
    assert len(caught.value.reason) < 500


@pytest.mark.parametrize("body", ['{"number": ', '{"head": {"sha": 5}}'])
def test_answer_that_is_not_githubs_is_retryable(body: str) -> None:
    with answering(200, body) as server, pytest.raises(RetryableError, match="is not GitHub's API"):
        read(a_client(server.url))


def test_unreachable_github_is_retryable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RetryableError, match=re.escape("GitHub could not be reached to show pull request 1 of")):
        read(a_client(f"http://127.0.0.1:{port}"))


def test_slow_github_is_retryable_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_client, "TIMEOUT", 1)
    released, asked = Event(), []

    @Request.application
    def hanging(request: Request) -> Response:
        asked.append(request.path)
        released.wait(20)
        return Response("{}")

    with Server(hanging) as server:
        with pytest.raises(RetryableError, match="took over 1 s to show pull request 1"):
            read(a_client(server.url))
        released.set()
    assert len(asked) == 1


def test_app_fetches_its_installations_token_with_a_signed_request(world: GithubWorld) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    number = world.open_pull()
    settings = Settings(github_api=world.api, github_app_id="12", github_installation_id="34")
    client = connect(settings, FakeSecrets({names.GITHUB_APP_KEY: pem.decode()}))
    GithubRestReader(client).pull_request(world.repository_id, number)
    posts = [call for call in world.recorded() if call.path.startswith("/app/")]
    assert [call.path for call in posts][:1] == ["/app/installations/34/access_tokens"]
    assert posts[0].headers["Authorization"].startswith("Bearer ey")
    assert world.recorded()[-1].headers["Authorization"] == f"token {TOKEN}"


def test_unusable_app_key_is_told_at_once_and_not_shown() -> None:
    settings = Settings(github_app_id="12", github_installation_id="34")
    with pytest.raises(PermanentError) as caught:
        connect(settings, FakeSecrets({names.GITHUB_APP_KEY: "hunter2"}))
    assert caught.value.code == "no_secret"
    assert caught.value.reason == (
        "The secret github-app-key is not an RSA private key in PEM form: store the file that GitHub gave when the App's "
        "key was made."
    )


@pytest.mark.parametrize("installation", ["", "thirty-four"])
def test_installation_must_be_a_number(installation: str) -> None:
    settings = Settings(github_app_id="12", github_installation_id=installation)
    with pytest.raises(PermanentError, match="github_installation_id is .* not a number"):
        connect(settings, FakeSecrets({names.GITHUB_APP_KEY: "unread"}))


@pytest.mark.parametrize("name", ["", "dags", "acme/dags/x", "../user", "acme/..", "acme/da gs", "acme/dags?x=1"])
def test_repository_must_be_a_name_and_reaches_no_other_address(world: GithubWorld, name: str) -> None:
    with pytest.raises(PermanentError, match="is not a repository"):
        github_client.named_repository(world.client, name)
    assert world.calls() == []


def test_renamed_repository_is_followed(world: GithubWorld) -> None:
    world.mock.rename_repository("acme/dags", "pipelines")
    assert github_client.named_repository(world.client, "acme/dags").full_name == "acme/pipelines"


def test_mock_asks_for_a_token(world: GithubWorld) -> None:
    answer = requests.get(f"{world.api}/user", timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


def test_dates_are_githubs(world: GithubWorld) -> None:
    answer = requests.get(f"{world.api}/rate_limit", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
    assert answer.headers["Date"] == FakeClock().now.strftime("%a, %d %b %Y %H:%M:%S GMT")
