"""`migrate audit …` as it is typed, on real data files that somebody tampered with: what it prints, and its exit code."""

import csv
import io
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from typer.testing import CliRunner, Result

from cli.main import app
from shared import bootstrap
from shared.adapters.sql_campaigns import SqlCampaigns, SqlPlans
from shared.adapters.sql_controls import SqlControls
from shared.adapters.sql_engine import open_engine, reading, writing
from shared.adapters.sql_groups import SqlGroups
from shared.adapters.sql_migrations import SqlMigrations
from shared.adapters.sql_reads import SqlHistory, SqlMigrationIndex, SqlWatches
from shared.adapters.sql_tables import control_records, events
from shared.app.audit import audit_migration
from shared.domain.history import hash_of
from shared.errors import PermanentError
from shared.messages.audit_rows import COLUMNS
from shared.ports.migrations import Migrations
from shared.ports.store import Store
from state_schema.applied import CampaignApplied
from state_schema.control import ControlRecorded
from state_schema.events import Recorded
from state_schema.model import SCHEMA_VERSION
from tests.builders import ACTOR, CAMPAIGN, NOW, A, B, a_gate
from tests.histories import a_history, a_step, store_histories

LENGTH = 12
ACTS, APPLIED = f"{CAMPAIGN}#acts", f"{CAMPAIGN}#applications"
COUNTED = "24 events of 2 migrations, 1 applied campaign file, 0 acts on campaigns"
INTACT = f"Intact: {COUNTED}.\n"


class Data:
    """A data file with two migrations of twelve events, and a way past everything that guards it."""

    def __init__(self, file: Path, length: int = LENGTH, migrations: Sequence[str] = (A, B)) -> None:
        self.file = file
        self.engine: Engine = open_engine(str(file))
        plans = SqlPlans(self.engine)
        self.store = Store(
            campaigns=SqlCampaigns(self.engine),
            controls=SqlControls(self.engine),
            plans=plans,
            index=SqlMigrationIndex(self.engine),
            migrations=SqlMigrations(self.engine, plans),
            history=SqlHistory(self.engine),
            watches=SqlWatches(self.engine),
            groups=SqlGroups(self.engine),
        )
        store_histories(self.store, length, migrations)

    def body(self, number: int, migration: str = A) -> str:
        wanted = select(events.c.body).where(events.c.migration == migration, events.c.number == number)
        with reading(self.engine) as connection:
            return str(connection.execute(wanted).scalar_one())

    def put(self, number: int, body: Any, migration: str = A) -> None:
        where = (events.c.migration == migration, events.c.number == number)
        with writing(self.engine) as connection:
            connection.execute(update(events).where(*where).values(body=body))

    def drop(self, *numbers: int) -> None:
        with writing(self.engine) as connection:
            connection.execute(delete(events).where(events.c.migration == A, events.c.number.in_(numbers)))

    def add(self, number: int, body: str) -> None:
        with writing(self.engine) as connection:
            connection.execute(insert(events).values(migration=A, number=number, body=body))

    def shift(self, first: int, by: int = 1) -> None:
        """Gives each event from number `first` on another number."""
        with writing(self.engine) as connection:
            for number in sorted(range(first, LENGTH + 1), reverse=by > 0):
                where = (events.c.migration == A, events.c.number == number)
                connection.execute(update(events).where(*where).values(number=number + by))

    def run(self, statement: str) -> None:
        with writing(self.engine) as connection:
            connection.exec_driver_sql(statement)


def audit(*words: str, data: Data | Path) -> Result:
    file = data.file if isinstance(data, Data) else data
    return CliRunner().invoke(app, ["audit", *words, "--data", str(file)])


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    made = Data(tmp_path / "waymark.db")
    yield made
    made.engine.dispose()
    bootstrap.use(None)


def found(data: Data, *words: str) -> list[tuple[str, int | None, str]]:
    """What `verify --json` finds; its exit code says the same."""
    result = audit("verify", *words, "--json", data=data)
    document = json.loads(result.stdout)
    findings = [
        (one["subject"], finding["number"], finding["problem"])
        for one in document["checked"]
        for finding in one["findings"]
    ]
    assert (result.exit_code, document["intact"]) == ((1, False) if findings else (0, True))
    assert "Traceback" not in result.output
    return findings


def test_what_nobody_touched_is_intact(data: Data) -> None:
    result = audit("verify", data=data)

    assert (result.exit_code, result.stdout, result.stderr) == (0, INTACT, "")


