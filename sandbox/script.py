"""What a scenario's file may say: who does what when, what is wrong with the world, and what must come of it."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, JsonValue, model_validator

from state_schema.migration import Status
from state_schema.model import Model

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class When(Model):
    """Where somebody acts; what is left out fits everywhere. `word` is what the card says: `pr_created`."""

    word: Word | None = None
    phase: str | None = None
    step: str | None = None
    environment: str | None = None
    """Or `shared`."""
    resource: str | None = None
    escalated: bool | None = None
    """Whether others were told that nobody answers."""


class Ending(Model):
    """How a workflow run ends."""

    conclusion: Literal["success", "failure", "cancelled", "timed_out", "startup_failure"]
    reason: str = ""


_MANNERS: Final = frozenset({"by", "then_by", "unheard", "old", "fill"})
"""Fields of an act that say how, not what."""


class Act(Model):
    """One of these. People act on what they see: an open pull request, a run in progress, a button, the channel."""

    merge: Literal[True] | None = None
    request_changes: str | None = None
    push_fix: dict[str, str | None] | None = None
    """Path to text; `{}` touches the pull request's first file."""
    close: Literal[True] | None = None
    finish_run: Ending | None = None
    click: str | None = None
    """The verb of a button."""
    command: str | None = None
    """What is typed after `/migrate`; `{resource}` and `{environment}` are filled in."""
    comment: str | None = None
    """What somebody writes below the track's pull request, open or merged; `{resource}` and `{code}`, the last code that was
    told in Slack, are filled in."""
    publish: Annotated[int, Field(ge=1)] | None = None
    """Somebody publishes this version, one of the scenario's `later_plans`."""
    nothing: Literal[True] | None = None
    """They see it and leave it: later rules are not asked."""
    by: str | None = None
    """A Slack user id, with `comment` the numeric id of a GitHub account; left out, somebody who may."""
    then_by: tuple[str, ...] = ()
    """With `click`: these press the same button right after, before anything came of the first click."""
    unheard: Literal[True] | None = None
    """With an act on GitHub: every webhook that would tell of it is lost."""
    old: Literal[True] | None = None
    """With `click`: the button as a card of this track showed it before, and shows it no more."""
    fill: dict[str, str | list[str]] | None = None
    """With `click`: what is filled into the modal that the button opens: `{reason: …}`, `{choices: [...]}`, or the fields of
    a form. What is left out is filled in somehow, where Slack wants it."""

    @model_validator(mode="after")
    def _is_one_act(self) -> Self:
        given = [name for name in type(self).model_fields if name not in _MANNERS and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"an act is exactly one of its fields; given: {', '.join(given) or 'none'}")
        if self.then_by and self.click is None:
            raise ValueError("then_by goes with click: there is no button that others could press too")
        if self.old and self.click is None:
            raise ValueError("old goes with click: nothing else is shown on a card and changes there")
        if self.fill is not None and self.click is None:
            raise ValueError("fill goes with click: nothing else opens a modal")
        if self.comment is not None and self.by is not None and not (self.by.isascii() and self.by.isdecimal()):
            raise ValueError("by goes with comment as the numeric id of a GitHub account")
        if self.unheard and not (self.at_pull_request or self.finish_run):
            raise ValueError("unheard goes with an act on GitHub: nothing else has a webhook")
        return self

    @property
    def at_pull_request(self) -> bool:
        """Whether it is done on GitHub."""
        return bool(self.merge or self.close or self.request_changes is not None or self.push_fix is not None)

    @property
    def wish(self) -> str:
        """The act at a pull request, said to whoever is to do it."""
        if self.request_changes is not None:
            return "request changes in a review, then push a commit, and merge"
        if self.push_fix is not None:
            return "push a commit, then merge"
        return "close it without merging" if self.close else "review and merge"


class Rule(Model):
    """When that is seen, then this is done, at most `times` times. The first rule that fits is followed."""

    when: When = When()
    do: Act
    times: Annotated[int, Field(ge=1)] | None = None


class FailingItem(Model):
    """An item that the mock deployment refuses to migrate, `times` times."""

    resource: str
    environment: str
    item: str
    reason: str
    times: Annotated[int, Field(ge=1)] = 1


class Setup(Model):
    """What is wrong with the world from the start."""

    failing_items: tuple[FailingItem, ...] = ()
    lost_webhooks: Annotated[int, Field(ge=0)] = 0
    rate_limit: bool = False
    """Slack takes one message a second and channel, and answers 429 to others; we keep to that pace by ourselves."""
    limited_posts: Annotated[int, Field(ge=0)] = 0
    """So many of the first messages are answered with 429 and Retry-After, whatever our pace is."""


class ExpectedCheckpoint(Model):
    """A track came to this word; `shows` are texts on its card then; with `last` it never came on from there."""

    word: Word
    track: str
    resource: str | None = None
    shows: tuple[str, ...] = ()
    progress: Annotated[str, Field(pattern=r"^\d+/\d+$")] | None = None
    last: bool = False


class ExpectedAnswer(Model):
    """Somebody was told all of `shows`: in a message that only they see, or (`user` is `github:<id>`) below their comment."""

    user: str
    shows: Annotated[tuple[str, ...], Field(min_length=1)]


class Expectations(Model):
    """Four kinds. `state` is a part of what is found at the end; the key `*` stands for every key."""

    final_state: Status | None = None
    checkpoints: tuple[ExpectedCheckpoint, ...] = ()
    told: tuple[ExpectedAnswer, ...] = ()
    state: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if self.final_state is None and not (self.checkpoints or self.told or self.state):
            raise ValueError("expect at least one of final_state, checkpoints, told, state")
        return self


class Scenario(Model):
    """One file. `plan` and `campaign` are laid over the examples: mappings are merged, null takes a field out."""

    title: str
    description: str = ""
    plan: dict[str, Any] = Field(default_factory=dict)
    campaign: dict[str, Any] = Field(default_factory=dict)
    later_plans: tuple[dict[str, Any], ...] = ()
    """Further versions, each laid over the scenario's plan; somebody publishes them on the way."""
    world: Setup = Setup()
    start: tuple[str, ...] | None = None
    """The resources that somebody starts at the beginning; left out, all."""
    next_below: Annotated[int, Field(ge=1)] | None = None
    """Somebody types `/migrate next` while fewer migrations than this are under way."""
    people: tuple[Rule, ...] = ()
    expect: Expectations
