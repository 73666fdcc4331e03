"""Acts on a whole campaign in SQL: the gate under its version, and one record, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from shared.adapters.documents import read, written
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_tables import control_records, gates
from shared.adapters.sql_versions import put_version
from state_schema.control import ControlRecorded
from state_schema.gate import Gate


class SqlControls:
    """The port Controls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def gate(self, campaign: str) -> Gate:
        with reading(self._engine) as connection:
            body = connection.execute(select(gates.c.body).where(gates.c.campaign == campaign)).scalar_one_or_none()
        return read(Gate, body, f"the gate of {campaign}", "gate") if body else Gate(campaign=campaign)

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        row = {"version": gate.version, "body": written(gate)}
        event = {"campaign": gate.campaign, "number": record.number, "body": written(record)}
        with writing(self._engine) as connection:
            put_version(connection, gates, ("campaign", gate.campaign), row, gate.version - 1)
            connection.execute(insert(control_records).values(event))

    def records(self, campaign: str) -> Sequence[ControlRecorded]:
        wanted = (
            select(control_records.c.number, control_records.c.body)
            .where(control_records.c.campaign == campaign)
            .order_by(control_records.c.number)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(read(ControlRecorded, row.body, f"act {row.number} on {campaign}", "control") for row in rows)
