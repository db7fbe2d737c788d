"""One pipeline, and one table."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard.failures import choose, not_found
from headgate.dashboard.kept import Kept
from headgate.dashboard.names import pipelines_named
from headgate.dashboard.pages import page, path
from headgate.dashboard.routes.asked import ConnectorId, one_table
from headgate.dashboard.routes.methods import READING
from headgate.dashboard.views.history import history_of, spent_of
from headgate.dashboard.views.ingestion import STATES

router = APIRouter()
_STARTS, _RECENT = 5, 50


@router.api_route("/pipelines/{name}", methods=READING)
def pipeline(request: Request, name: str, connector: ConnectorId = None) -> Response:
    """Show a pipeline: its load, its starts, its tables, and what its updates took."""
    kept: Kept = request.app.state.kept
    return kept.page(request, lambda: _pipeline(request, name, connector), connector or "")


def _pipeline(request: Request, name: str, connector: str | None) -> HTMLResponse:
    now, snapshot = datetime.now(UTC), request.app.state.figures.snapshot
    found = pipelines_named(snapshot.connectors, name, connector)
    if not found:
        return not_found(request, f"No connector has a pipeline {name!r}.", [("/ingestion", "All pipelines")])
    if len(found) > 1:
        ids = [one.shown.watched.connector for one in found]
        links = [(f"/pipelines/{path(name)}?connector={path(id_)}", f"{name} of {id_}") for id_ in ids]
        return choose(request, f"Several connectors have a pipeline {name!r}.", links)
    shown, its = found[0].shown, found[0].pipeline
    tables = [one for one in shown.watched.tables if one.pipeline == name]
    runs = [run for table in tables for run in table.runs if run.update]
    return page(
        request,
        "pipeline.html",
        snapshot=snapshot,
        connector=shown.watched.connector,
        target=shown.watched.target,
        its=its,
        state=STATES[its.updates[-1].state] if its.updates else "never",
        coming=its.starts.after(now, _STARTS),
        tables=sorted(tables, key=lambda one: (-one.weight, one.destination)),
        fresh={one.destination: one for one in shown.fresh},
        history=history_of([its], runs),
        updates=[(one, spent_of(one, its.reading.get(one.update, 0.0))) for one in reversed(its.updates[-_RECENT:])],
        states=STATES,
        failures=[run for run in sorted(runs, key=lambda run: run.started_at, reverse=True) if run.state == "failed"][:_RECENT],
    )


@router.api_route("/tables/{name}", methods=READING)
def table(request: Request, name: str, connector: ConnectorId = None) -> Response:
    """Show a table: how fresh it is, why it is where it is, and its runs."""
    kept: Kept = request.app.state.kept
    return kept.page(request, lambda: _table(request, name, connector), connector or "")


def _table(request: Request, name: str, connector: str | None) -> HTMLResponse:
    found = one_table(request, name, connector, "/tables/")
    if isinstance(found, HTMLResponse):
        return found
    shown, its = found.shown, found.table
    return page(
        request,
        "table.html",
        connector=shown.watched.connector,
        target=shown.watched.target,
        table=its,
        fresh=next(one for one in shown.fresh if one.destination == its.destination),
        alarms=[one for one in shown.watched.observed.alarms if one.name == its.destination],
        why=shown.watched.why(its),
        runs=its.runs[: -_RECENT - 1 : -1],
        runs_left_out=max(0, len(its.runs) - _RECENT),
        is_loaded=request.app.state.lake.holds(its),
    )
