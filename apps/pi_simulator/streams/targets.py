r"""What names in an expression stand for: points and attributes, by the target of the calculation.

Names are points' of a data server, or attributes' as they are seen from an element, an event frame or an attribute: `.` is the
attribute itself (or the point, where one is the target), `Level` one of the same owner, `Level|High Limit` one below that,
`.|High Limit` one below the target and `..|Level` one beside it, `.\Pump 1|Flow` one of an element below, `..\Unit 2|Area` of
one beside. `\\server\…` needs no target.
Sources: AVEVA, PI Web API Reference, "Calculation GetAtTimes" (`webId`); AF SDK Reference, "AFCalculation".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PiError
from .samples import Constant, View
from .sources import Source, point, source

if TYPE_CHECKING:
    from ..world import World

_STREAMS = {"DP", "Ab"}
_OWNERS = ("elements", "eventframes", "assetdatabases")
_SHOWN = 200


class Target:
    """The target of a calculation, as seen at `now` (ticks). Raises PiError: 400 for what can be none, 404 where none is."""

    def __init__(self, world: World, now: int, web_id: str | None) -> None:
        self._world, self._now = world, now
        self._own: Source | None = None
        self._path, self._database = "", False
        if web_id is not None and web_id[1:4] != "1DS":
            if web_id[2:4] in _STREAMS:
                self._own = source(world, web_id, now)
                self._path = "" if self._own.controller == "points" else self._own.path
            else:
                self._path = self._owner(web_id)

    def _owner(self, web_id: str) -> str:
        for controller in _OWNERS:
            if found := self._world.assets(self._now).find(web_id, self._now, controller):
                self._database = controller == "assetdatabases"
                return found.path
        raise PiError(404, f"The target of the calculation was not found: '{web_id[:_SHOWN]}'.")

    def view(self, name: str) -> View | Constant:
        """Give what a name stands for. Raises PiError 400 where that is nothing."""
        try:
            found = self._found(name)
        except PiError:
            raise PiError(400, f"The expression names what was not found: '{name[:_SHOWN]}'.") from None
        return found.view(self._world, self._now) if found.tag is not None else Constant(found.constant)

    def _found(self, name: str) -> Source:
        if name == "." and self._own is not None:
            return self._own
        if name.startswith("\\\\") and "|" not in name:
            return point(self._world.archive.by_path(name, self._now))
        if not self._path and "|" not in name:
            archive = self._world.archive
            return point(archive.by_path(f"\\\\{archive.history.server(self._now)}\\{name}", self._now))
        path = name if name.startswith("\\\\") else self._whole(name)
        thing = self._world.assets(self._now).at_path(path, self._now, "attributes")
        if thing is None:
            raise PiError(404, path)
        return source(self._world, thing.identity.web_id(), self._now)

    def _whole(self, name: str) -> str:
        """Give the path of an attribute that is named from the target on."""
        owner, bar, _ = self._path.partition("|")
        if bar and name.startswith(("..|", ".|")):
            return f"{self._path.rpartition('|')[0]}{name[2:]}" if name.startswith("..") else f"{self._path}{name[1:]}"
        while name.startswith("..\\"):
            owner, name = owner.rpartition("\\")[0], name[1:]
        if name.startswith(".\\") or self._database:
            return "\\".join((owner, name.removeprefix(".").lstrip("\\")))
        return f"{owner}|{name.removeprefix('.|')}"
