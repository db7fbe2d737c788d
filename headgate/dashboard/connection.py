"""Connections that say in time what they want, and are answered at once."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

HEAD_SECONDS = 10.0


class Connection(H11Protocol):
    """uvicorn's, which is closed where a request's head is not whole after ten seconds.

    As uvicorn has a limit of connections and none of this time, a few hundred that never say what they want would keep all
    others out.
    """

    _waiting: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first request. An answer's last part is sent at once.

        asyncio has that so for its own sockets alone; on others the last part waits until the reader has confirmed what came
        before, which readers put off by 40 ms (RFC 9293, section 3.7.4 and 3.8.6.3).
        """
        if (at := transport.get_extra_info("socket")) is not None:
            at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what comes, and wait for the rest of a head."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
