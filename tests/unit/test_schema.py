"""The stored and sent forms: closed, frozen, versioned, and in step with the generated JSON Schemas."""

import json
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from pydantic import ValidationError

from shared import names
from shared.domain.history import fold, hash_of, record
from shared.domain.view import Cause
from state_schema.export import schema_files
from state_schema.grammar import parse_duration, placeholders, render
from state_schema.migration import Migration
from state_schema.model import SCHEMA_VERSION
from state_schema.secrets import credential_places, names_credential, secret_fields
from state_schema.signals import SIGNALS
from state_schema.skills import SKILLS
from state_schema.upcast import SchemaTooNewError, upcast
from tests.stories import MONDAY, OPERATOR, Story


def test_the_json_schemas_are_in_step_with_the_models() -> None:
    for path, text in schema_files():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run `make schemas`"


def test_a_state_survives_being_written_and_read() -> None:
    story = Story()
    while story.view.state.status != "completed":
        assert Migration.model_validate_json(story.view.state.model_dump_json()) == story.view.state
        story.oblige()


def test_folding_the_recorded_events_gives_the_state_and_every_hash_holds() -> None:
    story = Story().until("prod-us", "deploy.run")
    first = story.view.state.model_copy()
    records = record(story.events, 1, "", Cause(MONDAY, OPERATOR, "s"))

    assert [one.number for one in records] == list(range(2, first.version + 1))
    assert all(one.hash == hash_of(one) for one in records)
    assert all(later.previous == earlier.hash for earlier, later in pairwise(records))
    with pytest.raises(ValueError, match="no events"):
        fold([])


def test_a_changed_event_no_longer_fits_its_hash() -> None:
    (recorded,) = record(Story().act("start").events[:1], 1, "", Cause(MONDAY, OPERATOR, "s"))

    assert hash_of(recorded.model_copy(update={"actor": "timer"})) != recorded.hash


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden|Extra inputs"):
        Migration.model_validate(Story().view.state.model_dump() | {"note": "x"})


def test_a_document_of_a_later_release_is_left_alone() -> None:
    with pytest.raises(SchemaTooNewError, match="deploy the release that wrote it"):
        upcast("migration", {"schema_version": SCHEMA_VERSION + 1})


@pytest.mark.parametrize("version", ["one", 0, None, 1.5])
def test_an_unreadable_schema_version_is_refused(version: Any) -> None:
    with pytest.raises(ValueError, match="no readable schema_version"):
        upcast("gate", {"schema_version": version})


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "act"},
        {"kind": "unheard_of", "id": "x"},
        {"kind": "ticked", "id": "x", "at": "2026-03-02T09:00:00", "migration": "a/b"},
        {"kind": "ticked", "id": "x", "at": "2026-03-02T09:00:00Z", "migration": "a"},
        {"kind": "ticked", "id": "", "at": "2026-03-02T09:00:00Z", "migration": "a/b"},
        {"kind": "act", "id": "x", "at": "2026-03-02T09:00:00Z", "migration": "a/b", "actor": "Jane", "verb": "start"},
        {"kind": "act", "id": "x", "at": "2026-03-02T09:00:00Z", "migration": "a/b", "actor": OPERATOR, "verb": "start",
         "note": "x" * 3001},
    ],
)  # fmt: skip
def test_a_malformed_signal_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SIGNALS.validate_json(json.dumps(message))


def test_a_report_with_a_credential_is_refused_without_repeating_it() -> None:
    secret = "ghp_" + "a" * 36
    message = {
        "kind": "reported", "id": "x", "at": "2026-03-02T09:00:00Z", "migration": "a/b", "key": "a/b/test/p.s/1",
        "skill": "verify", "report": {"kind": "succeeded", "outputs": {"url": f"https://{secret}"}},
    }  # fmt: skip
    with pytest.raises(ValidationError, match="outputs.url looks like a credential"):
        SIGNALS.validate_json(json.dumps(message))


