"""The row that lists show for one migration; derived from its state at each step."""

from state_schema.ids import MigrationId, ResourceId, TrackName
from state_schema.migration import Status
from state_schema.model import Model, Moment


class Summary(Model):
    """One migration in a list. The words are for people: `deploy_pending`, `pr_created`, `migration_partial`."""

    migration: MigrationId
    resource: ResourceId
    name: str
    wave: int
    owner: str | None
    status: Status
    word: str
    """The derived display word of its most urgent track."""
    current_step: str
    last_done: str
    next_action: str
    command: str = ""
    """What a person types to do that, as it follows `/migrate`; empty where nobody is asked."""
    actionable: bool
    """A person can act on it now."""
    asked_at: Moment | None = None
    """Since when people are asked what `next_action` says; None where nobody is."""
    asked_in: TrackName | None = None
    """The track in which they are."""
    version: int
    changed_at: Moment
