"""The first part of a card: what happened, and so what a person decides about."""

from collections.abc import Sequence

from pydantic import JsonValue

from shared.domain.form_words import shown
from shared.domain.orders import work_of
from shared.messages.escaping import code, link, mrkdwn, sentence, words
from shared.messages.links import Link, link_of, opener_of
from shared.messages.people import moment, person
from shared.messages.standing import Standing
from shared.messages.verbs import label_of
from state_schema.migration import Checkpoint, PullRequestSeen, StepState
from state_schema.plan import ApprovalStep, DecisionStep

_REASON = 1000
_ITEMS = 1200
_ANSWERS = 400
_REVIEWS = {
    "none": "Nobody has reviewed it yet.",
    "approved": "It is approved.",
    "changes_requested": "The review asks for changes.",
}


def happened(at: Standing, offered: Sequence[str]) -> str:
    """A few sentences in Slack's markup, within one section's limit."""
    if at.status == "aborted":
        said = _aborted(at)
    elif at.track is None:
        said = "Nothing yet."
    elif at.status == "completed":
        said = _completed(at)
    elif at.question is not None and at.step is not None:
        said = _asked(at, at.question, at.step, offered)
    else:
        said = _under_way(at)
    return "\n".join(filter(None, (" ".join(filter(None, (said, _progress(at)))), _answer(at))))


def _asked(at: Standing, question: Checkpoint, step: StepState, offered: Sequence[str]) -> str:
    match question.reason:
        case "approval_required":
            return (
                f"{_last_done(at)} {code(at.path)} is the first that would act in *{at.name}*, which asks for approval."
            )
        case "gate":
            if step.rollback == "ordered":
                return f"{code(at.path)} is to be rolled back: {_work(at)}."
            return f"{_last_done(at)} {code(at.path)} is next: {_work(at)}."
        case "failure":
            return _failed(at, step)
        case _:
            pass
    if at.is_pull_request:
        return _pull_request(at, step)
    if at.stop is not None and isinstance(at.stop.step, DecisionStep) and at.form is None:
        count = len(offered) or (step.offered.count if step.offered else 0)
        found = f": {_listed(offered)}" if offered else ""
        skill = at.stop.step.decision.choices_from
        return f"{code(skill)} found {count}{found}." if skill else f"{_last_done(at)} The plan offers {count}{found}."
    return _last_done(at)


def _pull_request(at: Standing, step: StepState) -> str:
    found = _linked(link_of(at), "pull request")
    if not isinstance(step.seen, PullRequestSeen):
        return f"The {found} was opened."
    seen = step.seen
    title = f" “{words(seen.title, 300)}”" if seen.title else ""
    return f"The {found}{title} is {seen.state} at {code(seen.head_sha[:10])}. {_REVIEWS[seen.review]}"


def _failed(at: Standing, step: StepState) -> str:
    reason = sentence(words(step.failure.reason if step.failure else "no reason was given", _REASON))
    attempt = f", attempt {step.attempt}," if step.attempt > 1 else ""
    found = link_of(at)
    where = f" See {_linked(found, '')}." if found else ""
    if step.rollback == "done":
        return f"{code(at.path)} was rolled back, {moment(step.since)}. It can be retried or skipped."
    if step.status == "blocked":
        return f"{code(at.path)}{attempt} is marked as blocked. It failed before: {reason}{where}"
    return f"{code(at.path)}{attempt} failed: {reason}{where}"


def _under_way(at: Standing) -> str:
    step, path = at.step, code(at.path) if at.path else "The first step"
    if step is None:
        return "It has begun."
    if step.rollback == "ordered" and step.failure is None:
        return f"{path} is being rolled back, since {moment(step.since)}."
    match step.status:
        case "in_progress":
            return f"{path} is at work, since {moment(step.since)}."
        case "queued":
            return f"{path} is ready, since {moment(step.since)}."
        case "waiting" if step.failure is not None:
            return f"{path} failed for now: {sentence(words(step.failure.reason, _REASON))}"
        case "waiting" if step.watches:
            return f"{path} started {_linked(link_of(at), 'work elsewhere')}, {moment(step.since)}."
        case _:
            return f"{path} is {step.status.replace('_', ' ')}, since {moment(step.since)}."


