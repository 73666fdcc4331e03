"""Moving to another plan version: all are checked before any moves, one at a time, and what a race prevents is told."""

from dataclasses import replace
from typing import Any

import pytest

from shared import names
from shared.app.move import Asked, Moves, carry_out, prepare
from shared.domain.history import fold
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.messages.cards import card
from shared.messages.recorded import plain_line
from shared.messages.status_page import migration_markdown
from shared.ports.migrations import Commit, Loaded
from state_schema.events import ActRefused, MigrationMoved
from state_schema.moves import Move
from state_schema.plan import Plan
from state_schema.signals import SIGNALS
from tests.functional.journey import BILLING, EMAIL, Journey
from tests.stories import OPERATOR, STRANGER, run, the_campaign, the_plan

APPLY = {"id": "apply", "confirmation": {"ask": "Applied?", "resume": "infra-applied"}}
RUN = {"id": "run", "skill": "run_workflow", "with": {"repository": "acme/dags", "workflow": "d.yml"}}
LOOK = {"id": "look", "confirmation": {"ask": "Healthy?", "resume": "test-done"}}
SMOKE = {"id": "smoke", "confirmation": {"ask": "Does it smoke?", "resume": "no-smoke"}}
RESOURCES = [{"id": "email.notifications"}, {"id": "billing.reports", "wave": 2}, {"id": "crm.sync", "wave": 2}]
CRM = "airflow-3/crm.sync"
FREE: dict[str, Any] = {"gates": {}, "windows": [], "limits": {"active": 9}, "breaker": None}


def a_plan(*steps: dict[str, Any], version: int = 1) -> Plan:
    return the_plan(
        version=version, environments={"test": {"primary": True}}, phases=[{"name": "work", "steps": steps}]
    )


def world(*steps: dict[str, Any], later: tuple[Plan, ...] = ()) -> Journey:
    """Three resources, all started, each at its first step; `later` versions are published."""
    journey = Journey(the_campaign(resources=RESOURCES, **FREE), a_plan(*(steps or (APPLY,))))
    for plan in later:
        journey.engine.plans.publish(plan)
    for migration in (EMAIL, BILLING, CRM):
        journey.take(journey.act("start", migration))
    journey.clock.advance(1)
    journey.forget()
    return journey


def asked(journey: Journey, *resources: str, wave: int | None = None, actor: str = OPERATOR, **move: Any) -> Asked:
    to = move.pop("to", "airflow-3@2")
    return Asked(journey.campaign, Move(to=to, **move), actor, journey.clock(), "cli:1", resources, wave)


def prepared(journey: Journey, *resources: str, **given: Any) -> Moves:
    return prepare(asked(journey, *resources, **given), journey.engine.store)


def codes(moves: Moves) -> list[tuple[str, str]]:
    return [(resource, refusal.reason_code) for resource, refusal in moves.problems]


def plans(journey: Journey) -> dict[str, str]:
    return {migration: state.plan for migration, state in journey.stores.states.items()}


class Disturbed:
    """The port Migrations, of which somebody else's hand is felt: `first` is done before the first save of a migration."""

    def __init__(self, journey: Journey, migration: str, first: Any) -> None:
        self._inner, self._migration, self._first = journey.engine.migrations, migration, [first]

    def load(self, migration: str) -> Loaded:
        return self._inner.load(migration)

    def save(self, commit: Commit) -> None:
        if commit.state.id == self._migration and self._first:
            self._first.pop()()
        self._inner.save(commit)


ADDED = a_plan(APPLY, LOOK, version=2)


def cards_sent(journey: Journey) -> list[tuple[str, str]]:
    return [(sent["migration"], sent["track"]) for sent in journey.sent(names.CARDS) if sent["kind"] == "card"]


def test_preparing_writes_nothing_and_says_what_would_come_of_it() -> None:
    journey = world(later=(a_plan({**APPLY, "id": "provision"}, LOOK, version=2),))
    before = dict(journey.stores.states)

    moves = prepared(journey, "email.notifications", renamed={"work.apply": "work.provision"})

    (one,) = moves.prepared
    assert (one.resource, one.then, one.event.tracks[0].kept) == (
        "email.notifications",
        "test: Applied?",
        {"work.apply": "work.provision"},
    )
    assert (moves.problems, journey.stores.states, journey.all_sent()) == ((), before, {})


def test_all_are_moved_and_each_says_who_asked() -> None:
    journey = world(later=(ADDED,))

    done, problems = carry_out(prepared(journey), store=journey.engine.store, outbox=journey.queues)

    assert ([one.resource for one in done], problems) == (["billing.reports", "crm.sync", "email.notifications"], ())
    assert plans(journey) == dict.fromkeys((EMAIL, BILLING, CRM), "airflow-3@2")
    moved = [one for one in journey.stores.records[EMAIL] if isinstance(one.event, MigrationMoved)]
    assert [(one.actor, one.signal) for one in moved] == [(OPERATOR, "cli:1:email.notifications")]
    assert fold(journey.stores.records[EMAIL]) == journey.view().state


