"""What a source says about its tables, checked: a pure step from JSON values to rows of an inventory."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, TypeGuard

from headgate.inventory.cells import MOST_SIZE
from headgate.inventory.load_cells import GIVEN, load_columns
from headgate.inventory.row import INGESTION_TYPES, TableRow
from headgate.problems import did_you_mean

_WIDTH = 80
_UNNAMED = re.compile(r"[\x00\ud800-\udfff]")


class MetadataError(Exception):
    """A table's metadata is not what the interface promises; the message says what was found."""


def table_of(name: str, metadata: Any, category: str = "") -> TableRow:
    """Give the table `name` of its metadata: ingestion_type, primary_keys, cursor_field, estimated_rows, _bytes and _loads.

    The last says name → what a run asks for, such as requests. Each may be missing. The platform takes a table without an
    ingestion type (as cdc), so it is let through as one whose type is unknown. Raises MetadataError. Source: `ingest` of
    databrickslabs/lakeflow-community-connectors.
    """
    if not isinstance(metadata, dict) or set(metadata) == {"not"}:
        raise MetadataError(f"the metadata is {_shown(metadata)}, not a dictionary")
    faults: list[str] = []
    kind = metadata.get("ingestion_type") or ""
    if not isinstance(kind, str):
        faults.append(f"ingestion_type is {_shown(kind)}, not a text")
    elif kind and kind not in INGESTION_TYPES:
        faults.append(f"ingestion_type is {kind[:_WIDTH]!r}: {did_you_mean(kind, INGESTION_TYPES)}")
    keys = metadata.get("primary_keys") or []
    if not isinstance(keys, list) or not all(is_name(key) for key in keys):
        faults.append(f"primary_keys is {_shown(keys)}, not a list of names")
    cursor = metadata.get("cursor_field") or ""
    if cursor and not is_name(cursor):
        faults.append(f"cursor_field is {_shown(cursor)}, not a name")
    loads = _loads(metadata.get("estimated_loads") or {}, faults)
    rows, bytes_ = (_size(metadata, what, faults) for what in ("estimated_rows", "estimated_bytes"))
    if faults:
        raise MetadataError("; ".join(faults))
    return TableRow(
        name,
        ingestion_type=kind,
        primary_keys=tuple(keys) if keys or kind else None,
        cursor_field=cursor,
        category=category,
        estimated_rows=rows,
        estimated_bytes=bytes_,
        estimated_loads=loads,
    )


def _size(metadata: dict[str, Any], what: str, faults: list[str]) -> float | None:
    found = metadata.get(what)
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= MOST_SIZE:
        return float(found)
    if found is not None:
        faults.append(f"{what} is {_shown(found)}, not a number from 0 on")
    return None


def _loads(found: Any, faults: list[str]) -> dict[str, float]:
    if not isinstance(found, dict) or not all(isinstance(name, str) and load_columns([f"{GIVEN}{name}"]) for name in found):
        faults.append(f"estimated_loads is {_shown(found)}, not a dictionary of names such as requests")
        return {}
    sizes = {name: _size(found, name, faults) for name in found}
    return {name: size for name, size in sizes.items() if size is not None}


def name_faults(names: Any) -> list[str]:
    """Say what is wrong with a source's list of table names; empty where nothing is."""
    if isinstance(names, dict) and "more" in names:
        return [f"it gives more than {names['more']:,} names"]
    if not isinstance(names, list):
        return [f"it gives {_shown(names)}, not a list of names"]
    if not names:
        return ["it names no table"]
    faults = [f"item {number} is {_shown(name)}, not a name" for number, name in enumerate(names, 1) if not is_name(name)]
    twice = [name for name, count in Counter(name for name in names if is_name(name)).items() if count > 1]
    return faults + [f"{name!r} is named {names.count(name)} times" for name in twice]


def is_name(value: Any) -> TypeGuard[str]:
    """Say whether a value can name a table or a column: a text with something in it, of whole characters, without a NUL."""
    return isinstance(value, str) and bool(value.strip()) and not _UNNAMED.search(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"not"}:
        return f"a {value['not']}"
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."
