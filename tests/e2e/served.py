"""A served sandbox in a process of its own, and a person who drives it over HTTP."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]
CHANNEL = "C0MIGRATE"
RESOURCE = "email.notifications"
Json = dict[str, Any]


class Served:
    """One process of `sandbox.serve`; `ready` is the line that it printed."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "sandbox.serve", "--data", str(data)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with code {self._reap()}"
        self.ready: Json = json.loads(line)
        self.acknowledged = 0
        """Clicks and commands that the door said it has."""

    def kill(self) -> None:
        """As `kill -9` does; of one that has ended already, nothing."""
        if self.process.returncode is None:
            self.process.kill()
            self._reap()

    def stop(self) -> int:
        """As Ctrl-C or a service manager does; its exit code."""
        self.process.terminate()
        return self._reap()

    def _reap(self) -> int:
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def migration(self, part: str = "") -> Json:
        """The migration as the status route shows it."""
        path = f"/campaigns/{self.ready['campaign']}/migrations/{RESOURCE}{part}"
        found: Json = self._json(requests.get(self.ready["url"] + path, timeout=10))
        return found

    def github(self, path: str, body: Json | None = None) -> Any:
        """A control route of the mock GitHub: POST with a body, else GET."""
        return self._control(f"{self.ready['github_api']}/_sandbox/{path}", body)

    def slack(self, path: str, body: Json | None = None) -> Any:
        """A control route of the mock Slack."""
        return self._control(f"{self.ready['slack_api']}_sandbox/{path}", body)

    def _control(self, url: str, body: Json | None) -> Any:
        response = requests.get(url, timeout=10) if body is None else requests.post(url, json=body, timeout=30)
        return self._json(response)

    @staticmethod
    def _json(response: requests.Response) -> Any:
        assert response.ok, response.text
        return response.json()


def act(served: Served) -> bool:
    """Does the next thing that a person or a machine outside would do; False where there is nothing just now."""
    migration = served.migration()
    if migration["status"] == "pending":
        typed = served.slack("command", {"text": f"start {RESOURCE}", "channel": CHANNEL, "user": "U_OPERATOR"})
        served.acknowledged += typed["result"]["status"] == 200
        return True
    return _finish_a_run(served) or _merge(served) or _click(served, migration)


def _finish_a_run(served: Served) -> bool:
    for run in _listed(served.github("runs")):
        if run["status"] != "completed":
            served.github(f"runs/{run['id']}/finish", {"conclusion": "success"})
            return True
    return False


def _merge(served: Served) -> bool:
    for pull in _listed(served.github("pull_requests")):
        if pull["state"] == "open":
            served.github(f"pull_requests/{pull['repository']}/{pull['number']}/merge", {})
            return True
    return False


def _listed(found: Any) -> list[Json]:
    return list(found if isinstance(found, list) else next(iter(found.values())))


def _click(served: Served, migration: Json) -> bool:
    asked = {name: track["checkpoint"] for name, track in migration["tracks"].items() if track["checkpoint"]}
    for message in served.slack(f"messages?channel={CHANNEL}")["messages"]:
        for block in message.get("blocks", ()):
            for button in block.get("elements", ()):
                if _answers(button, asked):
                    _press(served, message["ts"], button)
                    return True
    return False


def _answers(button: Json, asked: dict[str, Json]) -> bool:
    """A primary button of a card that shows what is asked now; pull requests are answered on GitHub."""
    if button.get("style") != "primary":
        return False
    value = json.loads(button["value"])
    question = asked.get(value["t"])
    return question is not None and question["digest"] == value["d"] and "pr-merged" not in question["verbs"]


def _press(served: Served, ts: str, button: Json) -> None:
    verb = button["action_id"].partition(":")[2]
    # Who started it may not let it act in production: the example's campaign wants four eyes there.
    user = "U_APPROVER" if verb in {"approve", "deploy", "run-migration"} else "U_OPERATOR"
    press = {"channel": CHANNEL, "ts": ts, "action_id": button["action_id"], "user": user, "value": button["value"]}
    url = f"{served.ready['slack_api']}_sandbox/click"
    response = requests.post(url, json=press, timeout=30)
    # 409: the card has changed since it was read, because an earlier click came through. Look again.
    assert response.ok or response.status_code == 409, response.text
    served.acknowledged += response.ok and response.json()["result"]["status"] == 200


def drive(served: Served, acts: int, until: float) -> int:
    """Acts so often, or until it is completed; how many acts that were. AssertionError where it hangs."""
    done = 0
    end = time.monotonic() + until
    while done < acts and served.migration()["status"] != "completed":
        assert time.monotonic() < end, json.dumps(served.migration(), indent=1)
        before = served.migration()["version"]
        if act(served):
            done += 1
            _wait_for_change(served, before)
        else:
            time.sleep(0.02)
    return done


def _wait_for_change(served: Served, before: int) -> None:
    """Not for ever: an act may have been done before the last kill, and only its webhook is still on its way."""
    end = time.monotonic() + 2
    while served.migration()["version"] == before and time.monotonic() < end:
        time.sleep(0.02)
