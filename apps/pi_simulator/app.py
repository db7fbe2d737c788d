"""The application: PI Web API's paths over a world, behind its defences."""

from __future__ import annotations

from fastapi import FastAPI

from .asking import ROOT
from .errors import tell_errors
from .routes import system
from .settings import Settings
from .world import World

CONTROLLERS = (system,)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Give the application that serves a world; `app.state.world` is that world."""
    app = FastAPI(title="PI Web API simulator", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.world = World(settings or Settings())
    tell_errors(app)
    for controller in CONTROLLERS:
        app.include_router(controller.router, prefix=ROOT)
    return app
