"""The burst of cards fails where what it is about does not work: a few clusters are enough to see that."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sandbox import scenario
from sandbox.result import Result
from sandbox.run import run_script
from shared import names
from shared.adapters.slack import SlackCards

FEW = 6


def burst(path: Path) -> Result:
    document: dict[str, Any] = YAML(typ="safe").load(scenario.FOLDER / "burst_of_cards.yaml")
    document["campaign"]["resources"] = document["campaign"]["resources"][:FEW]
    document["expect"] = {"state": {"cards": FEW, "digests": 1, "shown_twice": [], "dead_letters": 0}}
    document["world"]["limited_posts"] = 1
    file = path / "burst.yaml"
    with file.open("w") as out:
        YAML().dump(document, out)
    return run_script(scenario.read(file))


def test_a_few_cards_at_once_all_come(tmp_path: Path) -> None:
    assert burst(tmp_path).passed


def test_cards_that_are_received_too_few_times_are_lost_and_that_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "CARD_RECEIVES", 1)
    result = burst(tmp_path)
    assert not result.passed
    assert result.actual["state"]["dead_letters"] > 0  # type: ignore[index, call-overload, operator]


def test_a_card_that_is_not_looked_for_before_it_is_posted_again_is_seen_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[str] = []
    post = SlackCards.post

    def dies_once(self: SlackCards, channel: str, card: str, text: str, blocks: Any) -> str:
        ts = post(self, channel, card, text, blocks)
        posted.append(ts)
        if len(posted) == 1:
            raise RuntimeError("the worker ended here")
        return ts

    monkeypatch.setattr(SlackCards, "post", dies_once)
    assert burst(tmp_path).passed
    posted.clear()
    monkeypatch.setattr(SlackCards, "find", lambda *_: None)
    assert burst(tmp_path).actual["state"]["shown_twice"] != []  # type: ignore[index, call-overload]
