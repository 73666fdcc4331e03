"""The terminal of a campaign with many resources shows a bar for each wave, and no card."""

from io import StringIO

from rich.console import Console

from sandbox import scenario
from sandbox.clock import SCENARIO_START
from sandbox.screen import Screen
from sandbox.wave_bars import bars_of, steps_of
from shared.domain.view import View
from state_schema.campaign import Resource
from state_schema.gate import Gate
from state_schema.migration import Migration, Status, StepState, Track

SCRIPT = scenario.load("sixty_six_clusters")


def a_view(resource: Resource, status: Status, **tracks: Track) -> View:
    state = Migration(
        id=f"{SCRIPT.campaign.id}/{resource.id}",
        campaign=SCRIPT.campaign.id,
        resource=resource,
        plan=SCRIPT.plan.ref,
        environments=tuple(SCRIPT.plan.environments),
        version=1,
        status=status,
        changed_at=SCENARIO_START,
        tracks=tracks,
    )
    return View(state, SCRIPT.plan, SCRIPT.campaign, Gate(campaign=SCRIPT.campaign.id))


def the_campaign() -> list[View]:
    """Wave 1 is complete but for one migration, which waits for a person; nothing else was started."""
    done, asked = (
        StepState(status=status, attempt=1, since=SCENARIO_START) for status in ("completed", "awaiting_human")
    )
    steps = {"code_migration.rewrite": done, "code_migration.review": asked}
    track = Track(status="awaiting_human", step="code_migration.review", steps=steps)
    first, *others = SCRIPT.campaign.resources
    views = [a_view(one, "completed" if one.wave == 1 else "pending") for one in others]
    return [a_view(first, "awaiting_human", shared=track), *views]


def shown(views: list[View]) -> list[str]:
    console = Console(file=StringIO(), width=120, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(bars_of(views))
    return [" ".join(line.strip("│┃ ").replace("│", " ").split()) for line in captured.get().splitlines()]


def test_steps_are_counted_over_all_tracks() -> None:
    views = the_campaign()
    assert [steps_of(view) for view in views[:2]] == [(1, 17), (17, 17)]
    assert steps_of(views[-1]) == (0, 17)


def test_each_wave_has_a_bar_and_only_tracks_under_way_are_listed() -> None:
    lines = shown(the_campaign())
    waves = [line.replace("━", "").split() for line in lines if " of " in line]
    assert waves == [
        ["1", "5", "of", "6", "1,", "1", "with", "people"],
        ["2", "0", "of", "15"],
        ["3", "0", "of", "20"],
        ["4", "0", "of", "25"],
    ]
    assert [line for line in lines if "shared" in line] == [
        "orders.reports shared code_migration_pending code_migration.review"
    ]
    assert sum("━" in line for line in lines) >= len(waves)


def test_at_most_twelve_tracks_are_listed_so_that_it_fits_a_terminal() -> None:
    track = Track(status="in_progress", step="code_migration.rewrite", steps={})
    views = [a_view(one, "in_progress", shared=track) for one in SCRIPT.campaign.resources]
    assert sum("shared" in line for line in shown(views)) == 12


def test_cards_are_shown_for_few_resources_and_not_for_many() -> None:
    told = []
    for views in (the_campaign()[:3], the_campaign()):
        out = StringIO()
        with Screen(Console(file=out, force_terminal=True, width=120), "A title") as screen:
            screen.on_change(views)
            screen.on_card("The card\nof a track")
        told.append("of a track" in out.getvalue())
    assert told == [True, False]
