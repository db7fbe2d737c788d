"""Filters that a thing's own fields answer: texts, truths, times, severities.

Source: AVEVA, AF SDK Reference, "AFSearchFilter": which filters take wildcards, and what else a value may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..search.comparing import COMPARED
from ..search.lists import like, same
from ..search.scene import RefusedError
from ..times import parse, span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ..search.grammar import Filter
    from ..search.scene import Known, Scene, Test
    from .objects import Thing

    Maker = Callable[[Filter, Scene], Test]

OF_EVENTS = frozenset(
    {"canbeacknowledged", "duration", "end", "inprogress", "isacknowledged", "isannotated", "severity", "start"},
)
_SEVERITIES = ("None", "Information", "Warning", "Minor", "Major", "Critical")  # AF SDK Reference, "AFSeverity"
_ELEMENT_TYPES = ("None", "Other", "Node", "Measurement", "Flow", "Transfer", "Boundary")  # "AFElementType"
_VALUE_TYPES = (
    "Boolean", "Byte", "Byte[]", "DateTime", "Double", "EnumerationValue", "Guid", "Int16", "Int32", "Int64", "Single",
    "String",
)  # fmt: skip
_STATUSES = ("None", "NotReady", "Disabled", "Enabled", "Error")  # "AFStatus"
_DATA_REFERENCES = ("Formula", "PI Point", "PI Point Array", "String Builder", "Table Lookup", "URI Builder")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_SHOWN = 200


def worded(one: Filter) -> str:
    """Give a value that may have wildcards. Raises RefusedError where the filter compares otherwise."""
    if one.sign not in {"=", "<>"} or not one.values:
        raise RefusedError(f"'{one.name or 'name'}' is equal or not to one value")
    return one.pattern


def single(one: Filter) -> str:
    """Give a value that has no wildcards. Raises RefusedError for a list or a query in braces."""
    if one.sign == "in" or not one.values:
        raise RefusedError(f"'{one.name}' takes one value")
    return one.text


def truth(one: Filter) -> bool:
    """Give a truth. Raises RefusedError for what is none."""
    told = _TRUTHS.get(single(one).lower())
    if told is None or one.sign != "=":
        raise RefusedError(f"'{one.name}' is True or False")
    return told


def moment(one: Filter, now: int) -> int:
    """Give a time as ticks. Raises RefusedError for what is none."""
    try:
        return parse(single(one), now)
    except ValueError:
        raise RefusedError(f"'{one.text[:_SHOWN]}' is no time") from None


def texts(look: Callable[[Thing], Sequence[str]]) -> Maker:
    """Give what makes a test of some texts, by wildcards."""

    def make(one: Filter, _scene: Scene) -> Test:
        wanted = worded(one)
        return lambda thing: any(like(text, wanted) for text in look(thing)) is (one.sign == "=")

    return make


def words(field: str, known: Collection[str]) -> Maker:
    """Give what makes a test of a field that has one of some words."""

    def make(one: Filter, _scene: Scene) -> Test:
        wanted = word(one, known)
        return lambda thing: same(str(thing.fields.get(field, "None")), wanted) is (one.sign == "=")

    return make


def word(one: Filter, known: Collection[str]) -> str:
    """Give which of some words a filter names. Raises RefusedError for none of them, and for other signs than `=` and `<>`."""
    told = single(one)
    found = next((name for name in known if same(name, told)), None)
    if found is None or one.sign not in {"=", "<>"}:
        raise RefusedError(f"'{one.name}' is one of {', '.join(known)}")
    return found


def _truths(field: Callable[[Thing], Any]) -> Maker:
    def make(one: Filter, _scene: Scene) -> Test:
        wanted = truth(one)
        return lambda thing: bool(field(thing)) is wanted

    return make


def _times(field: str) -> Maker:
    def make(one: Filter, scene: Scene) -> Test:
        wanted, compared, now = moment(one, scene.now), COMPARED[one.sign], scene.now
        return lambda thing: compared(parse(thing.fields[field], now), wanted)

    return make


def _made(one: Filter, scene: Scene) -> Test:
    """Compare when elements were made and last changed: all of them when the points were made."""
    wanted = moment(one, scene.now)
    fits = COMPARED[one.sign](scene.world.settings.started, wanted)
    return lambda _: fits


def _duration(one: Filter, scene: Scene) -> Test:
    """Compare how long a frame takes; one that runs has the end of time as its end."""
    told = single(one)
    try:
        wanted = span(told)
    except (ValueError, OverflowError):
        raise RefusedError(f"'{told[:_SHOWN]}' is no time span") from None
    compared, now = COMPARED[one.sign], scene.now
    return lambda thing: compared(parse(thing.fields["EndTime"], now) - parse(thing.fields["StartTime"], now), wanted)


def _severity(one: Filter, _scene: Scene) -> Test:
    told = single(one)
    ranks = {name.lower(): rank for rank, name in enumerate(_SEVERITIES)}
    wanted = ranks.get(told.lower(), int(told) if told in set("012345") else None)
    if wanted is None:
        raise RefusedError(f"'severity' is one of {', '.join(_SEVERITIES)}")
    compared = COMPARED[one.sign]
    return lambda thing: compared(ranks[thing.fields["Severity"].lower()], wanted)


def _id(one: Filter, _scene: Scene) -> Test:
    try:
        wanted = {UUID(value.strip("{}")) for value in one.values}
    except ValueError:
        raise RefusedError("'id' is a GUID, or a list of them") from None
    if one.sign not in {"=", "<>", "in"} or not wanted:
        raise RefusedError("'id' is a GUID, or a list of them")
    return lambda thing: (thing.guid in wanted) is (one.sign != "<>")


def _group(one: Filter, _scene: Scene) -> Test:
    if not single(one).isdigit() or one.sign != "=":
        raise RefusedError("'groupid' is a whole number")
    return lambda thing: bool(thing.fields["GroupId"] == int(one.text))


_MAKERS: dict[str, Maker] = {
    "canbeacknowledged": _truths(lambda thing: thing.fields["CanBeAcknowledged"]),
    "categoryname": texts(lambda thing: thing.fields.get("CategoryNames", ())),
    "creationdate": _made,
    "description": texts(lambda thing: (thing.description,)),
    "duration": _duration,
    "end": _times("EndTime"),
    "groupid": _group,
    "id": _id,
    "inprogress": _truths(lambda thing: thing.fields["EndTime"].startswith("9999")),
    "isacknowledged": _truths(lambda thing: thing.fields["IsAcknowledged"]),
    "isannotated": _truths(lambda thing: thing.fields["IsAnnotated"]),
    "modifydate": _made,
    "plugin": texts(lambda thing: (thing.fields["AnalysisRulePlugInName"],)),
    "pluginname": texts(lambda thing: (thing.fields["AnalysisRulePlugInName"],)),
    "severity": _severity,
    "start": _times("StartTime"),
    "status": words("Status", _STATUSES),
    "timeruleplugin": texts(lambda thing: (thing.fields["TimeRulePlugInName"],)),
    "timerulepluginname": texts(lambda thing: (thing.fields["TimeRulePlugInName"],)),
    "type": words("Type", _ELEMENT_TYPES),
}
_OF_ATTRIBUTES: dict[str, Maker] = {
    "plugin": words("DataReferencePlugIn", _DATA_REFERENCES),
    "pluginname": texts(lambda thing: (thing.fields["DataReferencePlugIn"],)),
    "type": words("Type", _VALUE_TYPES),
}


def maker(known: Known, name: str) -> Maker:
    """Give what makes the test of a filter of a kind of search."""
    return _OF_ATTRIBUTES.get(name, _MAKERS[name]) if known == "attributes" else _MAKERS[name]
