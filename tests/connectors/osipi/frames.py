"""Event frames that a server searches as PI Web API does, while they come, end and go."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.osipi.times import stamp_of
from tests.connectors.osipi.filled import RUNNING, frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.server import PiServer, Reply, Request

PATH = "/assetdatabases/{}/eventframes"
# By AVEVA's reference, AFSearchMode: whether a frame from `start` to `end` is found in the time from `first` to `last`.
_FITS: dict[str, Callable[[str, str, str, str], bool]] = {
    "Inclusive": lambda start, end, first, last: first <= start and end <= last,
    "Overlapped": lambda start, end, first, last: start <= last and end >= first,
    "StartInclusive": lambda start, _, first, last: first <= start <= last,
    "EndInclusive": lambda _, end, first, last: first <= end <= last,
}


class Held(dict[str, Any]):
    """An object of an answer that counts how many of its kind there are."""

    now: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        Held.now += 1
        Held.most = max(Held.most, Held.now)

    def __del__(self) -> None:
        Held.now -= 1

    @classmethod
    def decoder(cls, name: str) -> Callable[[bytes], Any]:
        """Give a decoder by which objects that have a field are counted, from now on."""
        cls.now = cls.most = 0
        return lambda text: json.loads(text, object_hook=lambda found: cls(found) if name in found else found)


def minute(number: float) -> str:
    """Give the time so many minutes before noon of 1 March 2026."""
    return f"{datetime(2026, 3, 1, 12, tzinfo=UTC) - timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"


def some_frames(most: int) -> list[dict[str, Any]]:
    """Give frames: three a minute begin at one time, each fifth runs, each seventh began a hundred days before noon."""
    made = []
    for number in range(most):
        start = 144_000 + number if number % 7 == 0 else number // 3 + 1
        end = RUNNING if number % 5 == 0 else minute(number // 3 + 0.5)
        made.append(frame(f"F{number:04}", end, StartTime=minute(start), RefElementWebIds=["E1"]))
    return made


class Frames:
    """The event frames of a server's databases, in pages of 7 at most. `after`: called with each page."""

    most = 7

    def __init__(self, pi: PiServer, **databases: list[dict[str, Any]]) -> None:
        self.databases, self.pages = databases, 0
        self.after: Callable[[list[dict[str, Any]]], None] = lambda _: None
        pi.lists["/assetservers/AF/assetdatabases"] = [{"WebId": name, "Name": name} for name in databases]
        cause = {"Items": [{"Name": "Cause", "Value": {"Value": "Leak"}}]}
        for name, frames in databases.items():
            pi.lists.pop(PATH.format(name), None)
            pi.objects[PATH.format(name)] = lambda request, name=name: self._search(request, name)
            pi.objects |= {f"/eventframes/{one['WebId']}": one for one in frames}
            pi.objects |= {f"/streamsets/{one['WebId']}/value": cause for one in frames}

    def _search(self, request: Request, database: str) -> Reply:
        asked = {name: texts[0] for name, texts in request.query.items()}
        count, start = int(asked["maxCount"]), int(asked["startIndex"])
        if count > self.most:
            return 400, {"Errors": [f"Parameter (maxCount) is greater than the maximum allowed ({self.most})."]}
        first, last, fits = stamp_of(asked["startTime"]), stamp_of(asked["endTime"]), _FITS[asked["searchMode"]]
        found = [
            one for one in self.databases[database] if fits(stamp_of(one["StartTime"]), stamp_of(one["EndTime"]), first, last)
        ]
        found.sort(key=lambda one: stamp_of(one[asked["sortField"]]))
        page = [dict(one) for one in found[start : start + count]]
        self.pages += 1
        self.after(page)
        links = {"First": "…"} | ({"Next": "…"} if start + count < len(found) else {})
        return 200, {"Links": links, "Items": page}
