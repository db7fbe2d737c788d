"""What stands before the application: PI's defences, and a slow or strict server where one is wanted."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from .errors import failure
from .logins import Gate
from .request_context import ROOT

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .settings import Settings

_WRITING = {"POST", "PUT", "PATCH", "DELETE"}
_DENIED = b'{"Message":"Authorization has been denied for this request."}'


class Limit:
    """A bucket of tokens that fills at `rate` a second, up to one second's worth."""

    def __init__(self, rate: float) -> None:
        self.rate, self._left, self._at = rate, max(rate, 1.0), time.monotonic()

    def wait(self) -> float:
        """Take a token; give 0, or the seconds until there is one."""
        if not self.rate:
            return 0.0
        now = time.monotonic()
        self._left = min(max(self.rate, 1.0), self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self.rate
        self._left -= 1
        return 0.0


class Defences:
    """Lets through to an application what PI's host, login and CSRF defence let through."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._gate = Gate(settings.logins, settings.seed)
        self._limit = Limit(settings.requests_per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in {"http", "websocket"} or not scope["path"].startswith(ROOT):
            await self._app(scope, receive, send)
            return
        if self._settings.latency and scope["type"] == "http":
            await asyncio.sleep(self._settings.latency)
        refused = self._refusal(scope)
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refused(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._settings.max_request:
            page = (
                "<h2>Bad Request - Request Too Long</h2><hr><p>HTTP Error 400. The size of the request headers is too long.</p>"
            )
            return Response(page, 400, media_type="text/html")
        if wait := self._limit.wait():
            return failure(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", headers={"Retry-After": str(int(wait) + 1)})
        if not self._gate.lets_in(headers.get("authorization", "")):
            return Response(_DENIED, 401, {"WWW-Authenticate": self._gate.challenge}, "application/json; charset=utf-8")
        writes = scope["type"] == "http" and Request(scope).method in _WRITING
        if writes and self._settings.csrf and not headers.get("x-requested-with"):
            return failure(400, "The request is refused by the CSRF defence: the header 'X-Requested-With' is missing.")
        return None
