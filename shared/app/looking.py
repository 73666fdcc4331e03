"""Commands that have the outside world looked at now: one migration, or all of a campaign. They claim nothing."""

from collections.abc import Sequence

from shared import names
from shared.app.advance import advance
from shared.app.asked import Asked
from shared.app.resolving import place_named
from shared.domain.digests import digest_of
from shared.domain.display import urgent_track
from shared.domain.people import is_one_of
from shared.domain.view import View
from shared.domain.watching import watched
from shared.messages.escaping import sentence
from shared.messages.replies import look_text
from shared.messages.standing import Standing
from shared.messages.unknown import suggestion, suggestions
from shared.messages.whereabouts import where
from state_schema.answers import Answer, done, refused, shown
from state_schema.signals import Ticked

_AT_REST = frozenset({"pending", "completed", "aborted"})


def verify(asked: Asked) -> Answer:
    """`verify <resource> [environment]`: looks at what is waited for there, and heals what a crash left undone."""
    place = place_named(asked)
    return place if isinstance(place, Answer) else _looked(asked, *place)


def reconcile(asked: Asked) -> Answer:
    """`reconcile [resource]`: the same for all environments; without a resource for every migration under way."""
    if asked.rest:
        return verify(asked)
    if not is_one_of(asked.campaign.people, asked.command.actor, asked.campaign.people.operators):
        text = (
            "Only an operator can reconcile the whole campaign; anyone can reconcile one: `reconcile &lt;resource&gt;`."
        )
        return refused("not_permitted", text)
    rows = [row for row in asked.store.index.in_campaign(asked.campaign.id) if row.status not in _AT_REST]
    for row in rows:
        tick = _tick(asked, row.migration)
        asked.outbox.send(names.SIGNALS, tick.model_dump_json(), group=row.migration, key=tick.id)
    if not rows:
        return refused("nothing_under_way", "Nothing is under way here, so there is nothing to look at.",
                       *suggestions(suggestion("status", label="Status")))  # fmt: skip
    many = f"{len(rows):,} migration{'s' if len(rows) > 1 else ''}"
    return done(f"Looking at everything that {many} under way wait{'s' * (len(rows) == 1)} for. The cards follow.")


def _looked(asked: Asked, view: View, tracks: Sequence[str]) -> Answer:
    """A tick looks at every address that is waited for, and sends again what must be in flight."""
    advance(_tick(asked, view.state.id), store=asked.store, outbox=asked.outbox, again=True)
    addresses = [address for address, track, _ in watched(view.state) if track in tracks]
    name = urgent_track(view) if len(tracks) > 1 else tracks[0]
    found = where(Standing(view, name or tracks[0]), asked.command.actor)
    if addresses:
        return done(look_text(addresses)).model_copy(update={"related_resources": found.links})
    text = sentence(f"Nothing outside is waited for: {found.sentence}")
    return shown(text).model_copy(update={"suggestions": found.suggestions, "related_resources": found.links})


def _tick(asked: Asked, migration: str) -> Ticked:
    """Its id follows from the command, so that the command received twice looks once."""
    command = asked.command
    about = command.correlation or command.id
    return Ticked(id=f"look:{digest_of(command.id, migration)}", at=command.at, migration=migration, correlation=about)
