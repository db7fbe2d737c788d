"""Observed updates as runs of an experiment: what each is called, with which parameters and metrics. Pure.

Source of what names may hold, and how long they may be: MLflow, mlflow/utils/validation.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.numbers import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.observe.model import Observation, ObservedUpdate, TableRun, UpdateState
    from headgate.observe.summary import PipelineSeen

STATUS: Mapping[UpdateState, str] = {"completed": "FINISHED", "failed": "FAILED", "canceled": "KILLED"}
_REFUSED = re.compile(r"[^\w.\- :]")
_LONGEST = 200  # characters of a table's name: with its metric's behind it must not exceed 250


@dataclass(frozen=True, slots=True)
class TrackedUpdate:
    """An update as a run. key: what tells it from all others of its connector. Times in milliseconds since 1970, UTC.

    status: FINISHED, FAILED or KILLED. metrics: of a table `<catalog.schema.table>/seconds`, `/rows` and `/rows_per_second`.
    """

    key: str
    name: str
    started_at: int
    ended_at: int
    status: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


def tracked_updates(
    observation: Observation, pipelines: Sequence[PipelineSeen], params: Mapping[str, str]
) -> tuple[TrackedUpdate, ...]:
    """Give the updates that ended, as runs; those that are still running are none yet.

    pipelines: those of the layout, for what was expected of them. params: what all of the runs have.
    """
    runs = grouped(((run.pipeline, run.update), run) for run in observation.runs)
    expected = {one.pipeline: one for one in pipelines}
    return tuple(
        _tracked(update, runs[update.pipeline, update.update], expected.get(update.pipeline), params)
        for update in observation.updates
        if update.ended_at is not None and update.state in STATUS
    )


def _tracked(
    update: ObservedUpdate, runs: Sequence[TableRun], pipeline: PipelineSeen | None, params: Mapping[str, str]
) -> TrackedUpdate:
    assert update.ended_at is not None  # noqa: S101 (only those that ended are tracked)
    own = {
        "connector": update.connector,
        "target": update.target,
        "pipeline": update.pipeline,
        "origin": update.origin,
        "cause": update.cause,
        "full_refresh": str(update.full_refresh).lower(),
        "tables_loaded": str(len(runs)),
    }
    return TrackedUpdate(
        f"{update.target}/{update.pipeline}/{update.update}",
        f"{update.target} {update.pipeline} {update.started_at:%Y-%m-%d %H:%M:%S}",
        round(update.started_at.timestamp() * 1000),
        round(update.ended_at.timestamp() * 1000),
        STATUS[update.state],
        {**params, **{name: value for name, value in own.items() if value}},
        {**_update_metrics(update, runs, pipeline), **_table_metrics(runs)},
    )


def _update_metrics(update: ObservedUpdate, runs: Sequence[TableRun], pipeline: PipelineSeen | None) -> dict[str, float]:
    """Give the load in seconds, beside what the layout's weights expect and the least that its group's heaviest can have."""
    metrics = {
        "load_seconds": update.running_seconds,
        "waiting_seconds": update.waiting_seconds,
        "setup_seconds": update.setup_seconds,
        "rows": float(sum(run.rows or 0 for run in runs)),
        "failed_tables": float(sum(1 for run in runs if run.state == "failed")),
    }
    if pipeline:
        metrics |= {"expected_seconds": pipeline.expected, "bound_seconds": pipeline.bound}
        metrics |= {"load_of_bound": rounded(update.running_seconds / pipeline.bound)} if pipeline.bound else {}
    return metrics


def _table_metrics(runs: Sequence[TableRun]) -> dict[str, float]:
    """Give each table's seconds of pipeline time, rows, and rows of one such second."""
    tables = grouped((run.destination, run) for run in runs)
    metrics: dict[str, float] = {}
    for destination, its in tables.items():
        name = _free(_REFUSED.sub("_", destination)[:_LONGEST].strip(" ."), metrics)
        seconds = fsum(run.seconds for run in its)
        known = [run.rows for run in its if run.rows is not None]
        metrics[f"{name}/seconds"] = seconds
        metrics |= {f"{name}/rows": float(sum(known))} if known else {}
        metrics |= {f"{name}/rows_per_second": rounded(sum(known) / seconds)} if known and seconds > 0 else {}
    return metrics


def _free(name: str, metrics: Mapping[str, float]) -> str:
    """Give a table's name, with a number where another table's is spelled alike."""
    number, free = 1, name
    while f"{free}/seconds" in metrics:
        number += 1
        free = f"{name} {number}"
    return free
