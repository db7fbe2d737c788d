"""Who asks, as the platform in front of a Databricks App says it.

Source: Databricks, "Access HTTP headers passed to Databricks apps", and "Configure authorization in a Databricks app".
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the e-mail address, and a token with which the workspace is asked in their name; each empty where none is."""

    email: str = ""
    token: str = field(default="", repr=False)


_NOBODY = Asker()
# What programs and open pages ask for by themselves.
_BY_THEMSELVES = ("/healthz", "/metrics", "/static/", "/live")
_asker: ContextVar[Asker] = ContextVar("asker", default=_NOBODY)


def asker() -> Asker:
    """Give who asks for the page that is being made."""
    return _asker.get()


class Asked:
    """Hands requests on, and remembers meanwhile who asks. Only behind the platform, which sets these headers itself.

    looked: is told that somebody looks at a page.
    """

    def __init__(self, app: ASGIApp, looked: Callable[[], None]) -> None:
        self._app, self._looked = app, looked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not scope["path"].startswith(_BY_THEMSELVES):
            self._looked()
        headers = Headers(scope=scope)
        found = Asker(headers.get("x-forwarded-email", ""), headers.get("x-forwarded-access-token", ""))
        before = _asker.set(found)
        try:
            await self._app(scope, receive, send)
        finally:
            _asker.reset(before)
