"""Values as PI sends them, each in columns that lose nothing."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .times import MICROSECONDS, stamp_of
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NOTHING: dict[str, int] = {}
_USUAL = ("Timestamp", "Value", "Good", "Questionable", "Substituted", "Annotated")
_usual = itemgetter(*_USUAL)
_SECONDS, _TICKS = len("2026-01-31T06:00:00Z"), len("2026-01-31T06:00:00.1234567Z")
_DIGITS = {str(digit): digit for digit in range(10)}
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_WORDS = frozenset(_NOT_FINITE.values())
_EXACT = 2**53  # whole numbers beyond it have no exact double


@dataclass(frozen=True, slots=True)
class Values:
    """A tag's values as PI sent them, which are to be given: as rows when it is iterated over, or as columns (`arrow`).

    The fields are what `value_rows` takes; the length is that of the items, of which some may have been given before.
    """

    tag: tuple[str, str, str]
    items: list[dict[str, Any]]
    ingested: str
    seen: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return value_rows(self.tag, self.items, self.ingested, self.seen)


# What belongs together of a table of recorded values: a tag's values, or rows that are no values.
Block = Values | list[dict[str, Any]]


def columns_of(value: Any) -> tuple[float | None, str | None, str, int | None]:
    """Give value, value_text, value_type and state_code.

    A number is in `value`; one that a double can't hold is in `value_text` too, digit by digit. A digital state's name is
    in `value_text` and its code in `state_code`; its code is `value` as well unless PI itself set it (a system state such
    as `No Data` is no measurement). NaN, Infinity and -Infinity, which PI Web API may send as texts, are `not_finite`: that
    word is in `value_text`, and there is no value. Strings and blobs (which PI Web API sends as text) are in `value_text`,
    anything else there as JSON.
    """
    if isinstance(value, dict) and "Name" in value and "Value" in value:
        return _state(value)
    if isinstance(value, float):
        return (value, None, "number", None) if math.isfinite(value) else (None, _NOT_FINITE[str(value)], "not_finite", None)
    if isinstance(value, bool):
        return float(value), str(value).lower(), "boolean", None
    if isinstance(value, int):
        return float(value), str(value) if abs(value) > _EXACT else None, "number", None
    if isinstance(value, str):
        return None, value, "not_finite" if value in _WORDS else "string", None
    if value is None:
        return None, None, "null", None
    return None, json.dumps(value, ensure_ascii=False, sort_keys=True), "object", None


def _state(value: dict[str, Any]) -> tuple[float | None, str | None, str, int | None]:
    code = value["Value"]
    whole = int(code) if isinstance(code, (int, float)) else None
    name = None if value["Name"] is None else str(value["Name"])
    if value.get("IsSystem"):
        return None, name, "system", whole
    return None if whole is None else float(whole), name, "digital", whole


def blank(tag: tuple[str, str, str], ingested: str) -> dict[str, Any]:
    """Give a row of recorded values without a value; tag: its WebID, its name and its units."""
    webid, name, units = tag
    return {
        "tag_webid": webid,
        "tag_id": stable_id(webid),
        "tag_name": name,
        "timestamp": None,
        "sub_microsecond": 0,
        "occurrence": 0,
        "value": None,
        "value_text": None,
        "value_type": "number",
        "state_code": None,
        "quality_good": None,
        "quality_questionable": None,
        "quality_substituted": None,
        "annotated": None,
        "units": units,
        "errors": None,
        "ingestion_timestamp": ingested,
    }


def value_rows(
    tag: tuple[str, str, str], items: Sequence[dict[str, Any]], ingested: str, seen: Mapping[str, int] = NOTHING
) -> Iterator[dict[str, Any]]:
    """Give the rows of a tag's values: time (microseconds, and the 100 ns digit besides), value, quality, occurrence.

    tag: its WebID, its name and its units, which hold where a value names none. Of an instant in `seen`, as many values as
    it says are left out. All in one loop, and a copy of a blank row for each, since it runs for every value of a plant: a
    time that looks as PI writes it is taken as it is.
    """
    copy = blank(tag, ingested).copy
    last, occurrence = "", 0
    for item, known in zip(items, _known(items), strict=True):
        time, value, good, questionable, substituted, annotated = known
        length = len(time)
        if not _SECONDS <= length <= _TICKS or time[-1] != "Z" or time[10] != "T" or (time[-2] == "0" and length > _SECONDS):
            time = stamp_of(time) + "Z"
            length = len(time)
        if time == last:
            occurrence += 1
        else:
            last, occurrence = time, 0
        if seen and occurrence < seen.get(time[:-1], 0):
            continue
        row = copy()
        if length == _TICKS:
            row["timestamp"] = time[:MICROSECONDS] + "Z"
            row["sub_microsecond"] = _DIGITS[time[MICROSECONDS]]
        else:
            row["timestamp"] = time
        if occurrence:
            row["occurrence"] = occurrence
        if type(value) is float and value - value == 0:  # neither infinite nor no number
            row["value"] = value
        else:
            row["value"], row["value_text"], row["value_type"], row["state_code"] = columns_of(value)
        row["quality_good"] = good
        row["quality_questionable"] = questionable
        row["quality_substituted"] = substituted
        row["annotated"] = annotated
        if "UnitsAbbreviation" in item:
            row["units"] = item["UnitsAbbreviation"] or tag[2]
        if "Errors" in item:
            row["errors"] = json.dumps(item["Errors"], ensure_ascii=False) if item["Errors"] else None
        yield row


def _known(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Give the usual fields of values; None for those that a value has not."""
    try:
        return list(map(_usual, items))
    except KeyError:
        return [tuple(map(item.get, _USUAL)) for item in items]


def numbered(items: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Give each value with its stamp and its occurrence: how many values of the same instant came before it."""
    last, occurrence = "", 0
    for item in items:
        stamp = stamp_of(item["Timestamp"])
        occurrence = occurrence + 1 if stamp == last else 0
        last = stamp
        yield item, stamp, occurrence
