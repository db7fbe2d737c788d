"""Values as PI sends them, each in columns that lose nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .times import MICROSECONDS, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NOTHING: dict[str, int] = {}
_EXACT = 2**53  # whole numbers beyond it have no exact double


def columns_of(value: Any) -> tuple[float | None, str | None, str, int | None]:
    """Give value, value_text, value_type and state_code.

    A number is in `value`; one that a double can't hold is in `value_text` too, digit by digit. A digital state's name is
    in `value_text` and its code in `state_code`; its code is `value` as well unless PI itself set it (a system state such
    as `No Data` is no measurement). Strings and blobs (which PI Web API sends as text) are in `value_text`, anything else
    there as JSON.
    """
    if isinstance(value, float):
        return value, None, "number", None
    if isinstance(value, bool):
        return float(value), str(value).lower(), "boolean", None
    if isinstance(value, int):
        return float(value), str(value) if abs(value) > _EXACT else None, "number", None
    if isinstance(value, str):
        return None, value, "string", None
    if value is None:
        return None, None, "null", None
    if isinstance(value, dict) and "Name" in value and "Value" in value:
        return _state(value)
    return None, json.dumps(value, ensure_ascii=False, sort_keys=True), "object", None


def _state(value: dict[str, Any]) -> tuple[float | None, str | None, str, int | None]:
    code = value["Value"]
    whole = int(code) if isinstance(code, (int, float)) else None
    name = None if value["Name"] is None else str(value["Name"])
    if value.get("IsSystem"):
        return None, name, "system", whole
    return None if whole is None else float(whole), name, "digital", whole


def value_rows(
    tag: tuple[str, str, str], items: Iterable[dict[str, Any]], ingested: str, seen: Mapping[str, int] = NOTHING
) -> Iterator[dict[str, Any]]:
    """Give the rows of a tag's values: time (microseconds, and the 100 ns digit besides), value, quality, occurrence.

    tag: its WebID, its name and its units, which hold where a value names none. Of an instant in `seen`, as many values as
    it says are left out. All in one loop, since it runs for every value of a plant.
    """
    webid, name, tag_units = tag
    for item, stamp, occurrence in numbered(items):
        if seen and occurrence < seen.get(stamp, 0):
            continue
        get = item.get
        value = get("Value")
        number, text, kind, code = (value, None, "number", None) if type(value) is float else columns_of(value)
        errors = get("Errors")
        yield {
            "tag_webid": webid,
            "tag_name": name,
            "timestamp": stamp[:MICROSECONDS] + "Z",
            "sub_microsecond": int(stamp[MICROSECONDS]) if len(stamp) > MICROSECONDS else 0,
            "occurrence": occurrence,
            "value": number,
            "value_text": text,
            "value_type": kind,
            "state_code": code,
            "quality_good": get("Good"),
            "quality_questionable": get("Questionable"),
            "quality_substituted": get("Substituted"),
            "annotated": get("Annotated"),
            "units": get("UnitsAbbreviation") or tag_units,
            "errors": json.dumps(errors, ensure_ascii=False) if errors else None,
            "ingestion_timestamp": ingested,
        }


def numbered(items: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Give each value with its stamp and its occurrence: how many values of the same instant came before it."""
    last, occurrence = "", 0
    for item in items:
        stamp = stamp_of(item["Timestamp"])
        occurrence = occurrence + 1 if stamp == last else 0
        last = stamp
        yield item, stamp, occurrence