def test_one_is_not_counted_as_many(tmp_path: Path) -> None:
    result = audit("verify", data=Data(tmp_path / "waymark.db", 1, (A,)).file)

    assert "1 event of 2 migrations" in result.stdout
    assert audit("verify", "alpha", data=tmp_path / "waymark.db").stdout == "Intact: 1 event of 1 migration.\n"


def test_machines_get_each_migration_with_its_last_hash(data: Data) -> None:
    result = audit("verify", "--json", data=data)

    assert json.loads(result.stdout) == {
        "intact": True,
        "events": 24,
        "checked": [
            {"subject": CAMPAIGN, "events": 0, "tail": None, "chained_from": None, "findings": []},
            {
                "subject": APPLIED,
                "events": 1,
                "chained_from": 1,
                "findings": [],
                "tail": data.store.campaigns.history(CAMPAIGN).tail,
            },
            {"subject": ACTS, "events": 0, "tail": None, "chained_from": None, "findings": []},
            {"subject": A, "events": 12, "tail": a_history(12, A)[-1].hash, "chained_from": 1, "findings": []},
            {"subject": B, "events": 12, "tail": a_history(12, B)[-1].hash, "chained_from": 1, "findings": []},
        ],
    }


def test_one_changed_byte_is_found(data: Data) -> None:
    data.put(7, data.body(7).replace('"done":7', '"done":8'))
    result = audit("verify", data=data)

    assert result.exit_code == 1
    assert result.stdout == (
        f"airflow-3/alpha: event 7 was changed: its hash does not fit what it says\n1 found in {COUNTED}.\n"
    )


def test_no_byte_of_an_event_can_be_another_one_unseen(data: Data) -> None:
    """Every third byte of an event is raised by one, in turn: either the event means the same, or it is found."""
    text = data.body(7)
    for place in range(0, len(text), 3):
        other = text[:place] + chr(ord(text[place]) + 1) + text[place + 1 :]
        data.put(7, other)
        findings = [one.number for one in audit_migration(A, store=data.store).findings]
        same = _same(other, text)
        assert findings == ([] if same else [7]), f"byte {place}: {text[place]!r}"


def _same(text: str, other: str) -> bool:
    try:
        return Recorded.model_validate_json(text) == Recorded.model_validate_json(other)
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "event 1 is missing: it was removed"), (7, "event 7 is missing: it was removed")],
)
def test_a_removed_event_is_found(data: Data, number: int, said: str) -> None:
    data.drop(number)
    result = audit("verify", data=data)

    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, f"airflow-3/alpha: {said}")


def test_an_inserted_event_is_found(data: Data) -> None:
    data.shift(7)
    forged = Recorded.model_validate_json(data.body(8)).model_copy(update={"actor": "timer"})
    data.add(7, forged.model_copy(update={"hash": hash_of(forged)}).model_dump_json())

    assert found(data) == [(A, 7, "inserted")]


def test_two_events_in_each_others_place_are_found(data: Data) -> None:
    fifth, ninth = data.body(5), data.body(9)
    data.put(5, ninth)
    data.put(9, fifth)

    assert found(data) == [(A, 5, "moved"), (A, 9, "moved")]


def test_a_tail_that_was_cut_off_is_found(data: Data) -> None:
    data.drop(12)
    assert found(data) == [(A, 12, "removed")]
    data.drop(*range(1, 12))
    assert found(data) == [(A, 1, "removed")]


def test_events_that_were_renumbered_are_found_once(data: Data) -> None:
    data.drop(6)
    data.shift(7, by=-1)

    assert found(data) == [(A, 6, "moved")]


@pytest.mark.parametrize("number", [13, 5000, 99_999_999])
def test_an_event_after_the_last_one_is_found(data: Data, number: int) -> None:
    data.add(number, data.body(12))

    assert (A, number, "moved") in found(data) or (A, number, "doubled") in found(data)


@pytest.mark.parametrize("number", [10**8, 10**12, 2**62])
def test_an_event_under_a_number_that_cannot_be_is_found(data: Data, number: int) -> None:
    data.add(number, data.body(12))

    assert (A, 13, "unreadable") in found(data)


