"""The way of one resource in words: what is done, where each environment is, and what comes."""

from collections.abc import Iterator

from shared.domain.display import phases_of
from shared.domain.follow import track_names
from shared.domain.view import View
from shared.messages.escaping import code, mrkdwn, sentence
from shared.messages.replies import within
from shared.messages.standing import Standing
from shared.messages.whereabouts import Where, where
from state_schema.answers import Answer, shown

_PASSED = frozenset({"completed", "skipped"})


def explained(view: View, actor: str) -> Answer:
    """One paragraph for each track, in the plan's order; buttons for what this person may do now."""
    state = view.state
    tracks = [(name, where(Standing(view, name), actor)) for name in track_names(view)]
    title = (
        f"*{mrkdwn(state.resource.name or state.resource.id, 100)}* ({code(state.resource.id)}), wave {state.resource.wave}, "
        f"on {state.plan}: {state.status.replace('_', ' ')}."
    )
    text = within(title, [f"• *{name}*: {' '.join(_way(view, name, found))}" for name, found in tracks])
    begun = [found for name, found in tracks if name in state.tracks] or [found for _, found in tracks[:1]]
    return shown(text).model_copy(
        update={
            "suggestions": tuple(dict.fromkeys(one for found in begun for one in found.suggestions))[:5],
            "related_resources": tuple(dict.fromkeys(link for found in begun for link in found.links))[:5],
        }
    )


def _way(view: View, name: str, found: Where) -> Iterator[str]:
    """Phases that are passed, where it is, and the phases that come."""
    phases = phases_of(view, name)
    passed = [phase for phase, status in phases.items() if status in _PASSED]
    coming = [phase for phase, status in phases.items() if status == "pending"]
    if passed:
        yield f"done: {', '.join(passed)};"
    yield sentence(found.sentence if name in view.state.tracks else f"{found.sentence}")
    if coming and view.state.status not in {"completed", "aborted"}:
        yield f"Then: {' → '.join(coming)}."
