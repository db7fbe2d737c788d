"""Serves an application by uvicorn, whose requests know their transport, so that a connection can be broken."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST_REQUEST = 1 << 20
_PIECE = 1 << 20


class Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, with the transport in each request's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own has the same
        """Remember the transport, and let it send small packets at once: a header that waits for its body costs 40 ms."""
        # asyncio does so only for sockets that were made with the protocol's number, which create_server leaves out.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class InPieces:
    """Hands on an application's long bodies in pieces, as many as the other side takes.

    asyncio copies, twice, what is left of a body when the socket takes no more of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sent(message: Message) -> None:
            body = message.get("body", b"") if message["type"] == "http.response.body" else b""
            rest = memoryview(body)
            while len(rest) > _PIECE:
                await send({"type": "http.response.body", "body": rest[:_PIECE], "more_body": True})
                rest = rest[_PIECE:]
            await send({**message, "body": rest} if len(rest) < len(body) else message)

        await self._app(scope, receive, sent)


def _config(app: ASGIApp, **options: Any) -> uvicorn.Config:
    # A connection that is broken on purpose is no error to log.
    return uvicorn.Config(
        InPieces(app),
        http=Protocol,
        h11_max_incomplete_event_size=_LONGEST_REQUEST,
        date_header=False,  # the world has a clock of its own
        log_level="critical",
        access_log=False,
        **options,
    )


def listening(host: str, port: int) -> socket.socket:
    """Listen, on any free port where `port` is 0; connections wait until they are served. Raises OSError where none can be."""
    return socket.create_server((host, port), backlog=256)


def serve(app: ASGIApp, at: socket.socket) -> None:
    """Serve until a signal ends it."""
    uvicorn.Server(_config(app, timeout_graceful_shutdown=1)).run(sockets=[at])


@contextmanager
def served(app: ASGIApp, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of this machine from a thread, by `tls` where it is given; give the address, which has no path."""
    at = listening("127.0.0.1", 0)
    options: dict[str, Any] = {"ssl_context_factory": lambda *_: tls} if tls else {}
    server = uvicorn.Server(_config(app, timeout_graceful_shutdown=1, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{at.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True  # without waiting for connections that clients keep
        thread.join()
        at.close()
