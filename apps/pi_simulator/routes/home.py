"""The page that says what is served, with a few tags as they are now."""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse

from ..request_context import ROOT
from ..times import written
from ..world import World

router = APIRouter()
_SHOWN = (0, 1, 4, 11, 22, 33, 44, 90)


@cache
def _template() -> Template:
    loader = PackageLoader(__package__.rpartition(".")[0])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template("home.html")


@router.get("/", include_in_schema=False)
def home(request: Request) -> HTMLResponse:
    """Show what there is."""
    world: World = request.state.world
    now = world.now()
    page = _template().render(
        base=str(request.base_url).rstrip("/") + ROOT,
        settings=world.settings,
        now=written(now),
        tags=[] if world.settings.logins else _live(world, now),
        controllers=_controllers(request.app.state.paths),
    )
    return HTMLResponse(page)


def _live(world: World, now: int) -> list[tuple[str, str, str, str, bool]]:
    """Give name, value, units, time of a few tags, and whether the value is good."""
    rows = []
    for number in (one for one in _SHOWN if world.archive.has(one, now)):
        one = world.archive.look(number, now)
        last = world.truth.last(one, now, now)
        if len(last):
            row = last.row(0)
            value = row["Value"]["Name"] if isinstance(row["Value"], dict) else json.dumps(row["Value"], ensure_ascii=False)
            rows.append((one.name, value, row["UnitsAbbreviation"], row["Timestamp"], row["Good"]))
    return rows


def _controllers(paths: list[str]) -> list[tuple[str, list[str]]]:
    """Give the paths that are served, by their first word."""
    served = sorted({f"{ROOT}{path}" for path in paths if path != "/"})
    return [(name, list(some)) for name, some in groupby(served, key=lambda path: path.split("/")[2])]