@pytest.mark.parametrize(
    "body",
    ["", "{", "null", "[]", "{}", '{"schema_version":"1"}', "[" * 100_000, "\u0000", b"\xff\xfe", "9" * 5000, "\ud800"],
    ids=repr,
)
def test_an_event_that_cannot_be_read_is_found_and_no_traceback(data: Data, body: Any) -> None:
    if body == "\ud800":
        data.run("UPDATE events SET body = CAST(x'7bff7d' AS TEXT) WHERE migration = 'airflow-3/alpha' AND number = 7")
    else:
        data.put(7, body)

    assert found(data) == [(A, 7, "unreadable")]


def test_events_of_a_later_release_are_found(data: Data) -> None:
    for number in (3, 4, 12):
        data.put(number, json.dumps({**json.loads(data.body(number)), "schema_version": SCHEMA_VERSION + 1}))

    assert found(data) == [(A, 3, "unreadable"), (A, 4, "unreadable"), (A, 12, "unreadable")]


def test_an_unreadable_event_after_a_gap_is_found_under_its_number(data: Data) -> None:
    data.put(9, "{")
    data.drop(6, 7, 8)

    assert found(data) == [(A, 6, "removed"), (A, 9, "unreadable")]


def test_every_event_unreadable_is_a_finding_each(data: Data) -> None:
    data.run("UPDATE events SET body = '{' WHERE migration = 'airflow-3/alpha'")

    assert found(data) == [(A, number, "unreadable") for number in range(1, 13)]


def test_a_state_that_is_not_what_its_events_lead_to_is_found(data: Data) -> None:
    data.run(
        """UPDATE states SET body = replace(body, '"status":"in_progress"', '"status":"completed"')
           WHERE migration = 'airflow-3/alpha'"""
    )
    result = audit("verify", data=data)

    said = "airflow-3/alpha: the state at version 12 is not what its events lead to: status differs"
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, said)


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        ("UPDATE states SET body = '{' WHERE resource = 'alpha'", [(A, None, "unreadable")]),
        ("UPDATE states SET tail = 'x' WHERE resource = 'alpha'", [(A, 12, "replaced")]),
        ("DELETE FROM states WHERE resource = 'alpha'", [(A, None, "state")]),
        ("UPDATE states SET summary = '{' WHERE resource = 'alpha'", [(CAMPAIGN, None, "unreadable")]),
        ("UPDATE campaigns SET body = '{'", [(CAMPAIGN, None, "unreadable"), *((one, None, "unreadable") for one in (A, B))]),
        ("UPDATE plans SET body = '{'", [(one, None, "unreadable") for one in (A, B)]),
        ("DELETE FROM plans", [(one, None, "state") for one in (A, B)]),
        ("INSERT INTO gates VALUES ('airflow-3', 1, '{')",
         [(ACTS, None, "unreadable"), *((one, None, "unreadable") for one in (A, B))]),
        ("INSERT INTO control_records VALUES ('airflow-3', 1, '{')", [(ACTS, None, "unreadable")]),
        ("UPDATE campaign_events SET body = '{'", [(APPLIED, None, "unreadable")]),
    ],
)  # fmt: skip
def test_documents_beside_the_events_are_findings_too(
    data: Data, statement: str, findings: list[tuple[str, int | None, str]]
) -> None:
    data.run(statement)

    assert found(data) == findings


def test_a_migration_that_was_removed_as_a_whole_is_found(data: Data) -> None:
    data.run("DELETE FROM states WHERE resource = 'alpha'")
    data.run("DELETE FROM events WHERE migration = 'airflow-3/alpha'")

    assert found(data) == [(A, None, "state")]


def test_an_act_on_the_campaign_beyond_its_gate_is_found(data: Data) -> None:
    data.store.controls.save(a_gate(1), an_act(1))
    assert found(data) == []

    with writing(data.engine) as connection:
        connection.execute(
            insert(control_records).values(campaign=CAMPAIGN, number=9, body=an_act(9).model_dump_json())
        )
        connection.execute(
            insert(control_records).values(campaign=CAMPAIGN, number=10, body=an_act(1).model_dump_json())
        )

    assert found(data) == [(ACTS, 1, "moved"), (ACTS, 9, "inserted")]


def test_events_written_meanwhile_are_no_finding(data: Data) -> None:
    """A step is saved after the audit has read the state, and before it reads the events."""
    longer = a_history(14, A)
    migrations, loads = data.store.migrations, iter([None, None])

    class Busy:
        def load(self, migration: str) -> Any:
            loaded = migrations.load(migration)
            if next(loads, "over") is None and loaded.view.state.version == LENGTH:
                migrations.save(a_step(longer, LENGTH))
            return loaded

    busy = cast("Migrations", Busy())

    assert audit_migration(A, store=replace(data.store, migrations=busy)).findings == ()
    assert audit_migration(A, store=data.store).events == 14


