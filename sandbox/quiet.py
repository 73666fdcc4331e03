"""Keeps the functions' logs and metrics out of the terminal: people read cards there, and only what went wrong is shown."""

import logging
import os


def quieten() -> None:
    """To be called before the first function is."""
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
    for door in ("waymark.github-webhook", "waymark.slack", "waymark.commands"):
        logging.getLogger(door).setLevel(logging.ERROR)
