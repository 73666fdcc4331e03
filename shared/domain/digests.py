"""Short digests of what was shown or ordered, so that an answer to something else is noticed."""

import hashlib
import json


def digest_of(*parts: object) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the parts as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
