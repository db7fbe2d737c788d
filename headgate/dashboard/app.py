"""The application: its pages, what stands before them, and what they share."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from headgate.dashboard.asker import Asked
from headgate.dashboard.defences import Defences
from headgate.dashboard.failures import handle_failures
from headgate.dashboard.figures import Figures
from headgate.dashboard.heard import Heard
from headgate.dashboard.kept import Kept
from headgate.dashboard.lake.database import Lake
from headgate.dashboard.lake.warehouse import WarehouseLake
from headgate.dashboard.metrics import Requests
from headgate.dashboard.pages import compile_templates
from headgate.dashboard.routes import data, health, live, names, overview, plant, reviews

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from headgate.dashboard.settings import Settings


def create_app(settings: Settings) -> ASGIApp:
    """Give the application. Raises InputError for a project that can't be read when it starts being served."""
    heard = Heard(settings, settings.warehouse) if settings.warehouse else None
    figures = Figures(settings, heard)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.ending = asyncio.Event()
        compile_templates()
        await asyncio.to_thread(figures.start)
        yield
        app.state.ending.set()
        figures.stop()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, redirect_slashes=False)
    app.state.settings, app.state.figures = settings, figures
    app.state.lake = WarehouseLake(settings, settings.warehouse) if settings.warehouse else Lake(settings)
    app.state.requests, app.state.kept, app.state.watchers = Requests(), Kept(), 0
    for routes in (overview, names, plant, data, reviews, live, health):
        app.include_router(routes.router)
    handle_failures(app)
    counted = Counted(app, app.state.requests)
    return Defences(Asked(counted, heard.wanted) if heard else counted, settings.hosts)


class Counted:
    """Hands requests on, and counts them by their page's pattern."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        began = time.monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                page = getattr(scope.get("route"), "path", "other")
                self._requests.add(page, message["status"], time.monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)
