"""The channel's page shows messages as they look, folds threads, loads nothing, and no text becomes an element."""

import re

from sandbox.slack.page import marked, page
from sandbox.slack.workspace import Message
from shared.messages.cards import card
from tests.stories import Story

CHANNEL = "C0MIGRATE"


def message(ts: str = "1.000001", **given: object) -> Message:
    return Message(**{"channel": CHANNEL, "ts": ts, "author": "U0WAYMARK", "text": "text", **given})  # type: ignore[arg-type]


def a_card() -> Message:
    shown = card(Story().until("test", "infra.apply").view, "test")
    return message(blocks=shown.blocks, metadata={"event_payload": {"card": "airflow-3/a#test"}})


def test_a_card_is_drawn_with_its_heading_its_buttons_and_its_small_print() -> None:
    html = page(CHANNEL, [a_card()], [CHANNEL])
    assert "<h2>✋ Please confirm: E-mail notifications · test" in html
    assert re.search(r'<span class="button primary[^"]*" title="act:infra-applied">Infra applied</span>', html)
    assert "<strong>What is needed</strong>" in html
    assert 'data-card="airflow-3/a#test"' in html


def test_a_thread_is_folded_below_its_card_and_nowhere_else() -> None:
    told = message("1.000002", text="told below", thread="1.000001")
    html = page(CHANNEL, [a_card(), told], [CHANNEL])
    assert html.count("<article") == 1
    assert re.search(r"<details><summary>1 reply</summary><p>told below</p></details></article>", html)


def test_what_one_person_sees_says_who() -> None:
    assert "Only visible to U_OPERATOR" in page(CHANNEL, [message(ephemeral="U_OPERATOR")], [])


def test_an_empty_channel_says_so() -> None:
    assert "Nothing has been said here yet." in page("", [], [])


def test_nothing_is_loaded_from_anywhere() -> None:
    html = page(CHANNEL, [a_card()], [CHANNEL])
    assert not re.search(r"<(script|link|img|iframe)|@import|url\(", html)


def test_no_text_becomes_an_element() -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=alert(1)> <javascript:alert(1)|click>'
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": evil}},
        {"type": "section", "text": {"type": "mrkdwn", "text": evil}},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"text": evil}, "url": "javascript:alert(1)", "action_id": evil}],
        },
    ]
    html = page(
        CHANNEL + evil, [message(blocks=tuple(blocks), author=evil, metadata={"event_payload": {"card": evil}})], [evil]
    )
    assert not re.search(r"<(script|img)|href=\"javascript", html)


def test_markup_looks_as_in_slack() -> None:
    assert marked("*bold* `code` <https://a.test/?a=1&amp;b=2|a link> <@U_OPERATOR> <!date^1^{date}|2026-03-02>") == (
        '<strong>bold</strong> <code>code</code> <a href="https://a.test/?a=1&amp;b=2" rel="noreferrer">a link</a> '
        '<span class="mention">@U_OPERATOR</span> <time>2026-03-02</time>'
    )
    assert marked("a &lt;b&gt; &amp; c") == "a &lt;b&gt; &amp; c"
