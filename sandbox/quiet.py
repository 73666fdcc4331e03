"""Keeps the functions' logs out of the terminal: people read cards there, and only what went wrong is shown."""

import logging
import os


def quieten() -> None:
    """To be called before the first function is."""
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    for door in ("waymark.github-webhook", "waymark.slack"):
        logging.getLogger(door).setLevel(logging.ERROR)
