"""Counts what a worker did in one invocation, and tells CloudWatch in one line: a metric in its embedded format (EMF)."""

import json
import sys
from collections import Counter

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.metrics.functions import is_metrics_disabled

from shared import names


class WorkerMetrics:
    """The port Counters, for one invocation of `service`."""

    def __init__(self, service: str, log: Logger) -> None:
        self._service = service
        self._log = log
        self._counts = Counter[str]()
        self._levels: dict[str, tuple[float, MetricUnit]] = {}

    def add(self, metric: str, count: int = 1) -> None:
        """Nothing is told before `emit`."""
        self._counts[metric] += count

    def gauge(self, metric: str, value: float, *, seconds: bool = False) -> None:
        """A level: of several, the last one is told, and 0 as any other."""
        self._levels[metric] = (value, MetricUnit.Seconds if seconds else MetricUnit.Count)

    def quota(self, left: int | None) -> None:
        """How many calls to GitHub are left; nothing where that is not known."""
        if left is not None:
            self.gauge(names.GITHUB_QUOTA, left)

    def unexpected(self, kind: str, **told: str) -> None:
        """Logs one unexpected operation, a kind of `names.UNEXPECTED`, with the ids to search for; and counts it.

        As silent as `emit`.
        """
        if not is_metrics_disabled():
            self._log.warning("unexpected operation", extra={"unexpected": kind, **told})
        self.add(names.UNEXPECTED[kind])

    def emit(self) -> None:
        """Writes what was counted and gauged to standard error: standard output stays with whoever runs the worker.

        Where POWERTOOLS_METRICS_DISABLED says so, nothing is written.
        """
        counts = {metric: count for metric, count in sorted(self._counts.items()) if count}
        told = {metric: (float(count), MetricUnit.Count) for metric, count in counts.items()} | self._levels
        self._counts.clear()
        self._levels = {}
        if not told or is_metrics_disabled():
            return
        metrics = EphemeralMetrics(namespace=names.METRICS, service=self._service)
        for metric, (value, unit) in told.items():
            metrics.add_metric(metric, unit, value)
        sys.stderr.write(json.dumps(metrics.serialize_metric_set()) + "\n")
