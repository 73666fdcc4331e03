"""A comment is a command only where a person newly wrote one, on a pull request, as the first line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.comments import MAX_TEXT, Message, command_of, group_of
from state_schema.signals import Command
from tests.deliveries import captured

AT = "2026-11-20T10:16:00+00:00"
BOT = 9100
COMMAND = {
    "kind": "command",
    "id": "github:comment:550041",
    "at": AT,
    "actor": "github:1002",
    "text": "retry test the image is there now",
    "cut_off": 0,
    "about": "pull_request:710001/41",
    "written_at": "2026-11-20T10:15:40+00:00",
    "reply_to": {"comment": {"repository_id": 710001, "number": 41, "comment_id": 550041}},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def payload(text: object = "/migrate status", **changed: Any) -> dict[str, Any]:
    body = captured("github/issue_comment.created.command")[1]
    return body | {"comment": body["comment"] | {"body": text}} | changed


def command(given: object, own_app: int | None = BOT) -> Message | None:
    return command_of(given, at=AT, own_app=own_app)


def text_of(given: object) -> str | None:
    found = command(payload(given))
    return None if found is None else str(found["text"])


def test_a_command_is_read_from_the_first_line_of_a_new_comment() -> None:
    found = command(captured("github/issue_comment.created.command")[1])

    assert found == COMMAND
    assert group_of(COMMAND) == "command:pull_request:710001/41"
    assert Command.model_validate(COMMAND).actor == "github:1002"


def test_talk_about_commands_is_no_command() -> None:
    assert command(captured("github/issue_comment.created.talk")[1]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "migrate status",
        "please /migrate status",
        " /migrate status",
        "\n/migrate status",
        "> /migrate status",
        "`/migrate status`",
        "/migrated",
        "/migrate-all now",
        "/Migrate status",
        "\uff0fmigrate status",
        "/m\u0456grate status",
        "/migrate\u200bstatus",
        None,
        7,
        ["/migrate"],
        {"text": "/migrate status"},
    ],
)
def test_what_only_looks_like_a_command_is_none(text: object) -> None:
    assert text_of(text) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/migrate", ""),
        ("/migrate ", ""),
        ("/migrate\tstatus ", "status"),
        ("/migrate\u00a0retry\u2003test", "retry test"),
        ("/migrate status\r\nand then some", "status"),
        ("/migrate status\rabort", "status"),
        ("/migrate block 'no partner", "block 'no partner"),
        ("/migrate retry \ud800", "retry ?"),
    ],
)
def test_the_rest_of_the_first_line_is_the_text(text: str, read: str) -> None:
    assert text_of(text) == read


def test_ten_thousand_characters_come_cut_and_say_so() -> None:
    found = command(payload("/migrate block " + "x" * 10_000))

    assert found is not None
    assert found["text"] == "block " + "x" * (MAX_TEXT - 6)
    assert found["cut_off"] == 10_006 - MAX_TEXT
    Command.model_validate(found)


@pytest.mark.parametrize("action", ["edited", "deleted", "", None, "CREATED"])
def test_what_was_edited_or_deleted_is_no_command(action: object) -> None:
    assert command(payload(action=action)) is None


def test_an_issue_is_no_pull_request() -> None:
    issue = {key: value for key, value in payload()["issue"].items() if key != "pull_request"}

    assert command(payload(issue=issue)) is None


@pytest.mark.parametrize(
    "sender", [{"id": BOT}, {"id": 77, "type": "Bot"}, {}, None, {"id": 0}, {"id": True}, {"id": "1002"}]
)
def test_a_machine_or_nobody_gives_no_commands(sender: object) -> None:
    assert command(payload(sender=sender)) is None


def test_who_says_it_is_an_id_never_a_name() -> None:
    found = command(payload(sender={"id": 77, "login": "admin", "type": "User"}), own_app=None)

    assert found is not None
    assert found["actor"] == "github:77"


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2026-19-39T29:99:99Z", "2026-11-20T10:15:40", "0001-01-01T00:00:00+05:00", 7]
)
def test_an_odd_time_is_left_out_but_the_command_is_not(written: object) -> None:
    given = payload()
    found = command(given | {"comment": given["comment"] | {"created_at": written}})

    assert found is not None
    assert found["written_at"] is None
    Command.model_validate(found)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "action": st.just("created") | json_values,
            "issue": st.fixed_dictionaries({}, optional={"number": json_values, "pull_request": st.just({})})
            | json_values,
            "comment": st.fixed_dictionaries(
                {"body": st.text().map("/migrate {}".format) | json_values},
                optional={"id": st.just(9) | json_values, "created_at": st.text() | json_values},
            )
            | json_values,
            "repository": st.fixed_dictionaries({"id": st.just(5) | json_values}) | json_values,
            "sender": st.fixed_dictionaries({"id": st.just(6) | json_values}) | json_values,
        },
    )
    | json_values
)
def test_arbitrary_json_never_raises_and_what_comes_of_it_can_be_read(given_payload: object) -> None:
    found = command(given_payload)
    if found is not None:
        Command.model_validate(found)
