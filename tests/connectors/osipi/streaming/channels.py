"""A PI Web API with channels, as AVEVA's reference describes them, whose every wrong turn is the test's to choose.

Its frames are its own few lines (RFC 6455), so that the reader's library does not talk to itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.connectors.osipi.server import PiServer, Query

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

_CLOSE = 0x88


class Channel:
    """A WebSocket that a client opened: the tags that it asked for, and its login."""

    def __init__(self, handler: BaseHTTPRequestHandler, query: Query) -> None:
        self.webids, self.query = query["webId"], query
        self.login = handler.headers.get("Authorization")
        self._socket = handler.connection
        self._lock = threading.Lock()
        self.ended = threading.Event()

    def send(self, body: Any) -> None:
        """Send a text message; one who has gone is no matter."""
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        small = len(data) < 126
        head = bytes([0x81, len(data)]) if small else bytes([0x81, 126]) + struct.pack(">H", len(data))
        try:
            with self._lock:
                self._socket.sendall(head + data)
        except OSError:
            self.ended.set()

    def die(self) -> None:
        """Reset the connection, as a server that crashes does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.ended.set()


class ChannelServer(PiServer):
    """The server. `refuses`: the status of an answer to whoever wants a channel; `deaf`: channels open and tell nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: list[Channel] = []
        self.opened = 0
        self.refuses = 0
        self.deaf = False
        self.lock = threading.Lock()

    def upgraded(self, handler: BaseHTTPRequestHandler, query: Query) -> None:
        handler.close_connection = True
        if self.refuses:
            handler.send_error(self.refuses)
            return
        key = base64.b64encode(hashlib.sha1((handler.headers["Sec-WebSocket-Key"] + _GUID).encode()).digest())  # noqa: S324  # as the RFC says
        handler.send_response_only(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", key.decode())):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.flush()
        channel = Channel(handler, query)
        with self.lock:
            self.channels.append(channel)
            self.opened += 1
        watcher = threading.Thread(target=self._watch, args=(handler, channel), daemon=True)
        watcher.start()
        channel.ended.wait()
        with self.lock:
            self.channels.remove(channel)

    @staticmethod
    def _watch(handler: BaseHTTPRequestHandler, channel: Channel) -> None:
        """Read what the client sends until it goes, or says that it will."""
        try:
            while (data := handler.connection.recv(4096)) and data[0] != _CLOSE:
                pass
        except OSError:
            pass
        channel.ended.set()

    def __exit__(self, *_: object) -> None:
        for channel in list(self.channels):
            channel.ended.set()
        super().__exit__()

    def write(self, webid: str, *values: float, when: str = "", told: int = 1, **more: Any) -> None:
        """Put values into the archive at one instant (now, if none is given), and tell those who listen, `told` times."""
        stamp = when or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        items = [{"Timestamp": stamp, "Value": value, "Good": True} for value in values]
        tag = self.tags[webid]
        tag.values = sorted([*tag.values, *items], key=lambda item: item["Timestamp"].rstrip("Z").ljust(27, "0"))
        self.tell(webid, [item | more for item in items], told)

    def tell(self, webid: str, items: list[dict[str, Any]], times: int = 1) -> None:
        """Tell the channels of a tag of these values."""
        if self.deaf:
            return
        with self.lock:
            listening = [one for one in self.channels if any(self.known_as(asked) == webid for asked in one.webids)]
        for channel in listening * times:
            channel.send({"Links": {}, "Items": [{"WebId": webid, "Name": self.tags[webid].name, "Items": items}]})
