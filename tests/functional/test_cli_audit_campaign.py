"""`migrate audit …` on what is recorded of a whole campaign, its acts and the files that were applied, after tampering."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from shared import bootstrap
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_tables import campaign_events, campaign_tails, control_records, gates
from shared.app.control import run_control
from shared.domain.history import hash_of
from shared.ports.campaigns import CampaignCommit
from state_schema.applied import CampaignApplied
from state_schema.control import Control, ControlRecorded
from tests.builders import ACTOR, CAMPAIGN, NOW, a_campaign
from tests.fakes.clock import FakeClock
from tests.fakes.queues import FakeQueues
from tests.functional.test_cli_audit import ACTS, APPLIED, Data, audit, exported, found

COUNTED = "24 events of 2 migrations, 3 applied campaign files, 3 acts on campaigns"
UNPROVED = "nothing is proved of 3 {} from before there were hashes."


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    """A campaign that was applied three times, paused, resumed and paused."""
    made = Data(tmp_path / "waymark.db")
    for before in (1, 2):
        made.store.campaigns.save(CampaignCommit(before, a_campaign(channel=f"C{before}"), ACTOR, NOW))
    for number, verb in enumerate(("pause", "resume", "pause")):
        act = Control.model_validate(
            {
                "id": f"act-{number}",
                "at": NOW + timedelta(hours=number),
                "campaign": CAMPAIGN,
                "actor": ACTOR,
                "verb": verb,
            }
        )
        assert run_control(act, store=made.store, outbox=FakeQueues(FakeClock(NOW))).refusal is None
    yield made
    made.engine.dispose()
    bootstrap.use(None)


def act_of(data: Data, number: int) -> str:
    with reading(data.engine) as connection:
        return str(connection.execute(select(control_records.c.body).filter_by(number=number)).scalar_one())


def put_act(data: Data, number: int, body: str) -> None:
    with writing(data.engine) as connection:
        connection.execute(delete(control_records).filter_by(number=number))
        connection.execute(insert(control_records).values(campaign=CAMPAIGN, number=number, body=body))


def drop(data: Data, table: Any, number: int) -> None:
    with writing(data.engine) as connection:
        connection.execute(delete(table).filter_by(number=number))


def put_application(data: Data, number: int, body: str) -> None:
    with writing(data.engine) as connection:
        connection.execute(update(campaign_events).filter_by(number=number).values(body=body))


def test_what_nobody_touched_is_intact(data: Data) -> None:
    result = audit("verify", data=data)

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"Intact: {COUNTED}.\n", "")


def test_a_changed_act_is_named_and_told_to_who_watches_the_log(data: Data) -> None:
    put_act(data, 2, act_of(data, 2).replace(ACTOR, "slack:T0ACME/U_MALLORY"))
    result = audit("verify", data=data)

    said = "act 2 was changed: its hash does not fit what it says"
    assert (result.exit_code, result.stdout) == (1, f"{CAMPAIGN}: {said}\n1 found in {COUNTED}.\n")
    line, document = map(json.loads, result.stderr.splitlines())
    assert line == {
        "level": "WARNING", "timestamp": line["timestamp"], "service": "waymark.audit", "message": "history is not intact",
        "reason": said, "unexpected": "broken_chain", "subject": ACTS, "findings": "1",
    }  # fmt: skip
    assert document == {
        "_aws": {
            "Timestamp": document["_aws"]["Timestamp"],
            "CloudWatchMetrics": [
                {
                    "Namespace": "Waymark",
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": "broken_chain", "Unit": "Count"}],
                }
            ],
        },
        "service": "waymark.audit",
        "broken_chain": [1.0],
    }


@pytest.mark.parametrize(("number", "problem"), [(1, (2, "removed")), (2, (1, "replaced")), (3, (2, "replaced"))])
def test_a_removed_act_is_found(data: Data, number: int, problem: tuple[int, str]) -> None:
    drop(data, control_records, number)

    assert found(data) == [(ACTS, *problem)]


def test_an_inserted_act_is_found(data: Data) -> None:
    forged = ControlRecorded.model_validate_json(act_of(data, 3)).model_copy(update={"number": 4, "verb": "resume"})
    with writing(data.engine) as connection:
        gate = connection.execute(select(gates.c.body)).scalar_one().replace('"version":3', '"version":4')
        connection.execute(update(gates).values(body=gate, version=4))
    put_act(data, 4, forged.model_copy(update={"hash": hash_of(forged)}).model_dump_json())

    assert found(data) == [(ACTS, 4, "inserted")]


def test_acts_in_each_others_place_are_found(data: Data) -> None:
    first, second = act_of(data, 1), act_of(data, 2)
    put_act(data, 1, second)
    put_act(data, 2, first)

    assert found(data) == [(ACTS, 1, "moved")]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_and_a_removed_application_are_named(data: Data, number: int) -> None:
    with reading(data.engine) as connection:
        body = connection.execute(select(campaign_events.c.body).filter_by(number=number)).scalar_one()
    put_application(data, number, body.replace('"operators":["', '"operators":["slack:T0ACME/U_MALLORY","'))
    assert (APPLIED, number, "changed") in found(data)

    drop(data, campaign_events, number)
    assert found(data) == [(APPLIED, number, "removed")]


def test_an_application_whose_hash_was_made_to_fit_is_found(data: Data) -> None:
    second = data.store.campaigns.history(CAMPAIGN).records[1].model_copy(update={"actor": "principal:mallory"})
    put_application(data, 2, second.model_copy(update={"hash": hash_of(second)}).model_dump_json())

    assert found(data) == [(APPLIED, 2, "replaced")]


def test_the_last_application_cannot_be_another_one(data: Data) -> None:
    last = data.store.campaigns.history(CAMPAIGN).records[2].model_copy(update={"actor": "principal:mallory"})
    put_application(data, 3, last.model_copy(update={"hash": hash_of(last)}).model_dump_json())

    assert found(data) == [(APPLIED, 3, "replaced")]


def test_a_campaign_that_was_changed_beside_its_history_is_found(data: Data) -> None:
    data.run("""UPDATE campaigns SET body = replace(body, '"channel":"C2"', '"channel":"C9"')""")
    result = audit("verify", data=data)

    assert result.stdout.splitlines()[0] == f"{CAMPAIGN}: the campaign at version 3 is not what application 3 says"
    assert found(data) == [(APPLIED, 3, "state")]


def test_a_file_of_an_earlier_release_is_read_and_told_where_its_chains_begin(data: Data) -> None:
    """Applications were the campaign alone, and acts had no hashes."""
    for application in data.store.campaigns.history(CAMPAIGN).records:
        put_application(data, application.number, json.dumps(application.campaign))
    for number in (1, 2, 3):
        bare = ControlRecorded.model_validate_json(act_of(data, number)).model_dump(
            exclude={"hash", "previous"}, mode="json"
        )
        put_act(data, number, json.dumps(bare))
    with writing(data.engine) as connection:
        connection.execute(delete(campaign_tails))
        gate = {**json.loads(connection.execute(select(gates.c.body)).scalar_one())}
        del gate["tail"], gate["learnt"]
        connection.execute(update(gates).values(body=json.dumps(gate)))
    assert audit("verify", data=data).stdout.splitlines() == [
        f"{CAMPAIGN}: its applications are not chained; {UNPROVED.format('applications')}",
        f"{CAMPAIGN}: its acts are not chained; {UNPROVED.format('acts')}",
        f"Intact: {COUNTED}.",
    ]

    data.store.campaigns.save(CampaignCommit(3, a_campaign(channel="C3"), ACTOR, NOW))
    act = Control(id="act-9", at=NOW, campaign=CAMPAIGN, actor=ACTOR, verb="resume")
    run_control(act, store=data.store, outbox=FakeQueues(FakeClock(NOW)))

    result = audit("verify", data=data)
    assert (result.exit_code, result.stdout.splitlines()[:2]) == (
        0,
        [
            f"{CAMPAIGN}: its applications are chained from number 4 on; {UNPROVED.format('applications')}",
            f"{CAMPAIGN}: its acts are chained from number 4 on; {UNPROVED.format('acts')}",
        ],
    )
    checked = {one["subject"]: one for one in json.loads(audit("verify", "--json", data=data).stdout)["checked"]}
    assert (checked[ACTS]["chained_from"], checked[APPLIED]["chained_from"]) == (4, 4)
    assert exported(data)[0]["document"]["hash"] is None


def test_applications_are_exported_with_who_applied_them(data: Data) -> None:
    rows = [row for row in exported(data) if row["row"] == "application"]
    table = audit("export", "--format", "csv", data=data).stdout
    cells = [row for row in csv.DictReader(io.StringIO(table)) if row["kind"] == "application"]

    assert [(row["number"], row["migration"]) for row in rows] == [(1, None), (2, None), (3, None)]
    assert [CampaignApplied.model_validate(row["document"]) for row in rows] == list(
        data.store.campaigns.history(CAMPAIGN).records
    )
    assert [(row["number"], row["actor"], row["hash"]) for row in cells] == [
        (str(row["number"]), ACTOR, row["document"]["hash"]) for row in rows
    ]


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "7", '{"number":1}', "[" * 100_000, '{"schema_version":99}'])
def test_an_application_that_cannot_be_read_is_a_finding_and_a_row(data: Data, body: str) -> None:
    put_application(data, 2, body)

    assert {(APPLIED, None, "unreadable"), (APPLIED, 2, "changed")} & set(found(data))
    assert audit("export", data=data).exit_code in {0, 1}
