"""An act that the deployment cannot take is kept, and done when it can."""

import json

from sandbox.scenario import load
from shared import names
from tests.e2e.deployed import Deployed
from tests.e2e.grants import without
from tests.e2e.journey import Journey, in_campaign
from tests.e2e.mappings import shown_again_at_once
from tests.e2e.waiting import eventually


def test_an_act_that_cannot_be_taken_is_parked_and_redriven(deployed: Deployed) -> None:
    journey = Journey(deployed, in_campaign(load("happy_path"), "stuck", "C0STUCK", "stuck.cluster"))
    journey.apply()
    with without("advance", "dynamodb:PutItem"), shown_again_at_once(names.SIGNALS):
        journey.start()
        parking = journey.world.engine.parked
        eventually(lambda: list(parking.in_campaign("stuck")), "the act is parked")
    shown = deployed.migrate("parked", "--campaign", "stuck", "--json")
    (kept,) = json.loads(shown.stdout)
    assert (kept["act"]["text"], kept["act"]["actor"]) == ("start stuck.cluster", "slack:T0ACME/U_OPERATOR")
    assert journey.views()[0].state.status == "pending"

    redriven = deployed.migrate("redrive", kept["id"])
    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    assert list(parking.in_campaign("stuck")) == []
    eventually(
        lambda: journey.views()[0].state.status == "awaiting_human", "the migration goes on to its first question"
    )