def test_only_the_named_resources_are_verified(data: Data) -> None:
    data.drop(7)

    assert found(data, "beta") == []
    assert found(data, "beta", "alpha") == [(A, 7, "removed")]
    assert found(data, "--campaign", CAMPAIGN) == [(A, 7, "removed")]


@pytest.mark.parametrize(
    "words", [["nobody"], ["alpha", "\u0430lpha"], ["airflow-3/alpha"], ["--campaign", "nothing"], [""]]
)
def test_what_does_not_exist_cannot_be_verified(data: Data, words: list[str]) -> None:
    result = audit("verify", *words, data=data)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "no migration of" in result.stderr or "no campaign" in result.stderr


def test_without_a_data_file_nothing_works(tmp_path: Path) -> None:
    for command in ("verify", "export"):
        result = audit(command, data=tmp_path / "none.db")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "There is no data file" in result.stderr


def test_a_campaign_that_was_removed_leaves_migrations_to_verify(data: Data) -> None:
    data.run("DELETE FROM campaigns")

    assert found(data, "--campaign", CAMPAIGN) == [
        (CAMPAIGN, None, "campaign"), (A, None, "state"), (B, None, "state")
    ]  # fmt: skip


def test_what_is_stored_cannot_turn_the_terminal_red(data: Data) -> None:
    data.put(7, json.dumps({**json.loads(data.body(7)), "\x1b[31m\u202eevil\n": 1}))
    result = audit("verify", data=data)

    assert result.exit_code == 1
    assert not {"\x1b", "\u202e"} & set(result.stdout)
    assert len(result.stdout.splitlines()) == 2


# Export.


def an_act(number: int) -> ControlRecorded:
    return ControlRecorded(
        number=number, at=NOW, actor=ACTOR, signal="act-9", verb="pause", scope="campaign", note="=x"
    )


def exported(data: Data, *words: str) -> list[dict[str, Any]]:
    result = audit("export", *words, data=data)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_everything_is_exported_by_campaign_migration_and_number(data: Data) -> None:
    data.store.controls.save(a_gate(1), an_act(1))
    rows = exported(data)

    places = [(row["row"], row["campaign"], row["migration"], row["number"]) for row in rows]
    assert places == [
        ("application", CAMPAIGN, None, 1),
        ("control", CAMPAIGN, None, 1),
        *(("event", CAMPAIGN, migration, number) for migration in (A, B) for number in range(1, 13)),
    ]
    assert CampaignApplied.model_validate(rows[0]["document"]) == data.store.campaigns.history(CAMPAIGN).records[0]
    assert ControlRecorded.model_validate(rows[1]["document"]) == an_act(1)
    assert [Recorded.model_validate(row["document"]) for row in rows[2:]] == [*a_history(12, A), *a_history(12, B)]


def test_a_table_has_fixed_columns_and_the_whole_document(data: Data) -> None:
    data.store.controls.save(a_gate(1), an_act(1))
    result = audit("export", "--format", "csv", "--campaign", CAMPAIGN, data=data)
    titles, *rows = csv.reader(io.StringIO(result.stdout))

    assert (result.exit_code, tuple(titles), len(rows)) == (0, COLUMNS, 26)
    assert rows[0][5] == "application"
    assert rows[1][:-1] == [
        "2026-11-02T09:00:00+00:00",
        CAMPAIGN,
        "",
        "1",
        ACTOR,
        "control",
        "",
        "",
        "",
        "pause",
        "",
        "act-9",
        "",
    ]
    assert Recorded.model_validate_json(rows[13][-1]) == a_history(12)[-1]


def test_a_cell_that_is_a_formula_is_made_text(tmp_path: Path) -> None:
    data = Data(tmp_path / "waymark.db", 1)
    one = a_history(1)[0].model_copy(update={"signal": '=HYPERLINK("https://evil.test")', "actor": "timer"})
    data.put(1, one.model_dump_json())
    rows = list(csv.DictReader(io.StringIO(audit("export", "--format", "csv", data=data).stdout)))

    assert rows[1]["signal"] == '\'=HYPERLINK("https://evil.test")'


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-11-02T09:00:00Z", 25), ("2026-11-02T10:00:00+01:00", 25), ("2026-11-02T09:00:01Z", 0), ("999999d", 25),
        ("2999-01-01T00:00:00Z", 0),
    ],
)  # fmt: skip
def test_since_leaves_out_what_was_recorded_before(data: Data, since: str, expected: int) -> None:
    assert len(exported(data, "--since", since)) == expected


