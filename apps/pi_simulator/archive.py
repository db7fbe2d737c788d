"""The data archive's points: found by WebID, name or path, none of them stored.

A name holds its point's number, and so does a WebID, so looking one up costs the same with a million points as with one.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .changes import History
from .errors import PiError
from .tags import CROWDS, SERVER, SERVER_ID, Tag, compressed
from .webids import KINDS, Identity, unpack

if TYPE_CHECKING:
    from .faults import FaultPlan

_NUMBER = re.compile(r"^Unit\d+\.\w+\.(\d{6,})")
_GUID, _POINT = 22, 6  # characters of a GUID and of a point's number in a WebID
SERVER_IDENTITY = Identity("DS", (SERVER_ID,), SERVER)


@dataclass(frozen=True, slots=True)
class Archive:
    """`count` points, and those that crowd, of which a hostile world lets some vanish, and what `history` does to them.

    With `compression` some of them compress what comes.
    """

    count: int
    hostility: FaultPlan | None = None
    history: History = field(default_factory=History)
    compression: bool = False

    def server(self, now: int) -> Identity:
        """Give what WebIDs of the data server are made of at `now` (ticks)."""
        return Identity("DS", (SERVER_ID,), self.history.server(now))

    def look(self, number: int, now: int) -> Tag:
        """Give a point as it is at `now`, whether or not it is there."""
        found = self.history.look(number, now)
        return compressed(found) if self.compression else found

    @property
    def all_there(self) -> bool:
        """Whether no point ever goes or comes."""
        return not self.history.changed and not (self.hostility and self.hostility.vanishing)

    def has(self, number: int, now: int) -> bool:
        """Say whether a point is there at `now` (ticks)."""
        there = 0 <= number < self.count or number in CROWDS.values() or number in self.history.made
        return there and self.history.has(number, now) and not (self.hostility and self.hostility.vanished(number, now))

    def by_web_id(self, web_id: str, now: int) -> Tag:
        """Give the point of a WebID of any kind. Raises PiError: 400 for what is no WebID, 404 where nothing has it."""
        number = self._number(web_id, now)
        if number is None or not self.has(number, now):
            raise PiError(404, f"The specified PI Point was not found, or is not accessible: '{web_id}'.")
        return self.look(number, now)

    def by_path(self, path: str, now: int) -> Tag:
        r"""Give the point of a path (`\\server\name`), capitals or not. Raises PiError 404 where there is none."""
        server, _, name = path.lstrip("\\").partition("\\")
        found = self._named(name, now) if server.upper() == self.history.server(now).upper() else None
        if found is None:
            raise PiError(404, f"The specified path was not found: '{path}'.")
        return found

    def _named(self, name: str, now: int) -> Tag | None:
        for number in self.history.changed:
            if self.has(number, now) and (changed := self.look(number, now)).name.upper() == name.upper():
                return changed
        match = _NUMBER.match(name.title() if name.isupper() else name)
        number = int(match[1]) if match else CROWDS.get(name.title(), -1)
        if not self.has(number, now):
            return None
        found = self.look(number, now)
        return found if found.name.upper() == name.upper() else None

    def _number(self, web_id: str, now: int) -> int | None:
        if web_id[1:4] != "1DP" or web_id[:1] not in KINDS.values():
            raise PiError(400, f"The WebID is invalid: '{web_id}'.")
        try:
            if web_id[0] == "P":
                owner, _, name = unpack(web_id[4:]).decode().partition("\\")
                found = self._named(name, now) if owner == self.history.server(now).upper() else None
                return found.number if found else None
            at = 4 + (_GUID if web_id[0] in "FI" else 0)
            server, number = unpack(web_id[4:at]), unpack(web_id[at : at + _POINT])
            told: int = struct.unpack("<I", number)[0]
        except (ValueError, struct.error):
            raise PiError(400, f"The WebID is invalid: '{web_id}'.") from None
        return None if server and server != SERVER_ID.bytes_le else told - 1
