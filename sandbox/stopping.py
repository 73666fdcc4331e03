"""Ends a long-lived process when it is asked to: by a service manager, or by Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag


@contextmanager
def stopped_by_signals() -> Iterator[Flag]:
    """A flag that SIGTERM and SIGINT set, until the block ends."""
    stop = Flag()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
