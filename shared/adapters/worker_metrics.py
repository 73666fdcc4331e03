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

    def add(self, metric: str, count: int = 1) -> None:
        """Nothing is told before `emit`."""
        self._counts[metric] += count

    def unexpected(self, kind: str, **told: str) -> None:
        """Logs one unexpected operation, a kind of `names.UNEXPECTED`, with the ids to search for; and counts it.

        As silent as `emit`.
        """
        if not is_metrics_disabled():
            self._log.warning("unexpected operation", extra={"unexpected": kind, **told})
        self.add(names.UNEXPECTED[kind])

    def emit(self) -> None:
        """Writes what was counted to standard error: standard output stays with whoever runs the worker.

        Where POWERTOOLS_METRICS_DISABLED says so, nothing is written.
        """
        counts = {metric: count for metric, count in sorted(self._counts.items()) if count}
        self._counts.clear()
        if not counts or is_metrics_disabled():
            return
        metrics = EphemeralMetrics(namespace=names.METRICS, service=self._service)
        for metric, count in counts.items():
            metrics.add_metric(metric, MetricUnit.Count, count)
        sys.stderr.write(json.dumps(metrics.serialize_metric_set()) + "\n")
