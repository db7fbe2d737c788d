"""The overview, ingestion, and the layout."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard.kept import Kept
from headgate.dashboard.pages import page
from headgate.dashboard.reviews import reviews_in
from headgate.dashboard.routes.methods import READING
from headgate.dashboard.views.starts import starts_of
from headgate.dashboard.views.who import layout_of

router = APIRouter()


@router.api_route("/", methods=READING)
def home(request: Request) -> Response:
    """Show freshness, runs and layout of each connector in a line each, and where the other pages are."""

    def made() -> HTMLResponse:
        snapshot = request.app.state.figures.snapshot
        found = [one.ingestion for one in snapshot.connectors]
        reviews = len(reviews_in(request.app.state.settings.reviews_folder))
        return page(request, "home.html", snapshot=snapshot, connectors=found, reviews=reviews)

    kept: Kept = request.app.state.kept
    return kept.page(request, made)


@router.api_route("/ingestion", methods=READING)
def ingestion(request: Request) -> Response:
    """Show which tables are late and why, the starts around now, the pipelines, and what runs took."""

    def made() -> HTMLResponse:
        snapshot = request.app.state.figures.snapshot
        found = [(one.ingestion, starts_of(one.ingestion.lanes, snapshot.at)) for one in snapshot.connectors]
        return page(request, "ingestion.html", snapshot=snapshot, connectors=found)

    kept: Kept = request.app.state.kept
    return kept.page(request, made)


@router.api_route("/layout", methods=READING)
def layout(request: Request) -> Response:
    """Show which table is in which pipeline, before and after the last change, and when pipelines start."""

    def made() -> HTMLResponse:
        snapshot = request.app.state.figures.snapshot
        found = [layout_of(one.watched, one.change) for one in snapshot.connectors]
        return page(request, "layout.html", snapshot=snapshot, connectors=found)

    kept: Kept = request.app.state.kept
    return kept.page(request, made)
