"""What a queue takes, so that the sandbox refuses what SQS would refuse. Standard library only: the doors import it."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from shared import names
from shared.errors import PermanentError

MAX_BODY: Final = 256 * 1024
"""Bytes of UTF-8 (SQS quotas: the size that every queue takes without being configured for more)."""
MAX_DELAY: Final = 900
"""Seconds (SQS API reference, SendMessage)."""
DEDUPLICATION_WINDOW: Final = 300
"""Seconds in which a FIFO queue drops a second message with the same key (SQS developer guide)."""
MAX_BATCH: Final = 10
MAX_RELEASE: Final = 11 * 3600
"""Seconds; SQS hides a message for at most 12 hours, counted from its receive."""
KNOWN: Final = frozenset(names.QUEUES + names.DEAD_LETTER_QUEUES)
# SQS API reference, SendMessage: what XML 1.0 cannot carry is refused ...
_UNSENDABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# ... and a message group id is 1 to 128 of these.
_GROUP: Final = re.compile(r"[!-~]{1,128}")
CORRELATION: Final = "correlation"
"""The message attribute: it is no part of the body, so a release that knows nothing of it reads the same message."""
_CORRELATION: Final = re.compile(r"[!-~]{1,200}")


def known(queue: str) -> str:
    """The queue's name; PermanentError where there is no such queue."""
    if queue not in KNOWN:
        raise PermanentError(f"There is no queue {queue!r}. Name one of: {', '.join(sorted(KNOWN))}.", code="no_queue")
    return queue


def batch_limit(limit: int) -> int:
    """The limit of one receive; PermanentError outside of 1 to 10."""
    if not 1 <= limit <= MAX_BATCH:
        raise PermanentError(f"Cannot receive {limit} messages at once. Ask for 1 to {MAX_BATCH}.", code="bad_limit")
    return limit


def release_delay(delay: int) -> int:
    """Seconds a message given back stays hidden: never below 0, and what is longer than SQS can hide is cut."""
    return max(0, min(delay, MAX_RELEASE))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message fit to be sent: `group` and `key` as SQS spells them, empty on a standard queue; `delay` in seconds."""

    queue: str
    body: str
    group: str
    key: str
    delay: int
    correlation: str = ""

    @classmethod
    def seal(cls, queue: str, body: str, *, group: str, key: str, delay: int, correlation: str = "") -> Self:
        """PermanentError says what is not taken. A group that SQS could not spell is replaced by its SHA-256."""
        _check_body(known(queue), body)
        about = correlation if _CORRELATION.fullmatch(correlation) and _fits_beside(correlation, body) else ""
        if not names.is_fifo(queue):
            if not 0 <= delay <= MAX_DELAY:
                raise PermanentError(
                    f"Cannot delay a message to {queue} by {delay} s. Allowed: 0 to {MAX_DELAY}.", code="bad_message"
                )
            return cls(queue, body, "", "", delay, about)
        if not group or not key or delay:
            raise PermanentError(
                f"A message to the FIFO queue {queue} needs a group and a key, and takes no delay.", code="bad_message"
            )
        return cls(queue, body, group if _GROUP.fullmatch(group) else _digest(group), _digest(key), 0, about)


def _fits_beside(correlation: str, body: str) -> bool:
    """SQS counts names, types and values of attributes too; a message goes without its correlation before it is refused."""
    return len(body.encode()) + len(CORRELATION) + len("String") + len(correlation) <= MAX_BODY


def _check_body(queue: str, body: str) -> None:
    unsendable = _UNSENDABLE.search(body)
    if not body or unsendable:
        found = f"has {unsendable.group()!a} at character {unsendable.start()}" if unsendable else "is empty"
        raise PermanentError(
            f"The message to {queue} {found}. Send JSON, with such characters escaped.", code="bad_message"
        )
    size = len(body.encode())
    if size > MAX_BODY:
        raise PermanentError(
            f"The message to {queue} has {size} bytes. A queue takes {MAX_BODY}: send less.", code="too_big"
        )


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
