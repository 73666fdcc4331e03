"""Time comes in from outside."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present, in UTC, with its zone."""
