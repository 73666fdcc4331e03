"""`confirm <action>` and `deploy … --force`: a yes that says to what, and a force that goes past nothing."""

from dataclasses import replace
from typing import Final

from shared.app.asked import Asked
from shared.app.resolving import view_named
from shared.domain.checkpoints import open_checkpoints
from shared.domain.commands import BY_NAME, resumes_of
from shared.domain.permissions import VERB_OF_ACTION
from shared.domain.view import View
from shared.errors import NotFoundError
from shared.messages.escaping import code
from shared.messages.unknown import suggestion, suggestions
from state_schema.answers import Answer, Suggestion, refused
from state_schema.ids import migration_id
from state_schema.migration import Checkpoint

FORCE: Final = "--force"
_LOADED: Final = 25
_NEVER: Final = "`--force` goes past no approval, no gate and no freeze: what is missing has to come."
_NEEDLESS: Final = "`--force` changed nothing: all that was needed was there."


def deploy(asked: Asked) -> Answer:
    """`deploy <resource> [environment] [--force]`: answers the gate; what is missing for it is said, and never skipped."""
    forced = FORCE in asked.rest
    answer = asked.act(tuple(word for word in asked.words if word != FORCE))
    if not forced:
        return answer
    return answer.model_copy(update={"warnings": (_NEEDLESS if answer.ok else _NEVER, *answer.warnings)[:5]})


def confirm(asked: Asked) -> Answer:
    """`confirm <resource> [environment]`, or `confirm <action> <resource> [environment]`, where it must be that action."""
    action = asked.rest[0] if asked.rest else ""
    if not action or action in asked.resources or not _is_action(asked, action):
        return asked.act()
    if len(asked.rest) == 1:
        return _which(asked, action)
    view = view_named(replace(asked, words=(asked.words[0], *asked.rest[1:])))
    if isinstance(view, Answer):
        return _with_action(view, action)
    place = asked.rest[2] if len(asked.rest) > 2 else None  # noqa: PLR2004 - action, resource, environment
    found = [(track, one) for track, one in _asked_for(view, action) if place in {None, track}]
    if any("confirm" not in one.verbs and one.reason == "gate" for _, one in found):
        return _by_its_own_command(view, action, found[0][0])
    gate = bool(found) and found[0][1].reason == "gate"
    return asked.act(("confirm" if gate else action, *asked.rest[1:]))


def _is_action(asked: Asked, word: str) -> bool:
    return word in {*VERB_OF_ACTION.values(), *resumes_of(asked.plan)} or (word in BY_NAME and BY_NAME[word].act)


def _asked_for(view: View, action: str) -> list[tuple[str, Checkpoint]]:
    return [(track, question) for track, _, _, question in open_checkpoints(view) if action in question.verbs]


def _by_its_own_command(view: View, action: str, track: str) -> Answer:
    """An explicit command is one that names what is done; `confirm` never stands for it."""
    typed = f"{action} {view.state.resource.id} {track}"
    text = f"A confirmation is not enough for {track}: it wants the explicit command {code(typed)}. Nothing was done."
    return refused("explicit_command", text, *suggestions(suggestion(*typed.split())))


def _which(asked: Asked, action: str) -> Answer:
    """Nothing is confirmed without its resource; a button for each place where this action is asked for."""
    ways: list[Suggestion | None] = []
    rows = [
        row for row in asked.store.index.in_campaign(asked.campaign.id) if row.actionable and row.status != "pending"
    ]
    for row in rows[:_LOADED]:
        try:
            view = asked.store.migrations.load(migration_id(asked.campaign.id, row.resource)).view
        except NotFoundError:
            continue
        ways += [suggestion("confirm", action, row.resource, track) for track, _ in _asked_for(view, action)]
    if not any(ways):
        return refused("nothing_to_answer", f"Nothing waits for {code(action)} in {asked.campaign.id}.",
                       *suggestions(suggestion("inbox", label="What waits for me?")))  # fmt: skip
    return refused(
        "which_resource", f"Which one? Write `confirm {action} &lt;resource&gt; [environment]`.", *suggestions(*ways)
    )


def _with_action(answer: Answer, action: str) -> Answer:
    """The same suggestions with the action that was named."""
    ways = [
        one.model_copy(update={"command": one.command.replace("confirm ", f"confirm {action} ", 1), "label": one.label})
        for one in answer.suggestions
    ]
    return answer.model_copy(update={"suggestions": tuple(ways)})
