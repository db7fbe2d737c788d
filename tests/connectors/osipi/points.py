"""WebIDs of a data server's points, as PI Web API writes them."""

from __future__ import annotations

import base64
import struct
from uuid import UUID

SERVER = UUID("9b2f4c6e-1d3a-4f5b-8c7d-0e1f2a3b4c5d")


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def full(number: int, name: str, server: str = "PLANT") -> str:
    """Give the Full WebID of a point."""
    ids = packed(SERVER.bytes_le) + packed(struct.pack("<I", number))
    path = f"{server}\\{name}".upper()
    return f"F1DP{ids}{packed(path.encode())}"


def id_only(number: int) -> str:
    return "I" + full(number, "x")[1:32]
