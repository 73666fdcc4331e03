"""Takes one message off the signals queue: a signal for one migration, or a command that becomes one."""

from shared.app.advance import advance
from shared.app.command import run_command
from shared.app.sending import reply
from shared.errors import NotFoundError
from shared.messages.replies import unknown_resource_text
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.orders import ReplyMessage
from state_schema.signals import Act, Command, Observed, Reported, Ticked


def take_signal(
    message: Act | Observed | Reported | Ticked | Command,
    *,
    again: bool,
    store: Store,
    outbox: Outbox,
) -> str:
    """Decides and sends; says in a word what became of it, for the log.

    A person is answered in any case. A machine's signal for a migration that does not exist changes nothing.
    """
    if isinstance(message, Command):
        said = run_command(message, again=again, store=store, outbox=outbox)
        if message.reply_to is not None:
            reply(ReplyMessage(reply_to=message.reply_to, text=said.text[:3000]), message.id, outbox)
        return "answered" if said.ok else "refused"
    try:
        decision = advance(message, store=store, outbox=outbox, again=again)
    except NotFoundError:
        if isinstance(message, Act) and message.reply_to is not None:
            text = unknown_resource_text(message.migration.split("/")[1], [])
            reply(ReplyMessage(reply_to=message.reply_to, text=text), message.id, outbox)
        return "unknown_migration"
    if decision.refusal is not None:
        return decision.refusal.reason_code
    return f"{len(decision.events)}_events"
