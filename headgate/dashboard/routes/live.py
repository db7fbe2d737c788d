"""Server-sent events: pages are told when what they show has changed (WHATWG HTML, "Server-sent events")."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from headgate.dashboard.routes.methods import READING

router = APIRouter()
_LOOK = 0.5  # seconds
_ALIVE = 15.0  # seconds after which something is sent, so that nothing between closes the connection


@router.api_route("/live", methods=READING)
async def live(request: Request) -> Response:
    """Say `changed` whenever there are new figures, as long as somebody listens."""
    state = request.app.state
    if request.method == "HEAD":
        return PlainTextResponse("", media_type="text/event-stream")
    if state.watchers >= state.settings.watchers:
        return PlainTextResponse("Too many pages are open.\n", 503, {"Retry-After": "30"})
    return StreamingResponse(_events(request), media_type="text/event-stream")


async def _events(request: Request) -> AsyncIterator[str]:
    state = request.app.state
    state.watchers += 1
    try:
        version, quiet = state.figures.snapshot.version, 0.0
        yield "retry: 3000\n\n"
        while not state.ending.is_set():
            await asyncio.sleep(_LOOK)
            quiet += _LOOK
            now = state.figures.snapshot.version
            if now != version:
                version, quiet = now, 0.0
                yield f"event: changed\nid: {version}\ndata: {version}\n\n"
            elif quiet >= _ALIVE:
                quiet = 0.0
                yield ": here\n\n"
    finally:
        state.watchers -= 1
