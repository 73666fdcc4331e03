"""Lets the chosen items run in the new deployment, a batch at a time, and stops at the first that fails."""

from shared.domain.deployment_url import deployment_url
from shared.domain.reports import failed, failed_for_now
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.deployment import Deployment
from shared.ports.effects import Report
from shared.ports.skills import Work
from state_schema.signals import Failed, Progressed, Succeeded
from state_schema.skills import MigrateItemsInputs

_PARTIAL = "migration_partial"


def migrate_items(work: Work[MigrateItemsInputs], *, deployment: Deployment, url_template: str) -> Report:
    """Migrates the next items of those that were chosen.

    Purpose:
        Hands each chosen DAG over to the deployment, in the order in which they were chosen.

    Inputs:
        `batch` (items in one order), `url` (optional). The order's cursor is the index of the next item.

    Outputs:
        `items_completed`, `items_total` once all are done; `Progressed` with the next cursor before.

    Idempotency:
        An item that runs in the deployment already is counted, not touched. After a crash the batch begins again and
        finds them so.

    Failure modes:
        `migration_partial`: the first item of this order failed; blocking where the deployment refuses it, transient
        where it cannot be reached. A failure after progress is reported as progress: the next order meets it first, so that
        nothing done is lost. Blocking `cursor_invalid`: the order does not fit the choice.
    """
    total, begin = len(work.items), _index(work)
    if begin is None:
        reason = (
            f"The order goes on at {work.order.cursor[:60]!r}, which is none of the {total} chosen items: choose again."
        )
        return failed("blocking", reason, "cursor_invalid")
    if begin == total:
        return _all_done(total)
    url = deployment_url(work.inputs.url, url_template, work.scope)
    end = min(begin + work.inputs.batch, total)
    for index in range(begin, end):
        try:
            _migrate(deployment, url, work.items[index])
        except (PermanentError, NotFoundError, RetryableError) as exc:
            return _progressed(index, total) if index > begin else _stopped(work, index, exc)
    return _all_done(total) if end == total else _progressed(end, total)


def _index(work: Work[MigrateItemsInputs]) -> int | None:
    cursor = work.order.cursor or "0"
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > len(work.items):
        return None
    return int(cursor)


def _migrate(deployment: Deployment, url: str, item: str) -> None:
    if not deployment.is_migrated(url, item):
        deployment.migrate(url, item)


def _progressed(index: int, total: int) -> Progressed:
    return Progressed(done=index, total=total, cursor=str(index))


def _all_done(total: int) -> Succeeded:
    return Succeeded(outputs={"items_completed": total, "items_total": total})


def _stopped(
    work: Work[MigrateItemsInputs], index: int, error: PermanentError | NotFoundError | RetryableError
) -> Failed:
    total, item = len(work.items), work.items[index]
    reason = f"item {index + 1} of {total}, `{item[:100]}`: {str(error)[:300]}; {index} of {total} done"
    if isinstance(error, RetryableError):
        return failed_for_now(reason, _PARTIAL, work.now, error.delay)
    return failed("blocking", reason, _PARTIAL)
