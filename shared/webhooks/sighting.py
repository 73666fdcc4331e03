"""What the sightings queue carries: where to look, never what is true there.

A plain dataclass, because the doors that send it do without pydantic.
"""

import json
import re
from dataclasses import dataclass, fields
from typing import Final, Self

ADDRESS: Final = re.compile(r"(pull_request|workflow_run):[1-9][0-9]*/[1-9][0-9]*")
"""The same shape as `state_schema.ids.Address`; a test compares the two."""
_LARGEST: Final = 10_000
"""Characters of a message; ours have some three hundred."""
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something happened at `address`, that is `pull_request:<repository id>/<number>` or `workflow_run:<…>/<run id>`.

    The rest is for logs: GitHub's event, action and delivery id, `owner/name`, and when the door saw it (ISO 8601).
    """

    address: str
    event: str
    action: str
    delivery: str
    repository: str
    seen_at: str

    def to_json(self) -> str:
        """ASCII, keys in the order of the fields."""
        return json.dumps({name: getattr(self, name) for name in _NAMES})

    @classmethod
    def from_json(cls, message: str) -> Self:
        """The sighting in a message; ValueError for anything that `to_json` does not write."""
        if len(message) > _LARGEST:
            raise ValueError(f"a sighting of {len(message)} characters is none of ours; the limit is {_LARGEST}")
        try:
            document = json.loads(message)
        except RecursionError as exc:
            raise ValueError("the sighting is nested too deeply to be read") from exc
        if not isinstance(document, dict) or set(document) != set(_NAMES):
            raise ValueError(f"a sighting is a JSON object with exactly the fields {', '.join(_NAMES)}")
        for name in _NAMES:
            value = document[name]
            if not isinstance(value, str) or len(value) > _LONGEST:
                raise ValueError(f"the sighting's field {name} has to be text of at most {_LONGEST} characters")
        if not ADDRESS.fullmatch(document["address"]):
            raise ValueError(f"{document['address']!r} is no address such as pull_request:<repository id>/<number>")
        return cls(**document)


_NAMES: Final = tuple(field.name for field in fields(Sighting))
