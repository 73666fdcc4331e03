"""What the Slack door does with a delivery: verify it, project it, enqueue it, answer. Standard library only (cold start)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from logging import Logger

from shared import names
from shared.app.answers import Response, answer, through
from shared.errors import SETTINGS, PermanentError, RejectedDeliveryError, RetryableError
from shared.messages import acknowledgements
from shared.messages.loading import loading, taken
from shared.ports.modals import ModalOpener
from shared.ports.queues import Outbox
from shared.ports.secrets import Secrets
from shared.webhooks import slack, slack_modals
from shared.webhooks.delivery import Delivery, field, read_form, read_json, text
from shared.webhooks.modal_values import WrongInput
from shared.webhooks.signatures import verify_slack
from shared.webhooks.slack_modals import Opening, Submission


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """What the door works with. `team` is the id of the one workspace whose people are listened to."""

    secrets: Secrets
    outbox: Outbox
    modals: ModalOpener
    now: datetime
    log: Logger
    team: str

    def take(self, event: object) -> Response:
        """A click, a command or a modal that was sent becomes at most one signal: 200, and a text for who typed it.

        A click that asks for more opens a modal, at once. 202 for a click on nothing that we know.
        """
        return through({"/slack/interactions": self._interaction, "/slack/commands": self._command}, event, self.log)

    def _interaction(self, delivery: Delivery) -> Response:
        return self._form(delivery, lambda form: self._interacted(read_json(form.get("payload", "")), delivery.request))

    def _command(self, delivery: Delivery) -> Response:
        return self._form(delivery, lambda form: self._commanded(form, delivery.request))

    def _form(self, delivery: Delivery, take: Callable[[Mapping[str, str]], Response]) -> Response:
        verify_slack(
            self.secrets.get(names.SLACK_SIGNING_SECRET),
            delivery.body,
            timestamp=delivery.headers.get("x-slack-request-timestamp", ""),
            signature=delivery.headers.get("x-slack-signature", ""),
            now=self.now,
        )
        if not self.team:
            raise PermanentError("WAYMARK_SLACK_TEAM is empty: set it to the id of the workspace.", SETTINGS)
        if delivery.headers.get("content-type", "").startswith("application/json"):
            return _challenge(read_json(delivery.body))
        form = read_form(delivery.body)
        return answer(200) if form.get("ssl_check") == "1" else take(form)

    def _interacted(self, payload: object, request: str) -> Response:
        if opening := slack_modals.opening_of(payload, team=self.team, at=self.now):
            return self._open(opening, request)
        if submission := slack_modals.submission_of(payload, team=self.team, at=self.now):
            return self._submitted(submission, request)
        at = self.now.isoformat()
        act = slack.act_of(payload, team=self.team, at=at) or slack.said_of(payload, team=self.team, at=at)
        if act is None:
            self.log.info("no button of ours", extra={"request": request})
            return answer(200 if slack.is_link(payload) or slack_modals.closes(payload) else 202)
        self._enqueue(act, request)
        return answer(200)

    def _open(self, opening: Opening, request: str) -> Response:
        """The modal shows that it loads; the worker fills it. Where Slack opens none, the person is told what to type."""
        seen = {"request": request, "signal": opening.message["id"]}
        try:
            modal = self.modals.open(opening.trigger, loading(opening.callback, opening.metadata, opening.typed))
        except RetryableError as exc:
            self.log.warning("modal not opened", extra={**seen, "reason": exc.reason})
            return self._not_opened(opening)
        except PermanentError as exc:
            if exc.code == "exchanged_trigger_id":
                self.log.info("the same click again", extra=seen)
                return answer(200)
            self.log.error("modal not opened", extra={**seen, "reason": exc.reason, "code": exc.code, "alert": "slack"})  # noqa: TRY400
            return self._not_opened(opening)
        about = f"modal:{modal.view_id}"
        message = {**opening.message, "view_id": modal.view_id, "hash": modal.hash}
        self.outbox.send(names.CARDS, json.dumps(message), group=about, key=about, correlation=request)
        self.log.info("modal opened", extra={**seen, "group": about})
        return answer(200)

    def _not_opened(self, opening: Opening) -> Response:
        """Slack shows nothing of what a click is answered with: the text goes to the click's own address."""
        about, said = f"reply:{opening.message['id']}", acknowledgements.not_opened(opening.typed)
        reply = {
            "kind": "reply",
            "reply_to": opening.message["reply_to"],
            "answer": {"status": "refused", "reason_code": "not_opened", "message": said},
        }
        self.outbox.send(names.CARDS, json.dumps(reply), group=about, key=about)
        return answer(200)

    def _submitted(self, submission: Submission, request: str) -> Response:
        act = submission.act
        if isinstance(act, WrongInput):
            self.log.info("modal not taken", extra={"request": request, "reason": act.problem})
            errors = {act.block: acknowledgements.wrong_input(act.problem)}
            return answer(200, {"response_action": "errors", "errors": errors})
        self._enqueue(act, request)
        if submission.late:
            return answer(200, {"response_action": "update", "view": taken(str(act["migration"]).partition("/")[2])})
        return answer(200, {"response_action": "clear"})

    def _commanded(self, form: Mapping[str, str], request: str) -> Response:
        if "command" not in form:
            raise RejectedDeliveryError(400, "the form has no command")
        command = slack.command_of(form, team=self.team, at=self.now.isoformat())
        name, typed = form["command"], str(command["text"])
        if name != slack.COMMAND:
            return _ephemeral(acknowledgements.unknown_command(name, slack.COMMAND))
        if len(typed) > slack.MAX_TEXT:
            return _ephemeral(acknowledgements.too_long(name, len(typed), slack.MAX_TEXT))
        self._enqueue(command, request)
        return _ephemeral(acknowledgements.taken(name, typed))

    def _enqueue(self, message: slack.Message, request: str) -> None:
        signal, group = str(message["id"]), slack.group_of(message, self.team)
        self.outbox.send(names.SIGNALS, json.dumps(message), group=group, key=signal, correlation=request)
        self.log.info("signal enqueued", extra={"request": request, "signal": signal, "group": group})


def _challenge(document: object) -> Response:
    """Slack's check that an address is ours; no other JSON is expected here."""
    if field(document, "type") != "url_verification":
        raise RejectedDeliveryError(400, "the body is JSON; Slack sends clicks and commands as a form")
    return answer(200, {"challenge": text(field(document, "challenge"))})


def _ephemeral(message: str) -> Response:
    return answer(200, {"response_type": "ephemeral", "text": message})
