"""Simulated people: engaged ones, who look at the cards and answer what they are asked, again if the card still asks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import names
from shared.domain.holding import breaker_is_open
from shared.domain.permissions import refusal_for
from shared.domain.reasons import REASON_WANTED
from shared.webhooks import slack, slack_modals
from state_schema.gate import Gate
from tests.fakes.stores import FakeMigrations, FakeStores
from tests.simulation.books import Books
from tests.simulation.plans import APPROVER, CAMPAIGN, CHANNEL, OPERATORS, SECOND_APPROVER, TEAM
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.faults import Faults
from tests.simulation.world.github import SimulatedGithub
from tests.simulation.world.queues import SimulatedQueues
from tests.simulation.world.slack import ShownCard

_AGAIN = (600.0, 1800.0)
"""Seconds until somebody looks at a card again that was answered and still asks."""

_OVER = frozenset({"completed", "aborted"})


@dataclass
class People:
    """Operators, one of whom is an approver too, and two approvers."""

    agenda: Agenda
    chance: Chance
    faults: Faults
    queues: SimulatedQueues
    github: SimulatedGithub
    stores: FakeStores
    books: Books
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self.doomed = 0
        """So many of their next acts go straight to the dead letters, as if nobody could take them."""
        self._looking: set[str] = set()
        self._acts = 0

    def notice(self, shown: ShownCard) -> None:
        """A card was posted or changed; somebody looks at it soon."""
        if shown.card not in self._looking and _acts_of(shown):
            self._look_after(shown, *((5.0, 240.0) if not self.faults.over else (5.0, 30.0)))

    def start(self, resource: str) -> None:
        """Types `start`, and again as long as the list says that it did not start; mostly when its wave's turn has come."""
        mine = self.stores.states[f"{CAMPAIGN}/{resource}"]
        if mine.status != "pending":
            return
        before = [one.status for one in self.stores.states.values() if one.resource.wave < mine.resource.wave]
        if all(status in _OVER for status in before):
            self.type(("start " + resource, "next")[self.chance.pick("how", 5) == 0])
        elif self.chance.pick("impatient", 30) == 0:
            self.type(f"start {resource}")
        self.agenda.after(self.chance.between("start again", 120, 1200), lambda: self.start(resource), idle=True)

    def take_care(self) -> None:
        """An operator goes through what holds the campaign back, and lets it go."""
        gate = self.stores.gates.get(CAMPAIGN)
        if gate is not None:
            tripped = {f"wave:{wave}" for wave in self._tripped(gate)}
            for scope in sorted(tripped | set(gate.pauses) | set(gate.freezes)):
                self.type(f"resume {scope.replace(':', ' ')}")
        self.agenda.after(self.chance.between("take care", 900, 2700), self.take_care, idle=True)

    def _tripped(self, gate: Gate) -> list[int]:
        campaign = self.stores.campaigns[CAMPAIGN][-1].campaign
        return [wave for wave in gate.failures if breaker_is_open(gate, campaign, wave)]

    def click(self, button: Any, user: str, *, verb: str | None = None) -> None:
        """One press of a button, through the door's own projection."""
        self._acts += 1
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"click.{self._acts}",
            "response_url": "https://hooks.slack.test/actions/1",
            "actions": [{"action_id": f"{slack.ACT}{verb}" if verb else button["action_id"], "value": button["value"]}],
        }
        message = _act_of(payload, self.agenda.clock())
        self.tell(f"{user} clicks {message['verb']} of {button['value']}")
        self._send(message, f"slack:{TEAM}/{user}")

    def type(self, text: str, user: str = OPERATORS[0]) -> None:
        """One slash command."""
        self._acts += 1
        form = {"team_id": TEAM, "user_id": user, "channel_id": CHANNEL, "trigger_id": f"typed.{self._acts}"}
        message = slack.command_of({**form, "text": text}, team=TEAM, at=self.agenda.clock().isoformat())
        self.tell(f"{user} types {text}")
        self._send(message, f"slack:{TEAM}/{user}")

    def _send(self, message: slack.Message, actor: str) -> None:
        signal = str(message["id"])
        self.books.decided[signal] = actor
        if isinstance(shown := message.get("checkpoint"), dict):
            self.books.shown[signal] = (int(shown["attempt"]), str(shown["digest"]))
        if str(message.get("verb") or message.get("text")).startswith("pr-merged"):
            self.books.looks.add(signal)
        queue = names.SIGNALS
        if self.doomed:
            self.doomed -= 1
            queue = names.dead_letter_queue(queue)
        self.queues.put(queue, json.dumps(message), group=slack.group_of(message, TEAM), key=signal)

    def _look_after(self, shown: ShownCard, low: float, high: float, *, idle: bool = False) -> None:
        self._looking.add(shown.card)
        wait = self.chance.between(f"look {shown.card}", low, high)
        self.agenda.after(wait, lambda: self._look(shown), idle=idle)

    def _look(self, shown: ShownCard) -> None:
        self._looking.discard(shown.card)
        buttons = _acts_of(shown)
        if buttons:
            self._answer(shown, buttons)
            self._look_after(shown, *_AGAIN, idle=True)

    def _answer(self, shown: ShownCard, buttons: list[Any]) -> None:
        verbs = [str(button["action_id"]).partition(":")[2] for button in buttons]
        link = next((str(one["url"]) for one in shown.buttons() if "url" in one), "")
        chosen = self._way_on(shown, verbs)
        if chosen == "pr-merged" and "/pull/" in link and self._review(int(link.rpartition("/")[2])):
            return
        user = self._who(shown, chosen.partition(":")[0])
        migration, _, track = shown.card.partition("#")
        resource = migration.partition("/")[2]
        if self.chance.roll(self.chance.label(f"takes {shown.card}")) < 0.03:
            self.type(f"assign {resource} {track} me", user)
        roll = self.chance.roll(self.chance.label(f"types {shown.card}"))
        button = buttons[verbs.index(chosen)]
        if roll < 0.3:
            self.type(f"{chosen.partition(':')[0]} {resource} {track}{_choice(button, all_of_them=roll < 0.15)}", user)
        elif roll > 0.99 and "retry" in verbs and not self.faults.over:
            self.type(f"abort {resource} it is not worth it", user)
        else:
            self.click(button, user)

    def _who(self, shown: ShownCard, verb: str) -> str:
        """Mostly one of those who may and did not yet; now and then anybody, whoever started it too."""
        everybody = (*OPERATORS, APPROVER, SECOND_APPROVER)
        migration, _, track = shown.card.partition("#")
        view = FakeMigrations(self.stores).load(migration).view
        found = view.state.tracks.get(track)
        asked = found.steps[found.step].checkpoint if found and found.step else None
        label = self.chance.label(f"who {shown.card}")
        if asked is None or (self.chance.roll(f"anybody {label}") < 0.08 and not self.faults.over):
            return everybody[self.chance.pick(label, len(everybody))]
        given = {one.actor for one in asked.given}
        able = [
            user
            for user in everybody
            if (person := f"slack:{TEAM}/{user}") not in given and refusal_for(view, track, asked, person, verb) is None
        ]
        return able[self.chance.pick(label, len(able))] if able else OPERATORS[0]

    def _way_on(self, shown: ShownCard, verbs: list[str]) -> str:
        if "approve" in verbs[1:] and (
            self.faults.over or self.chance.roll(self.chance.label(f"approves {shown.card}")) < 0.8
        ):
            return "approve"
        if "retry" not in verbs or self.faults.over:
            return verbs[0]
        roll = self.chance.roll(self.chance.label(f"way on {shown.card}"))
        further = {"skip": 0.1, "block": 0.2, "rollback": 0.45}
        return next((verb for verb, most in further.items() if roll < most and verb in verbs), "retry")

    def _review(self, number: int) -> bool:
        """Merges the pull request where it is open; whether that is likely to be seen without a click."""
        pull = self.github.pulls[number - 1]
        if pull.state != "open":
            return False
        self.tell(f"somebody merges pull request {number}")
        self.github.change(pull, state="merged")
        return self.chance.roll(self.chance.label(f"also clicks {number}")) < 0.7


