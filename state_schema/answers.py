"""What a person is answered, as data: each place that shows it renders it in its own way."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.model import Model

LONGEST = 3000
"""Characters of a message: what one section of a Slack message takes."""
Sentence = Annotated[str, Field(max_length=1000)]


class Suggestion(Model):
    """Something that would work: a button where there are buttons, else the command."""

    label: Annotated[str, Field(min_length=1, max_length=75)]
    """Plain text."""
    command: Annotated[str, Field(min_length=1, max_length=500)]
    """What follows `/migrate`: `pr-merged email.notifications shared`."""


class Answer(Model):
    """An answer to one act or command. Texts are in Slack's markup, whoever shows them."""

    status: Literal["done", "shown", "refused"]
    message: Annotated[str, Field(max_length=LONGEST)]
    reason_code: Annotated[str, Field(max_length=60)] = ""
    """Of a refusal: one word for machines."""
    suggestions: Annotated[tuple[Suggestion, ...], Field(max_length=5)] = ()
    warnings: Annotated[tuple[Sentence, ...], Field(max_length=5)] = ()
    next_steps: Annotated[tuple[Sentence, ...], Field(max_length=5)] = ()
    related_resources: Annotated[tuple[Annotated[str, Field(max_length=2000)], ...], Field(max_length=20)] = ()
    """Addresses on the web, or ids of resources."""

    @property
    def ok(self) -> bool:
        """Whether it was done or shown."""
        return self.status != "refused"


def done(message: str) -> Answer:
    """Something was changed, or is on its way."""
    return Answer(status="done", message=message)


def shown(message: str) -> Answer:
    """Something was only looked at."""
    return Answer(status="shown", message=message)


def refused(reason_code: str, message: str, *suggestions: Suggestion) -> Answer:
    """Nothing was done; the code is a word for machines, the suggestions would work."""
    return Answer(status="refused", reason_code=reason_code, message=message, suggestions=suggestions[:5])
