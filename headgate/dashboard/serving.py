"""Serves the application by uvicorn."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from headgate.dashboard.app import create_app
from headgate.dashboard.connection import Connection
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.dashboard.settings import Settings


def listening(host: str, port: int) -> socket.socket:
    """Listen, on any free port where `port` is 0. Raises InputError where that can't be."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, UnicodeError, OverflowError) as error:
        why = getattr(error, "strerror", "") or "no name of a host"
        raise InputError(f"{host}:{port} can't be listened on: {why}", "choose another --port or --host") from None


def _server(settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(settings),
        http=Connection,
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=2 * settings.watchers + 200,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def serve(settings: Settings, at: socket.socket) -> None:
    """Serve until a signal ends it."""
    _server(settings).run(sockets=[at])


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve on a free port of this machine from a thread; give the address, which has no path."""
    at = listening("127.0.0.1", 0)
    server = _server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        at.close()
