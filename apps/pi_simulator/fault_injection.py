"""Does to requests what a hostile world decides. Broken connections need `serving.py`, which tells a request its transport."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from .bodies import dumps
from .errors import failure
from .faults import Fault, FaultPlan
from .request_context import ROOT
from .value_errors import ValueErrors, has_values

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SLOW = 0.05
_STATUS = {Fault.TOO_MANY: 429, Fault.BAD_GATEWAY: 502, Fault.UNAVAILABLE: 503, Fault.TIMEOUT: 504}


def _plain_failure(trouble: Fault) -> Response:
    if trouble is Fault.BAD_GATEWAY:
        return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
    headers = {"Retry-After": "0"} if trouble in {Fault.TOO_MANY, Fault.UNAVAILABLE} else None
    return failure(_STATUS[trouble], "The server can't answer just now.", headers=headers)


async def _asked(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """Give what tells a request from others (its method, address and body), and its body once more for who answers it."""
    body = await Request(scope, receive).body()
    told = [scope["method"].encode(), scope["path"].encode(), scope["query_string"], body]
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return hashlib.blake2b(b"\0".join(told), digest_size=16).digest(), again


def _exception() -> Response:
    told = {"StatusCode": 500, "Errors": ["The server met an error while it made the answer."]}
    return Response(dumps({"Links": {}, "Items": [], "WebException": told}), 200, media_type="application/json; charset=utf-8")


def _has_token(scope: Scope) -> bool:
    """Say whether a request's login may end: a token may, a password does not."""
    return any(name == b"authorization" and value[:7].lower() == b"bearer " for name, value in scope["headers"])


class FaultInjection:
    """Stands before an application and troubles what `next_trouble` decides."""

    def __init__(
        self, app: ASGIApp, next_trouble: Callable[[bytes], Fault | None], values: Callable[[bytes], random.Random]
    ) -> None:
        self._app, self._next, self._values = app, next_trouble, values

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with trouble, or hand it on."""
        if scope["type"] != "http" or not scope["path"].startswith(ROOT):
            await self._app(scope, receive, send)
            return
        asked, receive = await _asked(scope, receive)
        trouble = self._next(asked)
        if trouble is Fault.SLOW:
            await asyncio.sleep(_SLOW)
        if trouble in _STATUS:
            await _plain_failure(trouble)(scope, receive, send)
        elif trouble is Fault.EXCEPTION:
            await _exception()(scope, receive, send)
        elif trouble is Fault.VALUE_ERRORS and has_values(scope):
            await self._app(scope, receive, ValueErrors(send, self._values(asked)))
        elif trouble is Fault.EXPIRED and _has_token(scope):
            await Response(b"", 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})(scope, receive, send)
        elif trouble in {Fault.RESET, Fault.TRUNCATED}:
            await self._app(scope, receive, _Breaking(scope, send, reset=trouble is Fault.RESET))
        else:
            await self._app(scope, receive, send)


class _Breaking:
    """Sends half of an answer, then breaks the connection: cleanly, or by a reset."""

    def __init__(self, scope: Scope, send: Send, *, reset: bool) -> None:
        self._transport: Any = scope["state"]["transport"]
        self._send, self._reset, self._broken = send, reset, False

    async def __call__(self, message: Message) -> None:
        """Send a message, or less of it."""
        if self._broken:
            return
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
            await self._send(message)
            return
        body = message.get("body", b"")
        await self._send({**message, "body": body[: len(body) // 2], "more_body": True})
        self._broken = True
        if self._reset:
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        else:
            self._transport.close()


def troubled(app: ASGIApp, hostility: FaultPlan | None) -> ASGIApp:
    """Give an application whose requests meet a hostile world's troubles; the application itself in a friendly one."""
    return FaultInjection(app, hostility.next_request, hostility.values) if hostility else app


def troubled_parts(app: ASGIApp, hostility: FaultPlan | None) -> ASGIApp:
    """Give an application for the parts of batches."""
    return FaultInjection(app, hostility.next_part, hostility.values) if hostility else app
