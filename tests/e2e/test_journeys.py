"""Whole migrations, from signed webhook to completed, on the templates that we ship."""

from collections import Counter

from sandbox.scenario import Script, load
from sandbox.script import Act, Expectations, Rule, When
from tests.e2e.deployed import Deployed
from tests.e2e.journey import Journey, in_campaign

ENVIRONMENTS = ("test", "prod-us", "prod-eu")


def test_a_cluster_goes_through_its_whole_migration(deployed: Deployed) -> None:
    journey = Journey(deployed, in_campaign(load("happy_path"), "happy", "C0HAPPY", "email.notifications"))
    journey.apply()
    journey.start()
    journey.finish()
    assert opened(journey) == once_each(journey)
    assert dispatched(journey) == dict.fromkeys(ENVIRONMENTS, 1)


def test_a_failed_deployment_goes_on_after_a_person_retries_it(deployed: Deployed) -> None:
    journey = Journey(deployed, in_campaign(retried(load("deploy_failure")), "failing", "C0FAILING", "billing.reports"))
    journey.apply()
    journey.start()
    journey.finish()
    assert opened(journey) == once_each(journey)
    assert dispatched(journey) == {"test": 2, "prod-us": 1, "prod-eu": 1}


def retried(script: Script) -> Script:
    """The scenario ends where people think about the failure; here, they press Retry then."""
    retry = Rule(when=When(word="deploy_failed"), do=Act(click="retry"))
    seen = tuple(one.model_copy(update={"last": False}) for one in script.scenario.expect.checkpoints)
    changes = {
        "people": (*script.scenario.people, retry),
        "expect": Expectations(final_state="completed", checkpoints=seen),
    }
    return script.model_copy(update={"scenario": script.scenario.model_copy(update=changes)})


def opened(journey: Journey) -> Counter[str]:
    """Its pull requests by branch."""
    ours = f"waymark/{journey.script.campaign.id}/"
    pulls = journey.world.github.pull_requests()
    return Counter(pull["head"] for pull in pulls if pull["head"].startswith(ours))


def once_each(journey: Journey) -> dict[str, int]:
    """One for the code, and one for each environment."""
    campaign = journey.script.campaign
    ours = f"waymark/{campaign.id}/{campaign.resources[0].id}"
    steps = ("shared/code_migration.rewrite", *(f"{name}/infra.pull_request" for name in ENVIRONMENTS))
    return {f"{ours}/{step}": 1 for step in steps}


def dispatched(journey: Journey) -> Counter[str]:
    """Its runs by environment."""
    runs = journey.world.github.runs()
    return Counter(run["inputs"]["environment"] for run in runs if run["id"] not in journey.runs_before)
