"""Looks at a whole deployment. A part that cannot be read is a finding of its own, and the other parts are looked at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared import names
from shared.app import doctor_aws, doctor_github, doctor_secrets, doctor_slack
from shared.domain.findings import Finding, broken
from shared.errors import WaymarkError
from shared.ports.deployed import Foundations, GithubRegistration, Running, SlackIdentity, Watch
from shared.ports.migrations import DueTimes
from shared.ports.secrets import Secrets
from state_schema.stage import Stage

API: Final = "waymark"
"""The name of the HTTP API."""
TOPIC: Final = f"{names.PREFIX}alerts"
"""The name of the topic that all alarms tell."""
_LATE: Final = timedelta(minutes=10)
_READ_MORE: Final = "Check credentials and region; then look again."


@dataclass(frozen=True, slots=True)
class Patient:
    """All that is looked at. `github` is built when it is first needed: it cannot be without the App's key."""

    stage: Stage
    secrets: Secrets
    github: Callable[[], GithubRegistration]
    slack: SlackIdentity
    foundations: Foundations
    watch: Watch
    running: Running
    due_times: DueTimes
    now: datetime


def examine(patient: Patient, *, redeliver: bool = False) -> list[Finding]:
    """Everything, in the order in which it should be mended."""
    found = _read(
        "secrets", lambda: doctor_secrets.check_secrets(patient.secrets, deploys=bool(patient.stage.deployment_url))
    )
    for check, look in (
        ("tables", lambda: _tables(patient)),
        ("queues", lambda: _queues(patient)),
        ("functions", lambda: _functions(patient)),
        ("github", lambda: _github(patient, redeliver=redeliver)),
        ("slack", lambda: doctor_slack.check_slack(patient.slack.seen(), team=patient.stage.slack.team)),
        ("alarms", lambda: _alarms(patient)),
        ("sweep", lambda: [_sweep(patient)]),
        ("clock", lambda: [doctor_aws.check_clock(patient.running.clock(), patient.now)]),
    ):
        found += _read(check, look)
    return found


def _read(check: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except WaymarkError as exc:
        return [broken(check, f"It could not be looked at. {exc}", _READ_MORE)]


def _tables(patient: Patient) -> list[Finding]:
    tables = (names.STATE_TABLE, names.EFFECTS_TABLE)
    return doctor_aws.check_tables({name: patient.foundations.table(name) for name in tables})


def _queues(patient: Patient) -> list[Finding]:
    queues = (*names.QUEUES, *names.DEAD_LETTER_QUEUES)
    return doctor_aws.check_queues(
        {queue: patient.foundations.waiting(names.PREFIX + names.queue_file_name(queue)) for queue in queues}
    )


def _functions(patient: Patient) -> list[Finding]:
    seen = {name: patient.running.function(name) for name in map(doctor_aws.function_name, names.FUNCTIONS)}
    return doctor_aws.check_functions(seen, patient.stage)


def _github(patient: Patient, *, redeliver: bool) -> list[Finding]:
    stage = patient.stage.github
    if "0" in {stage.app_id, stage.installation_id}:
        mend = f"Make the App as setup/{patient.stage.name}/README.md says, tell `migrate init` its ids, and deploy."
        return [broken("github", "The settings know no GitHub App yet: an id is 0.", mend)]
    github = patient.github()
    api_url = patient.running.api_url(API)
    found = doctor_github.check_app(github.app(), bot_id=stage.bot_id, api_url=api_url)
    since = patient.now - doctor_github.REDELIVERABLE
    found += doctor_github.check_deliveries(github.deliveries(since), patient.now)
    return [*found, doctor_github.redeliver(github, patient.now)] if redeliver else found


def _alarms(patient: Patient) -> list[Finding]:
    return doctor_aws.check_alarms(patient.watch.alarms(names.PREFIX), patient.watch.topic(TOPIC))


def _sweep(patient: Patient) -> Finding:
    last = patient.running.last_log(doctor_aws.log_group("sweep"))
    overdue = [migration for migration, _ in patient.due_times.due(patient.now - _LATE, 5)]
    return doctor_aws.check_sweep(last, overdue, patient.now)
