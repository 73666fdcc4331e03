"""Mock people: at each place the first rule that fits says what they do, by what they see in GitHub and Slack.

What they do reaches our doors over HTTP, signed, as it would from the real services.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sandbox.commenting import comment
from sandbox.filling_in import Opened, fill_in
from sandbox.places import Button, Place, buttons_at, buttons_on, is_of_track, places
from sandbox.script import Act, Ending, Rule
from sandbox.world import APPROVER, OPERATOR, TEAM, World
from shared.domain.view import View
from state_schema.plan import Plan

PRIMARY: Final = "primary"
_ALL: Final = 1_000_000
USUAL: Final = (
    Rule(do=Act(finish_run=Ending(conclusion="success"))),
    Rule(do=Act(merge=True)),
    Rule(do=Act(click=PRIMARY)),
)
"""An engaged team: machines do their work, reviewers merge, who is asked says yes. A failure waits for a rule."""


@dataclass(slots=True)
class People:
    """The people of one run. They do each thing once, and not again because nothing came of it."""

    world: World
    channel: str
    rules: Sequence[Rule]
    later: Sequence[Plan] = ()
    _times: Counter[int] = field(default_factory=Counter)
    _done: set[tuple[object, ...]] = field(default_factory=set)
    _standing: tuple[int, int] | None = None
    _seen: dict[Button, None] = field(default_factory=dict)
    """Every button that was ever shown, where a rule speaks of old ones."""
    _opened: list[Opened] = field(default_factory=list)
    """What they are filling in."""

    def act(self, views: Sequence[View]) -> int:
        """What they do now; how many acts that were."""
        if any(rule.do.old for rule in self.rules):
            self._seen |= dict.fromkeys(buttons_on(self.world.slack.messages(self.channel)))
        busy = {one.place.key for one in self._opened}
        filled = self._fill_in()
        return filled + sum(self._act_at(place) for place in places(views) if place.key not in busy)

    def _fill_in(self) -> int:
        """Sends each modal that was opened, and closes one that asks for nothing; how many acts that were."""
        opened, self._opened = self._opened, []
        return sum(fill_in(one, self.world.slack) for one in opened)

    def start_next(self, views: Sequence[View], below: int) -> bool:
        """Somebody asks for the next migration, where few are under way; not again before one started or ended."""
        statuses = [view.state.status for view in views]
        pending, over = statuses.count("pending"), statuses.count("completed") + statuses.count("aborted")
        if not pending or len(statuses) - pending - over >= below or self._standing == (pending, over):
            return False
        self._standing = (pending, over)
        self.type("next")
        return True

    def type(self, text: str, user: str = OPERATOR) -> None:
        """Somebody types `/migrate <text>`."""
        self.world.slack.command(text, self.channel, user)

    def awaited(self, views: Sequence[View]) -> list[str]:
        """What only the user can do, where pull requests are on GitHub itself: a sentence for each."""
        if self.world.repository is None:
            return []
        return [self._wish(place) for place in places(views) if place.watched("pull_request")]

    def _wish(self, place: Place) -> str:
        rules = (rule for rule in (*self.rules, *USUAL) if place.fits(rule.when))
        act = next((rule.do for rule in rules if rule.do.at_pull_request), Act(merge=True))
        seen = place.step.seen
        where = seen.url if seen else f"the pull request of {place.resource}, {place.track}"
        return f"Your turn: {act.wish}: {where}"

    def _act_at(self, place: Place) -> bool:
        for number, rule in enumerate((*self.rules, *USUAL)):
            spent = rule.times is not None and self._times[number] >= rule.times
            if spent or (number, place.key) in self._done or not place.fits(rule.when):
                continue
            if rule.do.nothing:
                return False
            if self._do(rule.do, place):
                self._times[number] += 1
                self._done.add((number, place.key))
                return True
        return False

    def _do(self, act: Act, place: Place) -> bool:
        """Whether there was something to act on."""
        if not act.unheard:
            return self._done_at(act, place)
        github = self.world.github
        github.deliver_pending()
        done = self._done_at(act, place)
        github.drop_next_deliveries(_ALL)
        github.deliver_pending()
        github.drop_next_deliveries(0)
        return done

    def _done_at(self, act: Act, place: Place) -> bool:
        if act.click is not None:
            return self._click(act, place)
        if act.publish is not None:
            return self._publish(act.publish)
        if act.command is not None:
            environment = "" if place.track == "shared" else place.track
            text = act.command.replace("{resource}", place.resource).replace("{environment}", environment)
            self.type(text.strip(), act.by or OPERATOR)
            return True
        if act.comment is not None:
            return comment(self.world, self.channel, place, act.comment, act.by)
        if act.finish_run is not None:
            return self._finish_run(act.finish_run, place)
        return self._at_pull_request(act, place)

    def _publish(self, version: int) -> bool:
        wanted = [plan for plan in self.later if plan.version == version]
        return bool(wanted) and self.world.engine.plans.publish(wanted[0])

    def _finish_run(self, ending: Ending, place: Place) -> bool:
        watched = place.watched("workflow_run")
        runs = self.world.github.runs() if watched else []
        if not any(watched and run["id"] == watched[1] and run["status"] != "completed" for run in runs):
            return False
        self.world.github.finish_run(
            runs[-1]["id"] if watched is None else watched[1], ending.conclusion, reason=ending.reason
        )
        return True

    def _at_pull_request(self, act: Act, place: Place) -> bool:
        watched = place.watched("pull_request")
        if watched is None or self.world.repository or self.world.github.pull_request(*watched)["state"] != "open":
            return False
        github = self.world.github
        if act.merge:
            github.review(*watched, "APPROVE", text="Looks good.")
            github.merge(*watched)
        elif act.request_changes is not None:
            github.review(*watched, "REQUEST_CHANGES", text=act.request_changes)
        elif act.push_fix is not None:
            github.push_to(*watched, act.push_fix or self._touched(watched), message="Do what the review asks for")
        else:
            github.close_unmerged(*watched)
        return True

    def _touched(self, watched: tuple[int, int]) -> dict[str, str | None]:
        """The pull request's first file with a line more."""
        repository, number = watched
        pulls = self.world.github.pull_requests()
        pull = next(one for one in pulls if (one["repository_id"], one["number"]) == watched)
        files = self.world.github.files(repository, pull["head"])
        path = next(path for path in pull["files"] if path in files)
        return {path: f"{files[path].rstrip()}\n# Changed as the review of #{number} asks.\n"}

    def _click(self, act: Act, place: Place) -> bool:
        usual = act.click == PRIMARY
        if usual and (place.intervention or place.watched("pull_request")):
            return False
        shown = buttons_at(place, self.world.slack.messages(self.channel))
        if act.old:
            shown = [button for button in self._seen if button not in shown and is_of_track(button, place)]
        wanted = [button for button in shown if (button.primary if usual else button.verb == act.click)]
        if not wanted:
            return False
        button = next((one for one in wanted if one.opens == (act.fill is not None)), wanted[-1])
        for user in (act.by, *act.then_by):
            self._press(button, user or place.who_may(button.verb, TEAM, (OPERATOR, APPROVER)), act, place)
        return True

    def _press(self, button: Button, user: str, act: Act, place: Place) -> None:
        slack = self.world.slack
        before = {view["id"] for view in slack.modals(user)}
        stale = bool(act.old)
        slack.click(button.channel, button.ts, button.action_id, user, value=button.value, stale=stale)
        shown = [view["id"] for view in slack.modals(user) if view["id"] not in before]
        self._opened += [Opened(place, user, view_id, act.fill) for view_id in shown]
