"""Words that name nothing: what was probably meant, as a button, and a character that only looks right, by its name."""

import difflib
import shlex
from collections.abc import Sequence

from shared.domain.look_alikes import look_alikes, plain_of
from shared.messages.escaping import code
from shared.messages.replies import unknown_campaign_text, unknown_command_text, unknown_resource_text
from state_schema.answers import Answer, Suggestion, refused

_NAMED = 3
_LONGEST = 500


def suggestion(*words: str, label: str = "") -> Suggestion | None:
    """A button that says these words; None where they are too long for one."""
    typed = shlex.join(words)
    if len(typed) > _LONGEST:
        return None
    return Suggestion(label=(label or typed)[:75], command=typed)


def suggestions(*found: Suggestion | None) -> tuple[Suggestion, ...]:
    """Those that there are, each once, five at most."""
    return tuple(dict.fromkeys(one for one in found if one is not None))[:5]


def unknown_command(words: Sequence[str], known: Sequence[str]) -> Answer:
    """The first word is no command."""
    close = _close(words[0], known)[:1]
    text = " ".join([unknown_command_text(words[0], known), *_looks(words[0], close)])
    buttons = suggestions(*(suggestion(one, *words[1:]) for one in close), suggestion("help", label="Help"))
    return refused("unknown_command", text, *buttons)


def unknown_resource(words: Sequence[str], place: int, known: Sequence[str]) -> Answer:
    """The word at `place` names no resource; each button says the same with one that was probably meant."""
    close = _close(words[place], known)
    text = " ".join([unknown_resource_text(words[place], known), *_looks(words[place], close)])
    return refused("unknown_resource", text, *_instead(words, place, close)).model_copy(
        update={"related_resources": tuple(close)}
    )


def unknown_environment(words: Sequence[str], place: int, tracks: Sequence[str]) -> Answer:
    """The word at `place` names no environment of the plan."""
    close = _closest(words[place], tracks)
    meant = f"Did you mean {' or '.join(map(code, close))}?" if close else f"There are {', '.join(map(code, tracks))}."
    text = " ".join([f"There is no environment {code(words[place], 100)}. {meant}", *_looks(words[place], close)])
    return refused("unknown_environment", text, *_instead(words, place, close))


def unknown_campaign(campaign: str, words: Sequence[str], known: Sequence[str]) -> Answer:
    """No campaign has this name; each button says the same in one that was probably meant."""
    close = _close(campaign, known)
    return refused("unknown_campaign", unknown_campaign_text(campaign, known), *in_campaigns(words, close))


def in_campaigns(words: Sequence[str], campaigns: Sequence[str]) -> tuple[Suggestion, ...]:
    """The same words in each of these campaigns."""
    return suggestions(*(suggestion(*words, "--campaign", one, label=f"In {one}") for one in campaigns[:5]))


def _instead(words: Sequence[str], place: int, close: Sequence[str]) -> tuple[Suggestion, ...]:
    return suggestions(*(suggestion(*words[:place], one, *words[place + 1 :]) for one in close))


def _close(word: str, known: Sequence[str]) -> list[str]:
    plain = plain_of(word[:60]).lower()
    return difflib.get_close_matches(plain, list(known), n=_NAMED)


def _closest(word: str, known: Sequence[str]) -> list[str]:
    """Only the most alike, but all that are equally so: nobody is talked into one of two production environments."""
    plain, close = plain_of(word[:60]).lower(), _close(word, known)
    alike = {one: difflib.SequenceMatcher(None, one, plain).ratio() for one in close}
    return [one for one in close if alike[one] == max(alike.values())]


def _looks(word: str, close: Sequence[str]) -> list[str]:
    """Exactly which character is not what it looks like, where that is why the word is unknown."""
    found = look_alikes(word)
    if not found or not close:
        return []
    first, more = found[0], len(found) - 1
    others = f" {more} more {'is' if more == 1 else 'are'} of that kind." if more else ""
    return [f"Its character {first.place} looks like {code(first.like)} and is {code(first.words)}.{others}"]
