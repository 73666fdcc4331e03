"""Whole messages, each in a file of its own below tests/snapshots; `pytest --snapshot-update` writes them anew."""

import json
from pathlib import Path

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from shared.messages.blocks import Block
from shared.messages.cards import Card
from shared.messages.escaping import as_plain

FOLDER = Path(__file__).parent / "snapshots"


class MessageFile(SingleFileSnapshotExtension):
    """tests/snapshots/<test module>/<test name>.txt."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(FOLDER / test_location.basename)


def written(card: Card) -> str:
    """A card as a person reads it, then as it is sent."""
    read = "\n".join(line for block in card.blocks for line in _read(block))
    return f"{card.text}\n\n{read}\n\n{json.dumps(card.blocks, indent=1, ensure_ascii=False)}\n"


def _read(block: Block) -> list[str]:
    if block["type"] == "actions":
        return [" ".join(f"[{element['text']['text']}]" for element in block["elements"])]
    texts = block["elements"] if block["type"] == "context" else [block["text"]]
    return [as_plain(text["text"]) for text in texts]
