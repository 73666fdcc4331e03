"""The synthesised template: what production gets is what the code and the local engines expect."""

from typing import Any

from shared import names
from shared.adapters.dynamodb_tables import effects_table, state_table
from tests.infra.conftest import Synthesised


def tables(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    return synthesised.by("AWS::DynamoDB::GlobalTable", "TableName")


def queues(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    return synthesised.by("AWS::SQS::Queue", "QueueName")


def shape(table: Any) -> dict[str, Any]:
    indexes = {
        one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in table.get("GlobalSecondaryIndexes", ())
    }
    attributes = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    return {"keys": table["KeySchema"], "attributes": attributes, "indexes": indexes}


def test_the_tables_have_the_keys_and_indexes_that_the_adapters_use(production: Synthesised) -> None:
    found = tables(production)

    assert shape(found[names.STATE_TABLE]) == shape(state_table())
    assert shape(found[names.EFFECTS_TABLE]) == shape(effects_table())


def test_the_tables_can_be_restored_and_are_not_deleted_by_mistake(production: Synthesised) -> None:
    for table in tables(production).values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        for replica in table["Replicas"]:
            assert replica["DeletionProtectionEnabled"] is True
            assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_effects_expire(production: Synthesised) -> None:
    assert tables(production)[names.EFFECTS_TABLE]["TimeToLiveSpecification"] == {
        "AttributeName": "expiration",
        "Enabled": True,
    }


def test_every_queue_has_a_dead_letter_queue_of_its_kind(production: Synthesised) -> None:
    found = queues(production)

    assert len(found) == 2 * len(names.QUEUES)
    for name in names.QUEUES:
        queue = found[f"waymark-{names.queue_file_name(name)}"]
        dead = found[f"waymark-{names.queue_file_name(names.dead_letter_queue(name))}"]
        assert queue.get("FifoQueue") == dead.get("FifoQueue") == (True if name in names.FIFO_QUEUES else None)
        assert queue["RedrivePolicy"]["maxReceiveCount"] == names.max_receives(name)
        assert queue["SqsManagedSseEnabled"] is True


def test_queues_refuse_what_is_not_encrypted_on_the_way(production: Synthesised) -> None:
    policies = production.of_type("AWS::SQS::QueuePolicy")

    assert len(policies) == 2 * len(names.QUEUES)
    for policy in policies.values():
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
