"""More follows from one signal than one transaction holds: it is done in several steps, and none is forgotten."""

from shared import names
from shared.adapters.dynamodb_commit import actions_of
from shared.app.advance import commit_of
from shared.domain.machine import MOST_AT_ONCE, decide
from state_schema.plan import Plan
from tests.functional.journey import EMAIL, Journey
from tests.functional.test_begun_again import RUN, a_campaign
from tests.stories import Story, pull_request

OLD = {"name": "old", "optional": True, "steps": [{"id": f"s{number}", "skill": "verify"} for number in range(8)]}
ENVIRONMENTS = 12


def the_journey() -> Journey:
    """Twelve environments, of which each leaves out eight steps at once."""
    plan = Plan.model_validate(
        {
            "name": "airflow-3",
            "version": 1,
            "environments": {f"e{number}": {"primary": True} for number in range(ENVIRONMENTS)},
            "phases": [OLD, {"name": "work", "steps": [RUN]}],
        }
    )
    campaign = a_campaign(resources=[{"id": "email.notifications", "skip": ["old"]}], limits={"active": 100})
    return Journey(plan=plan, campaign=campaign)


def test_a_step_fits_into_one_transaction() -> None:
    journey = the_journey()
    loaded, act = journey.engine.migrations.load(EMAIL), journey.act("start")

    decision = decide(loaded.view, act)

    assert (len(decision.events), decision.goes_on) == (MOST_AT_ONCE, True)
    assert len(list(actions_of(commit_of(loaded, decision, act), "table"))) <= 100


def test_what_the_signal_itself_brings_about_is_never_cut() -> None:
    """A Retry of a review begins all the steps since its pull request again."""
    rewrite = {"id": "open", "skill": "rewrite_dags", "with": {"repository": "acme/a", "path": "dags"}}
    many = [{"id": f"s{number}", "confirmation": {"ask": "Done?", "resume": "is-done"}} for number in range(49)]
    review = {"id": "review", "approval": {"of": "open", "resume": "pr-merged"}}
    phases = [
        {"name": "first", "steps": [rewrite, *many]},
        {"name": "second", "steps": many},
        {"name": "third", "steps": [review]},
    ]
    plan = Plan.model_validate({"name": "airflow-3", "version": 1, "environments": {"test": {}}, "phases": phases})
    story = Story(plan, a_campaign()).until("test", "third.review")
    story.observe(pull_request(state="closed"))
    before = story.view.state.version

    story.answer("test", "retry")

    assert story.kinds().count("step_retried") == 2 + 2 * 49
    assert story.view.state.version == before + len(story.last.events)
    assert story.where() == {"test": "first.open in_progress"}


def test_what_did_not_fit_follows_at_once() -> None:
    journey = the_journey()
    journey.take(journey.act("start"))
    journey.drain(names.SIGNALS)

    assert set(journey.where().values()) == {"work.run in_progress"}
    assert len(journey.where()) == ENVIRONMENTS
    kinds = journey.kinds()
    assert (kinds.count("step_skipped"), kinds.count("step_started")) == (8 * ENVIRONMENTS, ENVIRONMENTS)


def test_where_the_word_to_go_on_is_lost_the_sweep_brings_it() -> None:
    journey = the_journey()
    journey.take(journey.act("start"))
    for _ in range(10):
        journey.forget(names.SIGNALS)
        journey.clock.advance(120)
        journey.sweep()
        journey.drain(names.SIGNALS)

    assert set(journey.where().values()) == {"work.run in_progress"}
