"""Observed updates written to MLflow: an experiment for each connector, a run for each update, and none twice.

By the library `mlflow-skinny` with `sqlalchemy` and `alembic`, an extra of the package (`headgate[mlflow]`).
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from headgate.installation import bring
from headgate.problems import InputError, Problem, SourceError, short
from headgate.redaction.environment import without_own_secrets
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.observe.tracking import TrackedUpdate

URI, EXPERIMENT = "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"
LOCAL = Path("build") / "mlflow"
PAGE = "balance.html"
_LIBRARIES = ("mlflow", "sqlalchemy", "alembic")
_UPDATE = "headgate.update"
_AT_ONCE = 1000  # metrics that a request may have
_LONGEST = 300  # characters of an error
_UNDER_WAY = "RUNNING"
# It asks its makers' server, and says where runs are on stdout, unless it is told not to.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_CONFIGURE_LOGGING": "false",
}
# Its logs go to nobody, unless the program that runs it asks for them: errors say what matters.
for _name in ("mlflow", "alembic"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of a connector's updates: how many runs are `added` to the experiment, and how many were there."""

    connector: str
    experiment: str
    added: int
    known: int


def refuse_missing() -> None:
    """Raise InputError where a library is not there."""
    if missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        raise InputError(f"--mlflow needs the libraries {', '.join(missing)}", bring(["mlflow"]))


def track(connector: str, updates: Sequence[TrackedUpdate], page: str) -> Tracked:
    """Add a run for each update that has none yet, with `page` (HTML) as its artifact; one that was cut off is finished.

    To the server that MLFLOW_TRACKING_URI names, else to a SQLite file in build/mlflow; into the connector's experiment, or the
    one that MLFLOW_EXPERIMENT_NAME names. Raises SourceError where the store fails.
    """
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    uri = os.environ.get(URI, "")
    # A workspace knows experiments by their paths.
    name = os.environ.get(EXPERIMENT) or (f"/Shared/headgate-{connector}" if uri.startswith("databricks") else connector)
    try:
        client = _client(uri)
        experiment = _experiment(client, name, "" if uri else (LOCAL / "artifacts").resolve().as_uri())
        known = _known(client, experiment, min((update.started_at for update in updates), default=0)) if updates else {}
        added = [update for update in updates if known.get(update.key, ("", _UNDER_WAY))[1] == _UNDER_WAY]
        for update in added:
            _write(client, experiment, known.get(update.key, ("", ""))[0], update, page)
    except Exception as error:  # noqa: BLE001  # stores are plugins, each with errors of its own
        words = (str(error).splitlines() or [type(error).__name__])[0]
        said = shorten(seen(without_own_secrets(words)), _LONGEST, placeholder=" …")
        fix = f"look at the server that {URI} names and at the login to it" if uri else f"look at the files in {LOCAL}"
        raise SourceError(Problem(f"MLflow failed: {said}", f"{fix}, and run the same again")) from None
    return Tracked(connector, name, len(added), len(updates) - len(added))


def _client(uri: str) -> Any:
    from mlflow import MlflowClient  # noqa: PLC0415  # an extra, which takes seconds to import

    if not uri:
        LOCAL.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=uri or f"sqlite:///{(LOCAL / 'mlflow.db').resolve()}")


def _experiment(client: Any, name: str, artifacts: str) -> str:
    """Give an experiment's id, of a new one where there is none."""
    found = client.get_experiment_by_name(name)
    if found is None:
        return str(client.create_experiment(name, artifact_location=artifacts or None))
    if found.lifecycle_stage != "active":
        raise ValueError(f"the experiment {short(name)} was deleted: restore it, or delete it for good")
    return str(found.experiment_id)


def _known(client: Any, experiment: str, since: int) -> dict[str, tuple[str, str]]:
    """Give update → run and its status, of those that began at a time (ms) or later; deleted ones too, which stay deleted."""
    from mlflow.entities import ViewType  # noqa: PLC0415  # likewise

    token, known = None, dict[str, tuple[str, str]]()
    while token is None or token:
        page = client.search_runs(
            [experiment], f"attributes.start_time >= {since}", ViewType.ALL, max_results=_AT_ONCE, page_token=token
        )
        known |= {run.data.tags[_UPDATE]: (run.info.run_id, run.info.status) for run in page if _UPDATE in run.data.tags}
        token = page.token or ""
    return known


def _write(client: Any, experiment: str, run: str, update: TrackedUpdate, page: str) -> None:
    """Write a run whole; its end comes last, so that one without an end is known to have been cut off."""
    from mlflow.entities import Metric, Param  # noqa: PLC0415  # likewise

    if not run:
        tags = {_UPDATE: update.key}
        run = client.create_run(experiment, update.started_at, tags, run_name=update.name).info.run_id
    client.log_batch(run, params=[Param(name, value) for name, value in update.params.items()])
    metrics = [Metric(name, value, update.ended_at, 0) for name, value in update.metrics.items()]
    for some in _parts(metrics):
        client.log_batch(run, metrics=some)
    client.log_text(run, page, PAGE)
    client.set_terminated(run, update.status, update.ended_at)


def _parts(metrics: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(metrics), _AT_ONCE):
        yield metrics[first : first + _AT_ONCE]
