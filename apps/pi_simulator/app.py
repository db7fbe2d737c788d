"""The application: PI Web API's paths over a world, behind its defences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from .asking import ROOT
from .assets.joined import join
from .defences import Defences
from .errors import tell_errors
from .mischief import troubled, troubled_parts
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
    points,
    streams,
    streamsets,
    system,
    tables,
    templates,
    units,
)
from .settings import Settings
from .world import World

if TYPE_CHECKING:
    from starlette.types import ASGIApp

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
)


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Give the application that serves a world, as any ASGI server takes it."""
    settings = settings or Settings()
    join()
    api = FastAPI(title="PI Web API simulator", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.world = World(settings)
    api.state.part = troubled_parts(api, settings.hostility)
    tell_errors(api)
    for controller in CONTROLLERS:
        api.include_router(controller.router, prefix=ROOT)
    for face in (home, identity):
        api.include_router(face.router)
    packed: ASGIApp = GZipMiddleware(api, minimum_size=256, compresslevel=1) if settings.gzip else api
    return troubled(Defences(packed, settings), settings.hostility)