def test_credentials_are_found_wherever_they_hide() -> None:
    found = list(secret_fields({
        "a": ["x", "xoxb-1234567890-abc"], "b": {"c": "AKIAABCDEFGHIJKLMNOP"}, "d": "https://u:p@host/", "e": "aws_role:arn",
    }))  # fmt: skip
    assert found == ["a.1", "b.c", "d"]


@pytest.mark.parametrize(
    ("text", "it_is"),
    [
        ("glpat-" + "a1" * 10, True), ("sk_live_" + "a" * 24, True), ("rk_test_" + "a" * 24, True), ("npm_" + "a" * 36, True),
        ("key: sk-ant-api03-" + "a" * 40, True), ("sk-proj-" + "a" * 40, True), ("AIza" + "a" * 35, True),
        ("https://hooks.slack.com/services/T0ACME/B0ACME/abc", True), ("Authorization: Bearer " + "a" * 20, True),
        ("https://a.test/?password=hunter2", True), ("https://a.test/x?page=1&api_key=abcd", True),
        ("https://a.test/?token=abcd", True), ("GET /?client_secret=abcd", True),
        ("aws_secret_access_key = " + "a/" * 20, True), ('"AWS_SECRET_ACCESS_KEY": "' + "a/" * 20, True),
        ("task_test_" + "a" * 24, False), ("risk-proj-" + "a" * 24, False), ("the disk-ant-" + "a" * 24, False),
        ("https://hooks.slack.com/actions/T0ACME/1111/abcd", False), ("a bearer of good news", False),
        ("https://a.test/?page_token=abcd&x=1", False), ("https://a.test/?token={outputs.a.b.c}", False),
        ("https://a.test/?secret=***&tokens=abcdef", False), ("npm_config_registry", False), ("a" * 40, False),
        ("AWS_SECRET_ACCESS_KEY is not set", False), ("pnpm_lock", False),
    ],
)  # fmt: skip
def test_what_others_give_out_as_credentials_is_known_by_its_look(text: str, it_is: bool) -> None:
    assert any(secret_fields(text)) is it_is


@pytest.mark.parametrize(
    "part",
    ["eyJ", "eyJaaaaaaaaaaaa.", "?token=", "&secret=", "Bearer ", "://", "://a:", "-----BEGIN ", "sk_live_", "a"],
)
def test_a_long_text_is_searched_in_no_time(part: str) -> None:
    began = process_time()
    list(secret_fields(part * 50_000))

    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("name", "it_does"),
    [
        ("password", True), ("DB_PASSWORD", True), ("githubToken", True), ("api-key", True), ("apiKeys", True), ("pwd", True),
        ("aws_secret", True), ("AWS_SECRET_ACCESS_KEY", True), ("aws_secret_arn", False),
        ("client_secret", True), ("aws.access_key", True),
        ("token_url", False), ("password_secret", False), ("secret", False), ("keyboard", False), ("monkey", False),
        ("betoken", False), ("", False),
    ],
)  # fmt: skip
def test_a_field_is_known_by_its_name_to_hold_a_credential(name: str, it_does: bool) -> None:
    assert names_credential(name) is it_does


def test_a_field_named_like_a_credential_may_hold_a_template_or_a_switch_and_no_more() -> None:
    document = {
        "a": {"token": "{outputs.a.b.token_name}", "password": True}, "b": [{"pwd": "x"}, {"pwd": " "}, {"pwd": 1234}],
        "api_key": {"token": "y"}, "password": None,
    }  # fmt: skip
    assert list(credential_places(document)) == [("b", 0, "pwd"), ("b", 2, "pwd"), ("api_key", "token")]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)])
def test_a_duration_has_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["7", "", "0d", "1.5h", "7 d", "7w", "-1d", "\u0667d", "7d\n"])
def test_a_duration_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a whole number and a unit"):
        parse_duration(text)


def test_templates_are_filled_from_their_scope_and_nothing_else() -> None:
    assert placeholders("{resource.id}/{environment.name}") == ("resource.id", "environment.name")
    assert render("a-{resource.id}", {"resource.id": "{environment.name}"}) == "a-{environment.name}"


def test_every_skill_has_its_queue() -> None:
    assert tuple(SKILLS) == names.SKILL_NAMES
