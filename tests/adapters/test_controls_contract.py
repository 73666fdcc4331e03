"""One contract for every store of acts on a campaign: the gate and the record, both or neither."""

import pytest

from shared.domain.audit_chain import audited_chain
from shared.domain.history import chained
from shared.errors import StaleStateError
from state_schema.control import ControlRecorded
from state_schema.gate import Gate, Pause
from tests.adapters.store_subjects import Stores
from tests.builders import ACTOR, NOW

CAMPAIGN = "airflow-3"


def paused(version: int) -> tuple[Gate, ControlRecorded]:
    pauses = {"campaign": Pause(actor=ACTOR, at=NOW, reason="A disk is full.")}
    record = ControlRecorded(
        number=version,
        at=NOW,
        actor=ACTOR,
        signal=f"s{version}",
        verb="pause",
        scope="campaign",
        note="A disk is full.",
    )
    return Gate(campaign=CAMPAIGN, version=version, pauses=pauses), record


def test_a_campaign_that_never_started_anything_has_an_empty_gate(stores: Stores) -> None:
    assert stores.controls.gate(CAMPAIGN) == Gate(campaign=CAMPAIGN)
    assert stores.controls.records(CAMPAIGN) == ()


def test_gate_and_records_are_read_back_as_they_were_saved(stores: Stores) -> None:
    acts = [paused(1), paused(2)]
    for gate, record in acts:
        stores.controls.save(gate, record)

    assert stores.controls.gate(CAMPAIGN) == acts[-1][0]
    assert stores.controls.records(CAMPAIGN) == tuple(record for _, record in acts)


@pytest.mark.parametrize("version", [1, 3])
def test_a_gate_that_is_not_the_next_version_is_refused_and_its_record_too(stores: Stores, version: int) -> None:
    stores.controls.save(*paused(1))

    with pytest.raises(StaleStateError):
        stores.controls.save(*paused(version))
    assert [record.number for record in stores.controls.records(CAMPAIGN)] == [1]


def test_the_gate_of_one_campaign_is_not_that_of_another(stores: Stores) -> None:
    stores.controls.save(*paused(1))

    assert stores.controls.gate("airflow-4").pauses == {}
    assert stores.controls.records("airflow-4") == ()


def test_the_chain_of_acts_and_its_tail_are_read_back(stores: Stores) -> None:
    tail, records = "", list[ControlRecorded]()
    for version in (1, 2, 3):
        gate, bare = paused(version)
        records.append(chained(bare, tail))
        tail = records[-1].hash or ""
        stores.controls.save(gate.model_copy(update={"tail": tail}), records[-1])

    gate = stores.controls.gate(CAMPAIGN)
    assert stores.controls.records(CAMPAIGN) == tuple(records)
    assert audited_chain(stores.controls.records(CAMPAIGN), gate.tail, gate.version, "act").findings == ()


def test_what_people_did_next_is_read_back(stores: Stores) -> None:
    learnt = {"infra.apply|failed|blocking/denied": {"retry": 2, "skip": 1}}
    gate, record = paused(1)
    stores.controls.save(gate.model_copy(update={"learnt": learnt}), record)

    assert stores.controls.gate(CAMPAIGN).learnt == learnt
