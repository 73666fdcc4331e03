"""What the mock people and tests do in the mock GitHub, as methods; `routes_control` offers the same over HTTP."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.github import deliveries, faults, pulls, registration, repositories, runs, shapes_actions, shapes_pulls
from sandbox.github.store import Json
from sandbox.github.world import REVIEWER, Person, World, full_name


class Controls:
    """Acts of people and machines in one world. A repository is its `owner/name` or its id.

    RefusedError, with GitHub's status and words, where GitHub would refuse.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def create_repository(
        self, name: str, files: Mapping[str, str], *, default_branch: str = "main", person: Person = REVIEWER
    ) -> Json:
        """`acme/name` with these files (path to text) in its first commit."""
        with self.world.store.transaction():
            return repositories.create(self.world, name, files, default_branch, person.document())

    def register(self, **changes: Any) -> Json:  # noqa: ANN401 - any JSON value
        """The App's owner changes `permissions`, `events`, `suspended` or `url`; `accepted`: what the installation has."""
        return registration.register(self.world, **changes)

    def rename_repository(self, repository: str | int, name: str) -> Json:
        with self.world.store.transaction():
            return repositories.rename(self.world, self.world.repository(repository), name)

    def files(self, repository: str | int, ref: str = "") -> dict[str, str]:
        """Path to text, at a branch or commit (default: the default branch)."""
        repo = self.world.repository(repository)
        found = self.world.files_at(repo, ref or repo["default_branch"])
        blobs = {path: self.world.objects.blob(sha) or b"" for path, (_, sha) in found.items()}
        return {path: body.decode(errors="replace") for path, body in blobs.items()}

    def push(
        self,
        repository: str | int,
        branch: str,
        files: Mapping[str, str | None],
        *,
        message: str = "Change",
        person: Person = REVIEWER,
    ) -> str:
        """One commit on an existing branch (None deletes a file); its sha."""
        with self.world.store.transaction():
            repo = self.world.repository(repository)
            return repositories.push(self.world, repo, branch, files, message=message, person=person.document())

    def push_to(
        self,
        repository: str | int,
        number: int,
        files: Mapping[str, str | None],
        *,
        message: str = "Change",
        person: Person = REVIEWER,
    ) -> Json:
        """One commit on the pull request's branch; the pull request afterwards."""
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            repositories.push(self.world, repo, pull["head"], files, message=message, person=person.document())
        return self.pull_request(repository, number)

    def merge(self, repository: str | int, number: int, *, method: str = "merge", person: Person = REVIEWER) -> Json:
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            pulls.merge(self.world, repo, pull, {"merge_method": method}, person.document())
        return self.pull_request(repository, number)

    def close_unmerged(self, repository: str | int, number: int, *, person: Person = REVIEWER) -> Json:
        return self._update(repository, number, "closed", person)

    def reopen(self, repository: str | int, number: int, *, person: Person = REVIEWER) -> Json:
        return self._update(repository, number, "open", person)

    def _update(self, repository: str | int, number: int, state: str, person: Person) -> Json:
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            pulls.update(self.world, repo, pull, {"state": state}, person.document())
        return self.pull_request(repository, number)

    def review(
        self, repository: str | int, number: int, event: str, *, text: str = "", person: Person = REVIEWER
    ) -> Json:
        """`event` is APPROVE, REQUEST_CHANGES or COMMENT, of the present head."""
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            return pulls.review(self.world, repo, pull, {"event": event, "body": text}, person.document())

    def dismiss_review(self, repository: str | int, number: int, review_id: int, *, person: Person = REVIEWER) -> Json:
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            return pulls.dismiss(self.world, repo, pull, review_id, person.document())

    def comment(self, repository: str | int, number: int, text: str, *, person: Person = REVIEWER) -> Json:
        with self.world.store.transaction():
            repo, pull = self._pull(repository, number)
            return pulls.comment(self.world, repo, pull, text, person.document())

    def comments(self) -> list[Json]:
        """All that was said in conversations, oldest first: id, user, body, created_at."""
        return sorted(self.world.store.all("comment"), key=lambda one: int(one["id"]))

    def _pull(self, repository: str | int, number: int) -> tuple[Json, Json]:
        repo = self.world.repository(repository)
        return repo, pulls.find(self.world, repo, number)

    def finish_run(self, run_id: int, conclusion: str, *, reason: str = "", person: Person = REVIEWER) -> Json:
        """A `reason` becomes the failure annotation of the failed job."""
        with self.world.store.transaction():
            run = runs.finish(self.world, runs.find(self.world, run_id), conclusion, reason, person.document())
            return self._shown_run(run)

    def rerun(self, run_id: int, *, person: Person = REVIEWER) -> Json:
        """The next attempt of a completed run."""
        with self.world.store.transaction():
            return self._shown_run(runs.rerun(self.world, runs.find(self.world, run_id), person.document()))

    def script_run(
        self,
        workflow: str,
        conclusion: str,
        *,
        inputs: Mapping[str, str] | None = None,
        reason: str = "",
        after: float = 0,
    ) -> Json:
        """How the next run of that workflow file with at least these inputs ends, `after` seconds from its start.

        Scripts are used in order, each once; a run without one stays in progress until it is finished.
        """
        with self.world.store.transaction():
            return runs.script(self.world, workflow, inputs or {}, conclusion, reason=reason, after=after)

    def finish_due_runs(self) -> int:
        """Ends the runs whose scripted time has come; how many."""
        with self.world.store.transaction():
            return runs.finish_due(self.world)

    def next_due(self) -> datetime | None:
        """When the next scripted end comes; None where none is."""
        return runs.next_due(self.world)

    def pull_request(self, repository: str | int, number: int) -> Json:
        """As the REST API shows it."""
        return shapes_pulls.full(self.world, *self._pull(repository, number))

    def pull_requests(self) -> list[Json]:
        """All of them, oldest first, in short: what a test or a scenario looks at."""
        return [
            {
                "repository": full_name(self.world.repository(pull["repository_id"])),
                "state": "merged" if pull["merged_at"] else pull["state"],
                **{
                    key: pull[key] for key in ("repository_id", "number", "title", "head", "base", "head_sha", "labels")
                },
                "files": [file["filename"] for file in self._changed(pull)],
            }
            for pull in self.world.store.all("pull")
        ]

    def _changed(self, pull: Json) -> list[Json]:
        return shapes_pulls.changed_files(self.world, self.world.repository(pull["repository_id"]), pull)

    def runs(self) -> list[Json]:
        """All workflow runs, oldest first, in short."""
        keys = ("id", "run_attempt", "display_title", "inputs", "status", "conclusion", "repository_id")
        return [
            {
                "repository": full_name(self.world.repository(run["repository_id"])),
                "workflow": run["path"].rpartition("/")[2],
                **{key: run[key] for key in keys},
            }
            for run in self.world.store.all("run")
        ]

    def _shown_run(self, run: Json) -> Json:
        return shapes_actions.run(self.world, self.world.repository(run["repository_id"]), run)

    def deliveries(self) -> list[Json]:
        """All webhooks, oldest first, without their payloads; `status` is pending, delivered, failed or dropped."""
        return self.world.store.all("delivery", "")

    def delivery(self, number: int) -> Json:
        """One webhook with its payload."""
        payload = json.loads(deliveries.body_of(self.world, number))
        return (self.world.store.get("delivery", "", number) or {}) | {"payload": payload}

    def redeliver(self, number: int) -> Json:
        """Queues it again under the same GUID."""
        with self.world.store.transaction():
            return deliveries.redeliver(self.world, number)

    def drop_next_deliveries(self, count: int) -> None:
        """The next webhooks are lost; nobody tells them again."""
        faults.drop(self.world, count)

    def limit_next_calls(self, count: int, *, retry_after: int = 60, kind: faults.Limit = "secondary") -> None:
        """The next API calls are over a rate limit: `primary` (403 with the quota's reset), `secondary`, `too_many` (429)."""
        faults.limit(self.world, count, retry_after, kind)

    def fail_next_calls(
        self, count: int, *, status: int = 502, after: int = 0, method: str = "", applied: bool = False
    ) -> None:
        """Lets `after` calls (of `method`, if given) pass, then fails `count`; `applied`: carried out, the answer lost."""
        faults.fail(self.world, count, status, after=after, method=method, applied=applied)