def _completed(at: Standing) -> str:
    steps = list(at.track.steps.values()) if at.track else []
    done = sum(step.status == "completed" for step in steps)
    last = max((step.since for step in steps), default=None)
    skipped = f", {len(at.skipped)} skipped" if at.skipped else ""
    return f"{done} of {len(steps)} steps are completed{skipped}" + (f", the last one {moment(last)}." if last else ".")


def _aborted(at: Standing) -> str:
    failure = at.step.failure if at.step else None
    where = f" at {code(at.path)}" if at.path else ""
    why = f": {words(failure.reason, _REASON)}" if failure else ""
    return sentence(f"The migration was aborted{where}{why}")


def _progress(at: Standing) -> str:
    steps = at.track.steps.values() if at.track else ()
    if at.status == "completed":
        found = [step.progress for step in steps if step.progress]
    else:
        found = [at.step.progress] if at.step and at.step.progress else []
    return " ".join(f"*{one.done} of {one.total}* items are done." for one in found)


def _answer(at: Standing) -> str:
    if at.last_answer is None:
        return ""
    path, decided = at.last_answer
    said = label_of(decided.verb, at.name)
    step = at.track.steps[path] if at.track else None
    if decided.verb == "decide" and step is not None and step.chosen is not None:
        said = f"{step.chosen.count} of {step.offered.count if step.offered else '?'} chosen"
    elif decided.verb == "decide" and step is not None and step.outputs:
        answers = code(shown(step.outputs), _ANSWERS)
        return f"Last answer: {answers} at {code(path)}, by {person(decided.actor)}, {moment(decided.at)}."
    return f"Last answer: *{mrkdwn(said, 80)}* at {code(path)}, by {person(decided.actor)}, {moment(decided.at)}."


def _last_done(at: Standing) -> str:
    """The step before this one; at the first step, the tracks that had to be completed before."""
    if at.last_done and at.track is not None:
        step = at.track.steps[at.last_done]
        word = "is done" if step.status == "completed" else "was skipped"
        return f"{code(at.last_done)} {word} ({moment(step.since)})."
    environment = at.view.plan.environments.get(at.name)
    before = environment.blocked_by if environment else ()
    return f"{', '.join(before)} {'is' if len(before) == 1 else 'are'} completed." if before else "It has begun."


def _work(at: Standing) -> str:
    """What would be ordered: the skill, its inputs and the items, because that is what the answer permits."""
    if at.stop is None:
        return "it would act outside"
    if isinstance(at.stop.step, ApprovalStep):
        return "it asks for a merge"
    skill, inputs, items = work_of(at.view, at.name, at.stop)
    given = [f"{key} {code(_shown(value), 120)}" for key, value in inputs.items()]
    chosen = [f"{items.count} items"] if items else []
    with_them = f" with {', '.join([*given[:8], *chosen])}" if given or chosen else ""
    return f"it would run {code(skill)}{with_them}"


def _shown(value: JsonValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_shown(item)}" for key, item in value.items())
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)


def _listed(offered: Sequence[str]) -> str:
    """As many as fit, and how many more there are."""
    shown, room = [], _ITEMS
    for choice in offered:
        span = code(choice, 80)
        room -= len(span) + 2
        if room < 0:
            break
        shown.append(span)
    more = f" and {len(offered) - len(shown):,} more" if len(shown) < len(offered) else ""
    return ", ".join(shown) + more


def _linked(found: Link | None, otherwise: str) -> str:
    return link(found.url, mrkdwn(found.label, 80)) if found else otherwise


def remaining(at: Standing) -> int:
    """How many findings the pull request leaves to people, where its skill counted them."""
    opener = opener_of(at)
    count = opener.outputs.get("remaining") if opener else None
    return count if isinstance(count, int) else 0
