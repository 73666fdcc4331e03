"""Takes one message off the signals queue: a signal for one migration, or a command that becomes one."""

from typing import Final

from shared.app.advance import advance
from shared.app.command import run_command
from shared.app.commented import run_comment
from shared.app.correlated import Correlated
from shared.app.sending import reply
from shared.errors import NotFoundError
from shared.messages.replies import unknown_resource_text
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.answers import refused
from state_schema.orders import ReplyMessage
from state_schema.signals import Act, Command, Observed, Reported, Ticked

_ANSWERED: Final = "answered"
_EVENTS: Final = "_events"
_UNKNOWN: Final = "unknown_migration"


def take_signal(
    message: Act | Observed | Reported | Ticked | Command,
    *,
    again: bool,
    store: Store,
    outbox: Outbox,
) -> str:
    """Decides and sends; says in a word what became of it, for the log.

    A person is answered in any case, but for a stranger who comments on somebody else's pull request. A machine's signal
    for a migration that does not exist changes nothing.
    """
    outbox = Correlated(outbox, message.correlation or message.id)
    if isinstance(message, Command):
        run = run_comment if message.about else run_command
        answer = run(message, again=again, store=store, outbox=outbox)
        if answer is None:
            return "unknown_sender"
        if message.reply_to is not None:
            reply(ReplyMessage(reply_to=message.reply_to, answer=answer), message.id, outbox)
        return _ANSWERED if answer.ok else answer.reason_code or "refused"
    try:
        decision = advance(message, store=store, outbox=outbox, again=again)
    except NotFoundError:
        if isinstance(message, Act) and message.reply_to is not None:
            unknown = refused("unknown_resource", unknown_resource_text(message.migration.split("/")[1], []))
            reply(ReplyMessage(reply_to=message.reply_to, answer=unknown), message.id, outbox)
        return _UNKNOWN
    if decision.refusal is not None:
        return decision.refusal.reason_code
    return f"{len(decision.events)}{_EVENTS}"


def is_refusal(outcome: str) -> bool:
    """Of the word that `take_signal` says of an act or a command: whether it was refused."""
    return outcome != _ANSWERED and not outcome.endswith(_EVENTS)


def is_unheeded(message: Act | Observed | Reported | Ticked | Command, outcome: str) -> bool:
    """Of the word that `take_signal` says: whether a machine was about a migration, or an order, that there is not."""
    if isinstance(message, Act | Command):
        return False
    return outcome == _UNKNOWN or (isinstance(message, Reported) and outcome == f"0{_EVENTS}")