def test_after_a_move_every_card_is_sent_and_the_next_check_is_set() -> None:
    journey = world(later=(ADDED,))

    carry_out(prepared(journey, "email.notifications"), store=journey.engine.store, outbox=journey.queues)

    assert cards_sent(journey) == [(EMAIL, "test")]
    assert journey.stores.due[EMAIL] > journey.clock()
    assert journey.stores.summaries[EMAIL].next_action == "test: Applied?"


def test_a_card_is_sent_though_nothing_is_asked_anew_on_it() -> None:
    rest = {"id": "rest", "wait": "7d"}
    journey = world(rest, later=(a_plan(rest, LOOK, version=2),))

    carry_out(prepared(journey, "crm.sync"), store=journey.engine.store, outbox=journey.queues)

    assert journey.kinds(CRM)[-1] == "migration_moved"
    assert cards_sent(journey) == [(CRM, "test")]


def test_a_loaded_migration_has_the_plan_of_its_state() -> None:
    journey = world(later=(ADDED,))
    carry_out(prepared(journey, "email.notifications"), store=journey.engine.store, outbox=journey.queues)
    assert (journey.view().plan.version, journey.view(BILLING).plan.version) == (2, 1)


def test_where_one_cannot_be_moved_none_is_and_all_problems_are_told() -> None:
    journey = world(RUN, later=(a_plan(RUN, LOOK, version=2),))
    journey.work(journey.orders(EMAIL)[0])
    journey.drain(names.SIGNALS)
    journey.take(journey.act("abort", BILLING))
    before = plans(journey)

    moves = prepared(journey, "email.notifications", "billing.reports", "nobody")
    assert codes(moves) == [
        ("nobody", "unknown_resource"),
        ("email.notifications", "in_flight"),
        ("billing.reports", "already_over"),
    ]
    assert carry_out(moves, store=journey.engine.store, outbox=journey.queues) == ((), moves.problems)
    assert plans(journey) == before


def test_a_move_of_one_that_is_refused_is_in_its_history_and_of_several_in_none() -> None:
    journey = world(RUN, later=(a_plan(RUN, LOOK, version=2),))
    journey.work(journey.orders(EMAIL)[0])
    journey.drain(names.SIGNALS)
    before = journey.kinds()

    moves = prepared(journey, "email.notifications", "billing.reports")
    carry_out(moves, store=journey.engine.store, outbox=journey.queues)
    assert journey.kinds() == before

    alone = prepared(journey, "email.notifications")
    assert carry_out(alone, store=journey.engine.store, outbox=journey.queues) == ((), alone.problems)
    assert journey.kinds() == [*before, "act_refused"]


def test_one_that_becomes_possible_just_then_is_moved_and_said_to_be() -> None:
    journey = world(RUN, later=(a_plan(RUN, LOOK, version=2),))
    order = journey.orders(EMAIL)[0]
    journey.work(order)
    journey.drain(names.SIGNALS)
    alone = prepared(journey, "email.notifications")
    assert codes(alone) == [("email.notifications", "in_flight")]
    (watch,) = [one for one in journey.stores.watches if one.migration == EMAIL]
    journey.github.truth[watch.address] = run(status="completed", conclusion="failure")
    journey.look(watch.address)
    journey.drain(names.SIGNALS)

    done, problems = carry_out(alone, store=journey.engine.store, outbox=journey.queues)

    assert ([one.resource for one in done], problems) == (["email.notifications"], ())
    assert journey.view(EMAIL).state.plan == "airflow-3@2"


def test_a_wave_is_moved_alone() -> None:
    journey = world(later=(ADDED,))
    moves = prepared(journey, wave=2)
    assert [one.resource for one in moves.prepared] == ["billing.reports", "crm.sync"]


def test_of_all_those_that_are_over_or_there_already_are_left() -> None:
    journey = world(later=(ADDED,))
    journey.take(journey.act("abort", BILLING))
    carry_out(prepared(journey, "crm.sync"), store=journey.engine.store, outbox=journey.queues)

    moves = prepared(journey)

    assert ([one.resource for one in moves.prepared], moves.left, moves.problems) == (
        ["email.notifications"],
        ("billing.reports", "crm.sync"),
        (),
    )


