"""What the gate keeps of who is who: codes that prove an account, until somebody comments them."""

from typing import Annotated

from pydantic import Field

from state_schema.ids import Digest, Person
from state_schema.model import Model, Moment

CodeDigest = Digest
"""Of a code and its campaign; the code itself is stored nowhere."""
Account = Annotated[str, Field(pattern=r"^github:[1-9][0-9]{0,19}$")]
"""A GitHub account, by its numeric id."""


class LinkCode(Model):
    """A code that `actor` was given; whoever comments it on GitHub until `until` is the same person."""

    actor: Person
    until: Moment
    account: Account | None = None
    """The only account that may use it; None: any."""
    used_by: Account | None = None
