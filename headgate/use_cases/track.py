"""What was observed, written to MLflow."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from headgate.files import needed_bytes
from headgate.observe.mlflow import refuse_missing, track
from headgate.observe.tracking import tracked_updates
from headgate.project import LOCK
from headgate.render.balance_page import balance_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.observe.mlflow import Tracked
    from headgate.observe.summary import Observed


def tracking() -> Callable[[Observed], Tracked]:
    """Give what writes each update that ended as a run, once, and raises SourceError where the store fails.

    Raises InputError where a library is missing.
    """
    refuse_missing()
    return _track


def _track(found: Observed) -> Tracked:
    report = found.report
    params = {
        "layout": f"sha256:{sha256(needed_bytes(found.runs_file.with_name(LOCK))).hexdigest()}",
        "pipelines": str(len(found.pipelines)),
        "tables": str(len(report.entries)),
    }
    updates = tracked_updates(found.observation, found.pipelines, params)
    return track(found.connector, updates, balance_page([report]))
