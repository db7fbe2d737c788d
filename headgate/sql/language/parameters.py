"""Values that differ by target, put where `${name}` stands in text that is no SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.problems import did_you_mean
from headgate.sql.language.found import Fault
from headgate.sql.language.names import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.yaml import Path
    from headgate.sql.language.names import Value

_PLACE = re.compile(r"\$\{([^}]*)\}")
_SECTIONS = ("catalog", "schema", "deploy", "sources", "tables", "sinks")
_IDS = (("deploy", "id"), ("deploy", "pipeline"))  # the same in all targets
# Keys below these sections whose values are SQL.
_SQL = ("check", "delete_when", "truncate_when", "replace_where", "type")


def values_of(parameters: Any, target: str | None) -> dict[str, Value | None]:
    """Give the parameters' values in a target, of data that a file holds; None for one that has none there.

    Without a target, of a parameter that has no default the first target's value.
    """
    found: dict[str, Value | None] = {}
    for name, parameter in parameters.items() if isinstance(parameters, dict) else ():
        targets = parameter.get("targets") if isinstance(parameter, dict) else None
        by_target = targets if isinstance(targets, dict) else {}
        default = parameter.get("default") if isinstance(parameter, dict) else None
        if target is None and default is None:
            default = next(iter(by_target.values()), None)
        found[name] = by_target.get(target, default) if target is not None else default
    return found


def filled(data: dict[str, Any], values: Mapping[str, Value | None]) -> tuple[dict[str, Any], list[Fault]]:
    """Give a file's data with values in place of `${name}`, and what is wrong with such places."""
    faults: list[Fault] = []
    return _filled(data, (), values, faults), faults


def _filled(part: Any, path: Path, values: Mapping[str, Value | None], faults: list[Fault]) -> Any:
    if isinstance(part, dict):
        faults += [
            Fault((*path, key), f"the key {key!r} holds ${{", "keys hold no parameters: write the name out")
            for key in part
            if "${" in key
        ]
        return {key: _filled(value, (*path, key), values, faults) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, (*path, number), values, faults) for number, value in enumerate(part)]
    if not isinstance(part, str) or "${" not in part or path[:1] == ("parameters",):
        return part
    if path in _IDS:
        return part
    if not _takes_text(path):
        faults.append(Fault(path, "holds ${, which is for text that is no SQL", "in SQL a parameter is written :name"))
        return part
    return _PLACE.sub(lambda place: _value(place, path, values, faults), part)


def _value(place: re.Match[str], path: Path, values: Mapping[str, Value | None], faults: list[Fault]) -> str:
    name = place[1]
    if name not in values:
        fix = did_you_mean(name, values) or "name it below `parameters:`"
        faults.append(Fault(path, f"there is no parameter {name!r}", fix))
        return place[0]
    value = values[name]
    if value is None:
        faults.append(Fault(path, f"the parameter {name!r} has no value in this target", "give it one, or a default"))
        return place[0]
    return value_text(value)


def _takes_text(path: Path) -> bool:
    """Say whether what is at a path is text and no SQL."""
    keys = [step for step in path if isinstance(step, str)]
    is_sql = keys[-1] in _SQL and keys[0] == "tables" and len(keys) > len(("tables", "name", "type"))
    column_types = keys[0] == "sources" and keys[2:3] == ["columns"]
    return keys[0] in _SECTIONS and not is_sql and not column_types
