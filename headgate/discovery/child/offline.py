"""Keeping code from the network: what would go there is made up, and no server is to be asked with it."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time

_EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}


def forbid() -> None:
    """From now on there is no network for this process, and no waiting between tries to reach it."""
    sys.addaudithook(_refuse)
    time.sleep = lambda _: None


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    first = arguments[0]
    if isinstance(first, socket.socket) and first.family not in (socket.AF_INET, socket.AF_INET6):
        return
    raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
