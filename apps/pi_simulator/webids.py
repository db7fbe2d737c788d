"""WebIDs of version 2.0: Full, IDOnly and PathOnly.

The first letter tells which, `1` the version, then the type's marker, then, each by itself in URL-safe base64 without padding,
GUIDs (in .NET's byte order), a point's number, and the path in capitals.
Source: AVEVA's reference, "WebID 2.0" (docs.aveva.com, PI Web API Reference).
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from uuid import UUID


def guid(*words: object) -> UUID:
    """Give a GUID that depends on nothing but the words."""
    digest = hashlib.blake2b("\0".join(map(str, words)).encode(), digest_size=16).digest()
    return UUID(bytes=digest, version=4)


def pack(data: bytes) -> str:
    """Give bytes as a WebID holds them."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpack(text: str) -> bytes:
    """Give back what `pack` was given; ValueError where the text is no base64."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# The kinds of WebIDs in small letters, each with the letter that its WebIDs begin with.
KINDS = {"full": "F", "idonly": "I", "pathonly": "P", "localidonly": "L", "defaultidonly": "D"}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a WebID tells: the type's marker (`DP`, `Em`, `AbE`), the GUIDs from the server down, a point's number, the path."""

    marker: str
    guids: tuple[UUID, ...]
    path: str
    number: int | None = None

    def web_id(self, kind: str = "Full") -> str:
        """Give the WebID of a kind, in capitals or not; ValueError for what is none of `KINDS`."""
        letter = KINDS.get(kind.lower())
        if letter is None:
            raise ValueError(kind)
        server_is_implied = letter in "LD" and (len(self.guids) > 1 or self.number is not None)
        guids = self.guids[1:] if server_is_implied else self.guids
        number = "" if self.number is None else pack(struct.pack("<I", self.number))
        ids = "".join(pack(one.bytes_le) for one in guids) + number
        path = pack(self.path.lstrip("\\").upper().encode())
        return f"{letter}1{self.marker}" + {"F": ids + path, "P": path}.get(letter, ids)

    def has(self, web_id: str) -> bool:
        """Say whether a WebID of any kind is this one's: a Full one by its ids, whatever path it had when it was given."""
        return any(self.web_id(kind) == web_id for kind in KINDS) or (
            web_id[:1] == "F" and web_id.startswith(self.web_id("IDOnly")[1:], 1)
        )
