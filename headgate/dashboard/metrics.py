"""Figures for Prometheus, in its text format 0.0.4 (Prometheus documentation, "Exposition formats")."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from headgate.dashboard.figures import Snapshot
    from headgate.observe.freshness import Freshness
    from headgate.use_cases.watch import Watched

_BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATES = ("fresh", "late", "failing", "never", "unscheduled")
_Sample = tuple[dict[str, str], float]


class Requests:
    """How many requests were answered, by page and status, and how long answers took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[tuple[str, int]] = Counter()
        self.buckets: Counter[tuple[str, float]] = Counter()
        self.seconds: Counter[str] = Counter()

    def add(self, page: str, status: int, seconds: float) -> None:
        """Count one. page: the address's pattern, so that no name that somebody asks for becomes a series."""
        with self._lock:
            self.counts[page, status] += 1
            self.seconds[page] += seconds  # type: ignore[assignment]  # Counter's types know whole numbers alone
            for bound in _BOUNDS:
                self.buckets[page, bound] += seconds <= bound


def metrics_text(snapshot: Snapshot, requests: Requests, now: datetime) -> str:
    """Give all figures as text."""
    shown = snapshot.connectors
    lines = [
        *_metric(
            "headgate_figures_age_seconds", "Seconds since the project was read.", [({}, (now - snapshot.at).total_seconds())]
        ),
        *_metric("headgate_figures_stale", "1 where the project can't be read any more.", [({}, float(snapshot.stale))]),
        *_metric("headgate_tables", "Tables by how fresh they are.", _counts((one.watched, one.fresh) for one in shown)),
        *_metric(
            "headgate_table_late_seconds",
            "For how long what a schedule promised has been missing.",
            [(_of(one.watched) | {"table": its.destination}, its.late.total_seconds()) for one in shown for its in one.fresh],
        ),
        *_metric(
            "headgate_table_last_load_timestamp_seconds",
            "When the last load that completed began.",
            [
                (_of(one.watched) | {"table": its.destination}, its.last_loaded.timestamp())
                for one in shown
                for its in one.fresh
                if its.last_loaded
            ],
        ),
        *_metric(
            "headgate_pipeline_last_update_timestamp_seconds",
            "When the last update began.",
            [
                (_of(one.watched) | {"pipeline": its.row.pipeline}, its.updates[-1].started_at.timestamp())
                for one in shown
                for its in one.watched.pipelines
                if its.updates
            ],
        ),
        *_metric(
            "headgate_pipeline_load_ratio",
            "A pipeline's load as a share of its group's lower bound.",
            [
                (_of(one.watched) | {"pipeline": its.row.pipeline}, its.row.share)
                for one in shown
                for its in one.watched.pipelines
            ],
        ),
        *_requests(requests),
    ]
    return "\n".join(lines) + "\n"


def _of(watched: Watched) -> dict[str, str]:
    return {"connector": watched.connector, "target": watched.target}


def _counts(every: Iterable[tuple[Watched, tuple[Freshness, ...]]]) -> Iterator[_Sample]:
    for watched, fresh in every:
        counts = Counter(one.state for one in fresh)
        for state in _STATES:
            yield _of(watched) | {"state": state}, float(counts[state])  # type: ignore[index]  # all of them are states


def _requests(requests: Requests) -> Iterator[str]:
    counts, buckets, seconds = dict(requests.counts), dict(requests.buckets), dict(requests.seconds)
    answered = [({"page": page, "status": str(status)}, float(count)) for (page, status), count in sorted(counts.items())]
    yield from _metric("headgate_http_requests_total", "Requests that were answered.", answered, "counter")
    name = "headgate_http_request_duration_seconds"
    yield f"# HELP {name} Seconds until an answer was made."
    yield f"# TYPE {name} histogram"
    for page in sorted(seconds):
        total = sum(count for (one, _), count in counts.items() if one == page)
        for bound in _BOUNDS:
            yield _line(f"{name}_bucket", {"page": page, "le": str(bound)}, buckets.get((page, bound), 0))
        yield _line(f"{name}_bucket", {"page": page, "le": "+Inf"}, total)
        yield _line(f"{name}_sum", {"page": page}, seconds[page])
        yield _line(f"{name}_count", {"page": page}, total)


def _metric(name: str, words: str, samples: Iterable[_Sample], kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    its = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{its}}} {value:.15g}" if its else f"{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
