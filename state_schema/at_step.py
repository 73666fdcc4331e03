"""What every event about a step says."""

from state_schema.ids import StepPath, TrackName
from state_schema.model import Model


class AtStep(Model):
    """What every event about a step says: where, and which try it was."""

    track: TrackName
    step: StepPath
    attempt: int
