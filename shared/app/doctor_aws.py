"""Whether tables, queues, functions and alarms of a deployment are there, and as they should be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared import names
from shared.domain.findings import Finding, broken, ok, several, warn
from shared.ports.deployed import AlarmSeen, FunctionSeen, TableSeen, TopicSeen
from state_schema.stage import Stage

DEPLOY: Final = "Deploy the stage again."
_SKEW: Final = timedelta(seconds=60)
_REFUSED: Final = timedelta(minutes=5)
"""AWS and Slack refuse what was signed longer ago, or later, than this."""


def check_tables(seen: Mapping[str, TableSeen | None]) -> list[Finding]:
    """One finding a table."""
    return [_table(name, table) for name, table in seen.items()]


def _table(name: str, seen: TableSeen | None) -> Finding:
    if seen is None:
        return broken("tables", f"There is no table {name}.", DEPLOY)
    if not seen.active:
        return warn("tables", f"The table {name} is being made or changed.", "Wait for a minute, and look again.")
    if not seen.recoverable:
        said = f"The table {name} has no point-in-time recovery: what is deleted by mistake is gone."
        return broken("tables", said, f"{DEPLOY} Or turn it on by hand, in the table's backups.")
    return ok("tables", f"{name} is there, with point-in-time recovery.")


def check_queues(seen: Mapping[str, int | None]) -> list[Finding]:
    """`seen`: how many messages wait, by our name; None where there is no such queue."""
    absent = [queue for queue, count in seen.items() if count is None]
    dead = {queue: count for queue, count in seen.items() if count and queue in names.DEAD_LETTER_QUEUES}
    found = [broken("queues", f"There is no queue {several(absent)}.", DEPLOY)] if absent else []
    for queue, count in dead.items():
        said = f"{count} dead letters wait in {queue}: the function park does not take them, or this moment."
        mend = (
            f"Look again in a minute; else see its log, {log_group('park')}. `migrate parked` lists what it has kept."
        )
        found.append(broken("queues", said, mend))
    return found or [ok("queues", f"All {len(seen)} queues are there; no dead letter waits.")]


def check_functions(seen: Mapping[str, FunctionSeen | None], stage: Stage) -> list[Finding]:
    """Whether each runs, and was deployed with the settings that the stage's file has."""
    absent = [name for name, one in seen.items() if one is None]
    there = {name: one for name, one in seen.items() if one is not None}
    idle = [name for name, one in there.items() if not one.active]
    stale = [name for name, one in there.items() if _differs(one, stage)]
    found = []
    if absent:
        found.append(broken("functions", f"There is no function {several(absent)}.", DEPLOY))
    if idle:
        found.append(broken("functions", f"Not able to run: {several(idle)}.", f"{DEPLOY} Lambda's page says why."))
    if stale:
        said = f"Deployed with other settings than the stage's file has: {several(stale)}."
        found.append(broken("functions", said, DEPLOY))
    if not found:
        last = max((one.changed_at for one in there.values()), default="")[:16]
        found.append(
            ok("functions", f"All {len(there)} functions run as the stage says; last deployed {last or 'lately'}.")
        )
    return found


def _differs(seen: FunctionSeen, stage: Stage) -> bool:
    runtime = "provided.al2023" if stage.own_runtime else f"python{stage.python}"
    wanted = {
        "WAYMARK_GITHUB_APP_ID": stage.github.app_id,
        "WAYMARK_GITHUB_INSTALLATION_ID": stage.github.installation_id,
        "WAYMARK_GITHUB_BOT_ID": stage.github.bot_id,
        "WAYMARK_SLACK_TEAM": stage.slack.team,
    }
    settings = any(seen.environment.get(name, value) != value for name, value in wanted.items())
    return settings or (seen.runtime, seen.architecture) != (runtime, stage.architecture)


def required_alarms() -> list[str]:
    """Without any of these, something can stop and nobody is told."""
    of_functions = [f"{function_name(function)}-errors" for function in names.FUNCTIONS]
    return [
        *(f"{names.PREFIX}{queue}" for queue in names.DEAD_LETTER_QUEUES),
        *of_functions,
        f"{names.PREFIX}sweep-not-running",
        f"{names.PREFIX}api-5xx",
        f"{names.PREFIX}failing-alerts",
    ]


def check_alarms(seen: Mapping[str, AlarmSeen], topic: TopicSeen | None) -> list[Finding]:
    """Whether each alarm tells the topic, and the topic somebody."""
    absent = [name for name in required_alarms() if name not in seen]
    arn = topic.arn if topic else ""
    mute = [name for name, one in seen.items() if not arn or arn not in one.actions]
    ringing = {name: one for name, one in seen.items() if one.state == "ALARM"}
    found = []
    if absent:
        found.append(broken("alarms", f"There is no alarm {several(absent)}.", DEPLOY))
    if mute:
        found.append(
            broken("alarms", f"Alarms that tell nobody: {several(mute)}.", f"{DEPLOY} Their action is the topic.")
        )
    found += [warn("alarms", f"{name} rings now.", one.about or "Its page says why.") for name, one in ringing.items()]
    if not absent and not mute:
        found.insert(0, ok("alarms", f"All {len(seen)} alarms tell the topic."))
    return [*found, *_topic(topic)]


def _topic(topic: TopicSeen | None) -> Iterable[Finding]:
    if topic is None:
        yield broken("alarms", "There is no topic for alarms.", DEPLOY)
    elif topic.confirmed:
        yield ok("alarms", f"The topic reaches {topic.confirmed} subscribers.")
    else:
        waits = f" {topic.pending} have not confirmed: the link is in an e-mail of AWS." if topic.pending else ""
        mend = "Confirm it, or name alarms.emails or alarms.pager with `migrate init`, and deploy."
        yield broken("alarms", f"The topic for alarms reaches nobody.{waits}", mend)


def check_sweep(last: datetime | None, overdue: Sequence[str], now: datetime) -> Finding:
    """`last`: its log's last line; `overdue`: migrations that were due ten minutes ago and were not ticked."""
    rule = "Look whether the rule that calls waymark-sweep every minute is enabled, and at the function's log."
    if overdue:
        return broken("sweep", f"The sweep passes over what is due: {several(list(overdue))}.", rule)
    if last is None:
        return broken("sweep", "The sweep has never run: nothing waits, retries, reminds or heals.", rule)
    ago = round((now - last).total_seconds() / 60)
    if now - last > timedelta(minutes=5):
        return broken("sweep", f"The sweep ran {ago} minutes ago, and should every minute.", rule)
    return ok("sweep", "The sweep runs.")


def check_clock(theirs: datetime, ours: datetime) -> Finding:
    """How far this machine's clock is from AWS's."""
    off = abs(theirs - ours)
    said = f"This machine's clock is {round(off.total_seconds())} s away from AWS's."
    mend = "Set it by NTP: what is signed with a wrong time is refused by AWS and Slack."
    if off >= _REFUSED:
        return broken("clock", said, mend)
    return warn("clock", said, mend) if off >= _SKEW else ok("clock", "This machine's clock agrees with AWS's.")


def function_name(function: str) -> str:
    """What Lambda calls it."""
    return names.PREFIX + function.replace("_", "-")


def log_group(function: str) -> str:
    """Where it logs."""
    return f"/aws/lambda/{function_name(function)}"
