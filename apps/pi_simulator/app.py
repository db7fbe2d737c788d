"""The application: PI Web API's paths over a world, behind its defences."""

from __future__ import annotations

from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from .assets.joined import join
from .case_insensitive import CaseInsensitive
from .defences import Defences
from .errors import tell_errors
from .fault_injection import troubled, troubled_parts
from .request_context import ROOT, declared
from .routes import (
    analyses,
    assets,
    attributes,
    batch,
    calculation,
    categories,
    channel,
    dataservers,
    elements,
    enumerationsets,
    eventframes,
    home,
    identity,
    people,
    points,
    streams,
    streamsets,
    system,
    tables,
    templates,
    units,
)
from .settings import Settings
from .times import SECOND
from .world import World

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROLLERS = (
    system,
    batch,
    channel,
    dataservers,
    points,
    enumerationsets,
    streams,
    streamsets,
    calculation,
    assets,
    elements,
    attributes,
    templates,
    categories,
    analyses,
    tables,
    units,
    eventframes,
    people,
)


def _routes() -> list[APIRoute]:
    return [route for one in CONTROLLERS for route in one.router.routes if isinstance(route, APIRoute)]


def _alike(app: ASGIApp) -> ASGIApp:
    """Give an application that is asked in capitals or not."""
    paths = [path for one in CONTROLLERS for route in one.router.routes if (path := getattr(route, "path", ""))]
    return CaseInsensitive(app, paths, channel.KNOWN.union(*(declared(route.dependant) for route in _routes())))


@cache
def _api() -> FastAPI:
    """Give PI Web API's paths, over whatever world a request is about; they are put together once."""
    join()
    api = FastAPI(title="PI Web API simulator", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.paths = [route.path for route in _routes()]
    tell_errors(api)
    for controller in CONTROLLERS:
        api.include_router(controller.router, prefix=ROOT)
    for face in (home, identity):
        api.include_router(face.router)
    return api


class _Dated:
    """Says with each answer what time it is in the world."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._world.now() / SECOND, usegmt=True)
                message = {**message, "headers": [*message["headers"], (b"date", date.encode())]}
            await send(message)

        await self._app(scope, receive, sent)


class _About:
    """Tells each request which world it is about, and what answers the parts of a batch."""

    def __init__(self, world: World) -> None:
        self._state = {"world": world, "part": _alike(troubled_parts(self, world.settings.hostility))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {**scope.get("state", {}), **self._state}
        await _api()(scope, receive, send)


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Give the application that serves a world, as any ASGI server takes it."""
    settings = settings or Settings()
    world = World(settings)
    about: ASGIApp = _About(world)
    packed: ASGIApp = GZipMiddleware(about, minimum_size=256, compresslevel=1) if settings.gzip else about
    return _Dated(_alike(troubled(Defences(packed, settings), settings.hostility)), world)
