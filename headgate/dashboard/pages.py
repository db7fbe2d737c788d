"""How pages are rendered: all in one frame, with the look of the other pages that Headgate draws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import HTMLResponse

from headgate.numbers import number_text
from headgate.render.balance_page import filters
from headgate.render.pages import environment_of, style_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request

_PACKAGE = "headgate.dashboard"
STYLES = ("balance.css", "dashboard.css")
_UNITS = (("d", 86_400), ("h", 3600), ("min", 60))
_MANY = 100


@cache
def environment() -> Environment:
    """Give what renders the pages."""
    return environment_of(_PACKAGE, **filters(), seconds=seconds, duration=duration, moment=moment, path=path, iso=iso)


def compile_templates() -> None:
    """Have all templates ready, so that no page waits for its own."""
    for one in (files(_PACKAGE) / "templates").iterdir():
        if one.name.endswith(".html"):
            environment().get_template(one.name)


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Give name → content and media type of all files beside the pages."""
    style = style_text(environment(), *STYLES).encode()
    found = {"style.css": (style, "text/css; charset=utf-8")}
    for name, kind in (("live.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml")):
        found[name] = (files(_PACKAGE) / "static" / name).read_bytes(), kind
    return found


def page(request: Request, name: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """Give a page: the template of that name with its values, and what the frame shows of the figures."""
    figures = request.app.state.figures
    snapshot = values.pop("snapshot", None) or figures.snapshot
    text = environment().get_template(name).render(snapshot=snapshot, now=datetime.now(UTC), address=request.url.path, **values)
    return HTMLResponse(text, status)


def path(text: str) -> str:
    """Give a name as one part of an address."""
    return quote(text, safe="")


def seconds(value: float | None) -> str:
    """Give seconds with no more digits than they are worth; a dash where they are not known."""
    return "-" if value is None else number_text(round(value) if value >= _MANY else float(f"{value:.3g}"))


def duration(value: timedelta | float) -> str:
    """Give a time span in its two largest units: `3 d 4 h`, `12 min`, `8 s`."""
    left = value.total_seconds() if isinstance(value, timedelta) else value
    if left < 60:  # noqa: PLR2004  # a minute
        return f"{max(0, round(left))} s"
    parts: list[str] = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count:.0f} {unit}" if count else "")
    return " ".join(part for part in parts[:2] if part)


def moment(value: datetime) -> str:
    """Give a time as people read it, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def iso(value: datetime) -> str:
    """Give a time as machines read it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
