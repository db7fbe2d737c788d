"""What each cell of an inventory may hold, and what it becomes."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from headgate.definition.checks import SCD_TYPES
from headgate.inventory.other_columns import CONFIGURATION
from headgate.inventory.row import INGESTION_TYPES, STATUSES, TableRow
from headgate.names import catalog_name, catalog_name_fault, schema_name_fault
from headgate.problems import did_you_mean
from headgate.schedule import check_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMED_OTHERWISE = {"options": "table_options_json"}  # field → column, where that has another name
_BY_NAME = ("loads", "estimated_loads")  # each of these has a column of its own
# Column → field of TableRow: the columns of an inventory in their order, then what else is read.
_OWN = {_NAMED_OTHERWISE.get(one.name, one.name): one.name for one in fields(TableRow) if one.name not in _BY_NAME}
COLUMNS = tuple(_OWN)
CELLS = {**_OWN, CONFIGURATION: "options"}
MOST_WEIGHT = 1e12  # seconds; sums of any number of tables stay numbers
NOTHING = {"NULL", "Null", "null", "None", "NaN", "nan", "N/A", "#N/A", "\\N"}  # what programs export for an empty cell
MOST_SIZE = 1e18  # rows, or bytes: an exabyte
# Python's own numbers may hold underscores and the digits of any script; a spreadsheet's don't.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_UNNAMED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_JSON_EXAMPLE = 'write a JSON object, such as {"maxCount":"1000"}, in quotes and with its own quotes doubled'


class CellError(ValueError):
    """What is wrong with a cell, and how to mend it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def parse_cell(column: str, text: str) -> Any:
    """Give what a cell's text says, as the field of TableRow holds it. Raises CellError."""
    parse = _PARSERS.get(column)
    return parse(text) if parse else text


def _source(text: str) -> str:
    if not text.strip():
        raise CellError("is empty", "name the table as the source does, or take the row out")
    return text


def _destination(text: str) -> str:
    if text and (fault := catalog_name_fault(text)):
        raise CellError(fault, f"for example {catalog_name(text)}")
    return text


def _schema(text: str) -> str:
    found = _destination(text)
    if fault := schema_name_fault(found) if found else "":
        raise CellError(fault, "for example bronze")
    return found


def _schedule(text: str) -> str:
    if text.strip() and (error := check_schedule(text.strip())):
        raise CellError(error.message, error.fix)
    return text.strip()


def _one_of(text: str, known: tuple[str, ...]) -> str:
    found = text.strip()
    if found and found not in known:
        raise CellError("is not one of the known values", did_you_mean(found, known))
    return found


def parse_weight(text: str, fix: str, most: float = MOST_WEIGHT) -> float:
    """Give a number of seconds, or another one. Raises CellError, with `fix`, for what is no number from 0 to `most`."""
    found = float(text) if _NUMBER.fullmatch(text.strip()) else -1.0
    if not 0 <= found <= most:
        raise CellError(f"is not a number from 0 to {most:g}", fix)
    return found


def _weight(text: str) -> float | None:
    fix = "write the expected seconds for one run, such as 12.5; leave it empty for the ingestion type's default"
    return parse_weight(text, fix) if text.strip() else None


def _size(text: str) -> float | None:
    fix = "write about how many the whole table has, such as 1200000; leave it empty where that is not known"
    return parse_weight(text, fix, MOST_SIZE) if text.strip() else None


def _options(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant, parse_float=_float)
        json.dumps(found, ensure_ascii=False).encode()
    except CellError:
        raise
    except UnicodeEncodeError:
        raise CellError("holds half a character (\\ud800 to \\udfff alone)", _JSON_EXAMPLE) from None
    except (ValueError, RecursionError) as error:
        raise CellError(f"is not JSON ({error})", _JSON_EXAMPLE) from None
    if not isinstance(found, dict):
        raise CellError("is not a JSON object", _JSON_EXAMPLE)
    if "scd_type" in found and found["scd_type"] not in SCD_TYPES:
        raise CellError("has an unknown scd_type", did_you_mean(str(found["scd_type"]), SCD_TYPES))
    return found


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CellError(f"names {twice!r} twice", "keep one of them")
    return found


def _no_constant(text: str) -> float:
    raise CellError(f"holds {text}, which is not a JSON value", _JSON_EXAMPLE)


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_constant(text)


def _keys(text: str) -> tuple[str, ...]:
    fix = 'write a JSON list of columns, such as ["id","date"], or names with commas between'
    try:
        listed = text.lstrip().startswith("[")
        found = json.loads(text) if listed else [part.strip() for part in text.split(",") if part.strip()]
    except (ValueError, RecursionError) as error:
        raise CellError(f"is not a JSON list ({error})", fix) from None
    if not listed and (nothing := NOTHING & set(found)):
        raise CellError(f"names {min(nothing)!r}, a program's word for nothing", 'write a column of that name as ["…"]')
    if not all(isinstance(name, str) and name for name in found):
        raise CellError("is not a JSON list of names", fix)
    if any(_UNNAMED.search(name) for name in found):
        raise CellError("has a control character, or half a character, in a name", fix)
    return tuple(found)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "source_table": _source,
    "destination_table": _destination,
    "destination_catalog": _destination,
    "destination_schema": _schema,
    "schedule": _schedule,
    "table_options_json": _options,
    CONFIGURATION: _options,
    "weight": _weight,
    "estimated_rows": _size,
    "estimated_bytes": _size,
    "ingestion_type": lambda text: _one_of(text, INGESTION_TYPES),
    "primary_keys": _keys,
    "status": lambda text: _one_of(text, STATUSES),
}
