"""Points as PI shows them: the point, its attributes, and searches among many."""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..compressing import COMP_DEV, COMP_MAX, EXC_DEV, EXC_MAX
from ..errors import PiError
from ..search.wildcards import pattern, wild
from ..settings import Settings
from ..tags import Tag, name_of
from ..times import SECOND, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..archive import Archive
    from ..request_context import RequestContext

_LINKS = {
    "Attributes": ("points", "attributes"),
    "InterpolatedData": ("streams", "interpolated"),
    "RecordedData": ("streams", "recorded"),
    "PlotData": ("streams", "plot"),
    "SummaryData": ("streams", "summary"),
    "Value": ("streams", "value"),
    "EndValue": ("streams", "end"),
}
_SPAN = 1000


def body(asked: RequestContext, one: Tag, *, links: bool = True) -> dict[str, Any]:
    """Give a point as PI shows it."""
    web_id = asked.web_id(one.identity)
    told: dict[str, Any] = {
        "WebId": web_id,
        "Id": one.number + 1,
        "Name": one.name,
        "Path": one.path,
        "Descriptor": descriptor(one),
        "PointClass": "classic",
        "PointType": one.point_type,
        "DigitalSetName": one.digital_set,
        "EngineeringUnits": one.units,
        "Span": _SPAN,
        "Zero": 0,
        "Step": one.step,
        "Future": one.future,
        "DisplayDigits": -5,
    }
    if links:
        told["Links"] = {"Self": asked.link("points", web_id), "DataServer": _server(asked)}
        told["Links"] |= {name: asked.link(controller, web_id, action) for name, (controller, action) in _LINKS.items()}
    return told


def _server(asked: RequestContext) -> str:
    return asked.link("dataservers", asked.web_id(asked.world.archive.server(asked.now)))


def descriptor(one: Tag) -> str:
    """Give what a point is said to be."""
    unit, measure, _ = one.name.split(".", 2)
    return f"{measure} of {unit.lower()}"


_SECURITY = "piadmin: A(r,w) | piadmins: A(r,w) | PIWorld: A(r)"
_CREATED = written(Settings().started)
# The attributes of the classic class that all points have alike, and those that each has its own.
_ALIKE: dict[str, Any] = {
    "archiving": 1,
    "changedate": _CREATED,
    "changer": "SIM\\admin",
    "convers": 1.0,
    "creator": "SIM\\admin",
    "dataaccess": "o:rw g:r w:r",
    "datagroup": "piadmins",
    "dataowner": "piadmin",
    "datasecurity": _SECURITY,
    "displaydigits": -5,
    "exdesc": "",
    "filtercode": 0,
    "location1": 1,
    "location2": 0,
    "location3": 0,
    "location4": 1,
    "location5": 0,
    "pointsource": "SIM",
    "ptaccess": "o:rw g:r w:r",
    "ptclassid": 1,
    "ptclassname": "classic",
    "ptclassrev": 1,
    "ptgroup": "piadmins",
    "ptowner": "piadmin",
    "ptsecurity": _SECURITY,
    "scan": 1,
    "shutdown": 0,
    "sourcetag": "",
    "span": float(_SPAN),
    "squareroot": 0,
    "srcptid": 0,
    "totalcode": 0,
    "typicalvalue": 50.0,
    "userint2": 0,
    "userreal1": 0.0,
    "userreal2": 0.0,
    "zero": 0.0,
}
_OWN: dict[str, Callable[[Tag], Any]] = {
    "compdev": lambda one: COMP_DEV if one.compressing else 2.0,
    "compdevpercent": lambda one: COMP_DEV * 100 / _SPAN if one.compressing else 0.2,
    "compmax": lambda one: COMP_MAX / SECOND if one.compressing else 28800.0,
    "compmin": lambda _: 0.0,
    "compressing": lambda one: int(one.compressing),
    "excdev": lambda one: EXC_DEV if one.compressing else 0.0,
    "excdevpercent": lambda one: EXC_DEV * 100 / _SPAN if one.compressing else 0.0,
    "excmax": lambda one: EXC_MAX / SECOND if one.compressing else 600.0,
    "excmin": lambda _: 0.0,
    "creationdate": lambda one: written(one.since) if one.since else _CREATED,
    "descriptor": descriptor,
    "digitalset": lambda one: one.digital_set,
    "engunits": lambda one: one.units,
    "future": lambda one: int(one.future),
    "instrumenttag": lambda one: one.name,
    "pointid": lambda one: one.number + 1,
    "pointtype": lambda one: one.point_type,
    "recno": lambda one: one.number + 1,
    "step": lambda one: int(one.step),
    "tag": lambda one: one.name,
    "userint1": lambda one: one.period // SECOND,
}