def test_a_duration_is_counted_from_now(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.audit.utc_now", lambda: NOW + timedelta(days=7))

    assert len(exported(data, "--since", "7d")) == 25
    assert exported(data, "--since", "6d") == []


@pytest.mark.parametrize("since", ["yesterday", "7", "", "2026-11-02T09:00:00", "2026-13-01T00:00:00Z", "-7d"])
def test_a_moment_that_is_none_is_refused(data: Data, since: str) -> None:
    result = audit("export", f"--since={since}", data=data)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "write 7d, or 2026-11-01T00:00:00Z" in result.stderr


def test_a_file_is_written_whole_or_not_at_all(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "audit.jsonl"
    out.write_text("of yesterday")

    def broken(rows: Iterator[Any], *_: object) -> int:
        next(rows)
        raise PermanentError("the store is gone")

    with monkeypatch.context() as patched:
        patched.setattr("cli.audit.write", broken)
        refused = audit("export", "--out", str(out), data=data)
    assert (refused.exit_code, out.read_text(), refused.stderr) == (2, "of yesterday", "the store is gone\n")

    done = audit("export", "--out", str(out), data=data)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"Rows written to {out}: {len(out.read_text(encoding='utf-8').splitlines())}\n"
    assert len(out.read_text().splitlines()) == 25
    assert [file.name for file in tmp_path.glob("audit*")] == ["audit.jsonl"]


def test_a_file_that_cannot_be_written_is_told(data: Data, tmp_path: Path) -> None:
    for out in (tmp_path, tmp_path / "none" / "audit.jsonl", Path("..")):
        result = audit("export", "--out", str(out), data=data)
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(out) in result.stderr
        assert "--out" in result.stderr


def test_what_cannot_be_read_is_a_row_that_says_so(data: Data) -> None:
    data.put(7, "{")
    data.run("INSERT INTO control_records VALUES ('airflow-3', 1, '{')")
    result = audit("export", "--since", "2999-01-01T00:00:00Z", data=data)

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["row"], row["migration"], row["number"]) for row in rows] == [
        ("unreadable", None, None), ("unreadable", A, 7)
    ]  # fmt: skip
    assert "event 7 of airflow-3/alpha cannot be read" in rows[1]["document"]["why"]
    assert result.exit_code == 1
    assert result.stderr == "2 of the rows cannot be read. `migrate audit verify` tells which events they are.\n"


def _process(*words: str, data: Data, **given: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "cli.main", "audit", *words, "--data", str(data.file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given)


@pytest.mark.parametrize("words", [["export"], ["export", "--format", "csv"], ["verify", "--json"]])
def test_a_reader_that_goes_away_leaves_no_traceback(tmp_path: Path, words: list[str]) -> None:
    data = Data(tmp_path / "waymark.db", 600)
    with _process(*words, data=data) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if words[0] == "export":
            process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (141, b"")


def test_a_full_disk_is_told_in_one_sentence(data: Data) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("there is no /dev/full")
    command = [sys.executable, "-m", "cli.main", "audit", "export", "--data", str(data.file)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (2, b"Standard output cannot be written: No space left on device\n")


def test_ten_thousand_events_are_verified_a_page_at_a_time(tmp_path: Path) -> None:
    """Of what was read, never more is alive than two pages: the one that is checked and the one that is being read."""
    data = Data(tmp_path / "waymark.db", 10_000, (A,))
    history, read, most = data.store.history, list[weakref.ref[Recorded]](), [0]

    class Watched:
        def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
            page = history.events(migration, after, limit)
            read[:] = [*(one for one in read if one() is not None), *map(weakref.ref, page)]
            most[0] = max(most[0], len(read))
            return page

        def event(self, migration: str, number: int) -> Recorded:
            return history.event(migration, number)

    found = audit_migration(A, store=replace(data.store, history=Watched()))

    assert (found.events, found.tail, found.findings) == (10_000, a_history(10_000)[-1].hash, ())
    assert 1000 <= most[0] <= 2000