def _choice(button: Any, *, all_of_them: bool) -> str:
    """What is typed after `decide`, the button's own choice, where it has one; and a reason after what wants one."""
    verb = button["action_id"].partition(":")[2].partition(":")[0]
    if verb != "decide":
        return " we have seen worse" if verb in REASON_WANTED else ""
    chosen = json.loads(button["value"]).get("c")
    return f" {' '.join(chosen)}" if chosen else " all" if all_of_them else " a c"


def _acts_of(shown: ShownCard) -> list[Any]:
    return [button for button in shown.buttons() if str(button["action_id"]).startswith((slack.ACT, slack_modals.OPEN))]


def _act_of(payload: dict[str, Any], now: datetime) -> slack.Message:
    """Of a click that answers by itself, or of the modal that it opens, filled in and sent at once."""
    opening = slack_modals.opening_of(payload, team=TEAM, at=now)
    if opening is None:
        act = slack.act_of(payload, team=TEAM, at=now.isoformat())
        assert act is not None
        return act
    given = {"reason": {"given": {"value": "we have seen worse"}}}
    chosen = {"choices": {"given": {"selected_options": [{"value": "a"}, {"value": "c"}]}}}
    view = {
        "id": f"V.{opening.trigger}",
        "callback_id": opening.callback,
        "private_metadata": opening.metadata,
        "state": {"values": chosen if opening.callback == "open:decide" else given},
    }
    sent = slack_modals.submission_of(payload | {"type": "view_submission", "view": view}, team=TEAM, at=now)
    assert sent is not None
    assert isinstance(sent.act, dict)
    return sent.act
