"""Writes docs/commands.md from the one table of commands: `make reference`."""

from pathlib import Path
from typing import Final

from shared.messages.helped import reference_markdown

FILE: Final = Path(__file__).parent.parent / "docs" / "commands.md"


def document() -> str:
    """The whole file."""
    return (
        "# Commands\n\nThe same words work in Slack (`/migrate …`), in a comment on one of our pull requests (`/migrate …`), "
        "on the command line (`migrate say …`) and over HTTP (`POST /v1/campaigns/{campaign}/commands`). A plan adds its own "
        "`resume` words. `--campaign NAME` names a campaign where there are several. Written by `make reference`.\n\n"
        f"{reference_markdown()}"
    )


if __name__ == "__main__":
    FILE.write_text(document())
