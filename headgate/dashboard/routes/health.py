"""What programs ask: whether it works, and its figures for Prometheus; the files beside the pages; and who asks."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from headgate.dashboard.asker import asker
from headgate.dashboard.conditional import answer, entity_tag
from headgate.dashboard.metrics import metrics_text
from headgate.dashboard.pages import page, static_files
from headgate.dashboard.routes.methods import READING

router = APIRouter()


@router.api_route("/healthz", methods=READING)
def healthz(request: Request) -> JSONResponse:
    """Say whether the project can be read: 200, else 503."""
    snapshot = request.app.state.figures.snapshot
    fine = not snapshot.stale
    age = round((datetime.now(UTC) - snapshot.at).total_seconds(), 1)
    said = {"status": "ok" if fine else "stale", "age_seconds": age, "problems": len(snapshot.problems)}
    return JSONResponse(said, 200 if fine else 503)


@router.api_route("/metrics", methods=READING)
def metrics(request: Request) -> PlainTextResponse:
    """Give freshness, updates and requests in Prometheus' text format."""
    state = request.app.state
    text = metrics_text(state.figures.snapshot, state.requests, datetime.now(UTC))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


@router.api_route("/who", methods=READING)
async def who(request: Request) -> HTMLResponse:
    """Say as whom one is seen, and by whose rights rows are read. A page of its own: the others are the same for everybody."""
    return page(request, "who.html", email=asker().email, warehouse=request.app.state.settings.warehouse)


@router.api_route("/static/{name}", methods=READING)
def static(request: Request, name: str) -> Response:
    """Give a file beside the pages."""
    found = static_files().get(name)
    if found is None:
        return PlainTextResponse("There is no such file.\n", 404)
    return answer(request, *found, {"Cache-Control": "no-cache", "ETag": entity_tag(found[0])})
