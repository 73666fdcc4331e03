"""The tables as `create_table` wants them, for local engines; a deployment makes its own from the same names."""

from typing import TYPE_CHECKING, Final

from shared import names
from shared.adapters.dynamodb_client import calling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeDefinitionTypeDef,
        CreateTableInputTypeDef,
        GlobalSecondaryIndexTypeDef,
        KeySchemaElementTypeDef,
    )

EXPIRES: Final = "expiration"
"""The attribute of the effects table by which items expire: seconds since 1970; cards have none and stay."""
EFFECT_KEY: Final = "pk"


def state_table(name: str = names.STATE_TABLE) -> "CreateTableInputTypeDef":
    """`pk` / `sk` with both indexes, on demand."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _keys("pk", "sk"),
        "AttributeDefinitions": _texts("pk", "sk", "due_shard", "next_check_at", "campaign_key", "campaign_sort"),
        "GlobalSecondaryIndexes": [by_due(), by_campaign()],
    }


def by_due() -> "GlobalSecondaryIndexTypeDef":
    """What is due; sparse, because what is finished has no `due_shard`."""
    return {
        "IndexName": names.BY_DUE,
        "KeySchema": _keys("due_shard", "next_check_at"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def by_campaign() -> "GlobalSecondaryIndexTypeDef":
    """A campaign's migrations by wave and resource, with the row that lists show."""
    return {
        "IndexName": names.BY_CAMPAIGN,
        "KeySchema": _keys("campaign_key", "campaign_sort"),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]},
    }


def effects_table(name: str = names.EFFECTS_TABLE) -> "CreateTableInputTypeDef":
    """One key, on demand; whoever creates it turns expiry by EXPIRES on."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _keys(EFFECT_KEY),
        "AttributeDefinitions": _texts(EFFECT_KEY),
    }


def create_tables(client: "DynamoDBClient", state: str = names.STATE_TABLE, effects: str = names.EFFECTS_TABLE) -> None:
    """Both tables, ready for use; what is there already is left as it is."""
    for table in (state_table(state), effects_table(effects)):
        _create(client, table)
    with calling(f"let items of the table {effects} expire"):
        client.update_time_to_live(
            TableName=effects, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES}
        )


def _create(client: "DynamoDBClient", table: "CreateTableInputTypeDef") -> None:
    name = table["TableName"]
    with calling(f"create the table {name}"):
        try:
            client.create_table(**table)
        except client.exceptions.ResourceInUseException:
            return
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def _keys(partition: str, sort: str | None = None) -> list["KeySchemaElementTypeDef"]:
    keys: list[KeySchemaElementTypeDef] = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys if sort is None else [*keys, {"AttributeName": sort, "KeyType": "RANGE"}]


def _texts(*attributes: str) -> list["AttributeDefinitionTypeDef"]:
    return [{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes]
