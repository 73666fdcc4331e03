"""A process has the doors of its environment, until somebody who runs several worlds in it says otherwise."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import bootstrap_doors, names
from shared.adapters.secrets import FixedSecrets
from shared.adapters.sql_queues import SqlQueues
from shared.bootstrap_doors import Doors
from shared.errors import InvalidInputError
from shared.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.modals import FakeModals
from tests.fakes.queues import FakeQueues


def test_the_embedded_doors_send_to_the_file_and_read_secrets_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_GITHUB_WEBHOOK_SECRET", "a secret")
    doors = bootstrap_doors.build(
        Settings(data=str(tmp_path / "waymark.db"), slack_team="T_ACME", github_bot_id="9100")
    )
    doors.outbox.send(names.SIGHTINGS, "{}", group="g", key="k")
    assert isinstance(doors.outbox, SqlQueues)
    assert [message.body for message in doors.outbox.receive(names.SIGHTINGS)] == ["{}"]
    assert doors.secrets.get(names.GITHUB_WEBHOOK_SECRET) == "a secret"
    assert (doors.team, doors.own_app) == ("T_ACME", 9100)
    assert abs(doors.clock() - datetime.now(UTC)) < timedelta(minutes=1)


def test_doors_given_to_use_replace_those_of_the_environment_until_they_are_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "waymark.db"))
    monkeypatch.setattr(bootstrap_doors, "_process", bootstrap_doors._Process())
    clock = FakeClock()
    world = Doors(FakeQueues(clock), FixedSecrets({}), clock, FakeModals(), "T_ACME")
    bootstrap_doors.use(world)
    assert bootstrap_doors.doors() is world
    bootstrap_doors.use(None)
    built = bootstrap_doors.doors()
    assert built is not world
    assert bootstrap_doors.doors() is built


@pytest.mark.parametrize("bot", ["waymark[bot]", "-1", "٣"])
def test_a_bot_id_that_is_no_number_is_named(tmp_path: Path, bot: str) -> None:
    with pytest.raises(InvalidInputError, match="WAYMARK_GITHUB_BOT_ID"):
        bootstrap_doors.build(Settings(data=str(tmp_path / "waymark.db"), github_bot_id=bot))
