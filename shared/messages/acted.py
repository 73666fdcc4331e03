"""What a person's act on one migration is answered, as data."""

from shared.domain.view import Decision
from shared.messages.impossible import impossible
from shared.messages.replies import answer_text
from state_schema.answers import Answer, done
from state_schema.signals import Act


def acted(decision: Decision, signal: Act) -> Answer:
    """What was done, or why not and what would work."""
    if decision.refusal is not None:
        return impossible(decision.view, decision.refusal, signal)
    return done(answer_text(decision, signal))