def test_what_is_about_some_of_them_is_asked_of_those() -> None:
    """One is past the new step, the others are before it."""
    journey = world(APPLY, LOOK, later=(a_plan(APPLY, SMOKE, LOOK, version=2),))
    journey.take(journey.act("infra-applied", EMAIL))
    assert codes(prepared(journey)) == [("email.notifications", "would_be_missed")]

    moves = prepared(journey, left_out=["work.smoke"])

    assert moves.problems == ()
    left_out = {one.resource: one.act.move.left_out for one in moves.prepared if one.act.move}
    assert left_out == {"billing.reports": (), "crm.sync": (), "email.notifications": ("work.smoke",)}


def test_what_is_about_none_of_them_is_refused() -> None:
    journey = world(later=(ADDED,))
    moves = prepared(journey, left_out=["work.look"], renamed={"work.old": "work.look"})
    assert [(resource, refusal.message) for resource, refusal in moves.problems] == [
        ("", "work.old is no step that any of them has."),
        ("", "None of them would miss work.look of airflow-3@2."),
    ]


def test_who_is_no_operator_moves_nothing() -> None:
    journey = world(later=(ADDED,))
    assert codes(prepared(journey, "crm.sync", actor=STRANGER)) == [("crm.sync", "not_permitted")]


def test_a_version_that_is_not_published_is_said_once() -> None:
    with pytest.raises(NotFoundError, match="There is no plan airflow-3@2. Publish its file"):
        prepared(world())


def test_what_a_race_prevents_is_told_and_the_rest_is_moved() -> None:
    journey = world(APPLY, RUN, later=(a_plan(APPLY, RUN, LOOK, version=2),))
    moves = prepared(journey)
    disturbed = Disturbed(journey, CRM, lambda: journey.take(journey.act("infra-applied", CRM)))
    store = replace(journey.engine.store, migrations=disturbed)

    done, problems = carry_out(moves, store=store, outbox=journey.queues)

    assert [one.resource for one in done] == ["billing.reports", "email.notifications"]
    assert [(resource, refusal.reason_code) for resource, refusal in problems] == [("crm.sync", "in_flight")]
    assert plans(journey)[CRM] == "airflow-3@1"
    assert isinstance(journey.stores.records[CRM][-1].event, ActRefused)


@pytest.mark.parametrize(
    ("error", "code"), [(RetryableError("The store is busy."), "busy"), (PermanentError("It is full."), "failed")]
)
def test_one_that_cannot_be_written_holds_up_none_of_the_others(error: Exception, code: str) -> None:
    journey = world(later=(ADDED,))

    def broken() -> None:
        raise error

    store = replace(journey.engine.store, migrations=Disturbed(journey, BILLING, broken))
    done, problems = carry_out(prepared(journey), store=store, outbox=journey.queues)

    assert [one.resource for one in done] == ["crm.sync", "email.notifications"]
    assert [(resource, refusal.reason_code) for resource, refusal in problems] == [("billing.reports", code)]


@pytest.mark.parametrize("page", [1, 1000])
def test_a_place_that_an_earlier_move_gave_up_is_known_from_the_history(
    page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.app.move_target._PAGE", page)
    journey = world(APPLY, LOOK, later=(a_plan(LOOK, version=2), a_plan(LOOK, APPLY, version=3)))
    journey.take(journey.act("infra-applied", EMAIL))
    carry_out(prepared(journey, "email.notifications"), store=journey.engine.store, outbox=journey.queues)
    assert list(journey.view().state.tracks["test"].steps) == ["work.look"]

    assert codes(prepared(journey, "email.notifications", to="airflow-3@3")) == [
        ("email.notifications", "place_was_used")
    ]


# As it is typed in Slack.


def test_a_move_that_is_typed_is_done_and_answered() -> None:
    journey = world(later=(a_plan({**APPLY, "id": "provision"}, LOOK, version=2),))

    said = journey.type("move email.notifications airflow-3@2 --rename work.apply=work.provision")

    assert (said.ok, said.text) == (
        True,
        "Moved email.notifications to airflow-3@2; now work.provision of test waits for people.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "--to airflow-3@2 —rename=work.apply=work.provision —leave-out work.smoke",
        "--leave-out=work.smoke --rename work.apply=work.provision airflow-3@2",
    ],
)
def test_options_are_read_wherever_they_stand_and_whatever_a_phone_makes_of_them(text: str) -> None:
    target = a_plan(SMOKE, {**APPLY, "id": "provision"}, version=2)
    journey = world(later=(target,))
    assert journey.type(f"move email.notifications {text}").ok
    assert journey.where() == {"test": "work.provision awaiting_human"}


