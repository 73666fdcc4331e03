"""Short digests of what was shown or ordered, so that an answer to something else is noticed."""

import hashlib
import json
from typing import Final

CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str, check_circular=False)
"""One text for one value, whatever the order of its keys. What comes out of models holds no circle to look for."""


def digest_of(*parts: object) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the parts as canonical JSON."""
    return hashlib.sha256(CANONICAL.encode(parts).encode()).hexdigest()[:16]