def attribute(one: Tag, name: str) -> Any:
    """Give an attribute of a point by its name in small letters; None where there is no such."""
    own = _OWN.get(name)
    return _ALIKE.get(name) if own is None else own(one)


def attributes(one: Tag) -> dict[str, Any]:
    """Give all attributes of a point by name, in the order of the alphabet."""
    return {name: attribute(one, name) for name in sorted(attribute_names())}


@lru_cache(maxsize=1)
def attribute_names() -> frozenset[str]:
    """Give the names of all attributes that points have, in small letters."""
    return frozenset((*_ALIKE, *_OWN))


def attribute_body(asked: RequestContext, one: Tag, name: str, value: Any) -> dict[str, Any]:
    """Give an attribute of a point as PI shows it."""
    point = asked.link("points", asked.web_id(one.identity))
    return {"Name": name, "Value": value, "Links": {"Self": f"{point}/attributes/{name}", "Point": point}}


@lru_cache(maxsize=16)
def _numbers(count: int, text: str) -> array[int]:
    """Give the numbers of those among the first `count` points whose name passes a filter."""
    matches = pattern(text).fullmatch
    return array("L", (number for number in range(count) if matches(name_of(number))))


class Listing:
    """Some points of an archive, those that are there at an instant, page by page."""

    def __init__(self, archive: Archive, now: int, numbers: Sequence[int]) -> None:
        if not archive.all_there:
            numbers = [number for number in numbers if archive.has(number, now)]
        self._archive, self._now, self._numbers = archive, now, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def page(self, start: int, count: int) -> list[Tag]:
        """Give some points from a place on."""
        return [self._archive.look(number, self._now) for number in self._numbers[start : start + count]]


def named(archive: Archive, now: int, name_filter: str) -> Listing:
    """Give the points whose name passes a filter; a name without wildcards is looked up at once."""
    numbers: Sequence[int] = range(archive.count)
    changed = archive.history.changed
    if not wild(name_filter):
        try:
            numbers = [archive.by_path(f"\\\\{archive.history.server(now)}\\{name_filter}", now).number]
        except PiError:
            numbers = []
    elif name_filter.strip("*"):
        numbers = _numbers(archive.count, name_filter)
    if changed and wild(name_filter):
        matches = pattern(name_filter).fullmatch
        others = [number for number in sorted(changed) if matches(archive.look(number, now).name)]
        numbers = [*(number for number in numbers if number not in changed), *others]
    return Listing(archive, now, numbers)


def server_body(asked: RequestContext) -> dict[str, Any]:
    """Give the data server as PI shows it."""
    identity = asked.world.archive.server(asked.now)
    web_id = asked.web_id(identity)
    return {
        "WebId": web_id,
        "Id": str(identity.guids[0]),
        "Name": identity.path,
        "Path": f"\\\\PIServers[{identity.path}]",
        "IsConnected": True,
        "ServerVersion": "3.4.420.1182",
        "ServerTime": written(asked.now),
        "Links": {
            "Self": asked.link("dataservers", web_id),
            "Points": asked.link("dataservers", web_id, "points"),
            "EnumerationSets": asked.link("dataservers", web_id, "enumerationsets"),
        },
    }