HOW = (
    "Write `move email.notifications PLAN@VERSION`, and where it matters `--rename PHASE.STEP=PHASE.STEP` and "
    "`--leave-out PHASE.STEP`."
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", HOW),
        ("airflow-3@2 airflow-3@3", HOW),
        ("airflow-3@2 --rename", HOW),
        ("airflow-3@2 --force", HOW),
        ("version-2", "`version-2` is no plan version: write PLAN@VERSION, as in `airflow-3@2`. Nothing was done."),
        (
            "airflow-3@2 --rename work.apply --rename a.b=c.d --rename a.b=c.e --leave-out Smoke",
            (
                "`work.apply` is no renaming: write OLD=NEW, each as PHASE.STEP. `a.b` is renamed twice. "
                "`Smoke` is no step: write PHASE.STEP. Nothing was done."
            ),
        ),
        ("airflow-3@2 --rename work.apply=", "`?` is no step: write PHASE.STEP. Nothing was done."),
        ("airflow-3@9", "airflow-3@9 is not published. Publish it: `migrate plan publish FILE`."),
        ("airflow-4@1", "airflow-4@1 is another plan, not another version of airflow-3."),
    ],
)
def test_a_move_that_cannot_be_read_or_done_is_answered(text: str, answer: str) -> None:
    journey = world(later=(ADDED,))
    said = journey.type(f"move email.notifications {text}")
    assert (said.ok, said.text.startswith(answer)) == (False, True), said.text
    assert plans(journey)[EMAIL] == "airflow-3@1"


def test_a_typed_move_that_comes_twice_is_one() -> None:
    journey = world(later=(ADDED,))
    journey.type("move email.notifications airflow-3@2", id="command-1")
    version = journey.view().state.version

    said = journey.type("move email.notifications airflow-3@2", id="command-1", again=True)

    assert (said.ok, journey.view().state.version) == (True, version)


def test_a_command_through_the_queue_carries_the_move() -> None:
    journey = world(later=(ADDED,))
    command = journey.command("move email.notifications airflow-3@2")
    assert journey.take(SIGNALS.validate_json(command.model_dump_json())) == "answered"
    assert plans(journey)[EMAIL] == "airflow-3@2"


def test_the_words_of_a_resources_own_plan_are_understood_whatever_the_campaign_pins() -> None:
    journey = world(later=(a_plan(APPLY, SMOKE, version=2),))
    carry_out(prepared(journey, "email.notifications"), store=journey.engine.store, outbox=journey.queues)
    journey.type("infra-applied email.notifications")

    assert not journey.type("no-smoke billing.reports").ok
    assert journey.type("no-smoke email.notifications test").ok
    assert journey.view().state.status == "completed"


def test_the_environments_of_a_resources_own_plan_are_understood_whatever_the_campaign_pins() -> None:
    journey = world()
    elsewhere = the_plan(version=2, environments={"qa": {}}, phases=[{"name": "work", "steps": [APPLY]}])
    journey.engine.plans.publish(elsewhere)
    journey.apply(the_campaign(resources=RESOURCES, plan="airflow-3@2", **FREE))

    assert journey.type("infra-applied email.notifications test").ok
    assert journey.view().state.status == "completed"


def test_an_old_report_and_an_old_card_change_nothing_after_a_move() -> None:
    journey = world(later=(ADDED,))
    click = journey.click("test")
    carry_out(prepared(journey, "email.notifications"), store=journey.engine.store, outbox=journey.queues)
    assert journey.take(click) == "out_of_date"
    assert journey.where() == {"test": "work.apply awaiting_human"}


def test_a_campaign_that_names_a_new_version_leaves_those_on_their_way_where_they_are() -> None:
    journey = world(later=(ADDED,))
    before = dict(journey.stores.states)
    campaign = the_campaign(resources=[*RESOURCES, {"id": "late"}], plan="airflow-3@2", **FREE)

    journey.apply(campaign)

    assert {migration: journey.stores.states[migration] for migration in before} == before
    assert journey.view("airflow-3/late").plan.version == 2


# What people see of it.


def test_the_history_says_what_became_of_the_steps() -> None:
    journey = world(later=(a_plan({**APPLY, "id": "provision"}, LOOK, version=2),))
    journey.type("move email.notifications airflow-3@2 --rename work.apply=work.provision")
    moved = next(one for one in journey.stores.records[EMAIL] if isinstance(one.event, MigrationMoved))
    assert plain_line(moved) == (
        f"2026-03-02 09:00 UTC  {OPERATOR}  "
        "Moved from the plan airflow-3@1 to airflow-3@2; test: work.apply is work.provision now."
    )


def test_card_and_status_say_which_version_where_it_is_not_the_campaigns() -> None:
    journey = world(later=(ADDED,))
    assert "airflow-3@" not in str(card(journey.view(), "test").blocks)
    journey.type("move email.notifications airflow-3@2")
    assert "It is on airflow-3@2; new resources get airflow-3@1." in str(card(journey.view(), "test").blocks)
    assert "`airflow-3/email.notifications` is awaiting_human, on airflow-3@2." in migration_markdown(journey.view())
