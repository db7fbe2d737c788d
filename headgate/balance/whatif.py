"""A definition with other balance settings, to see what they would do."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from headgate.definition.checks import faults
from headgate.definition.model import Balance
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition

_BY_NAME = ("after", "pinned")  # mappings by table, whose names may hold full stops


def with_settings(definition: Definition, settings: Sequence[str]) -> Definition:
    """Give the definition with settings such as `pipelines=6` in its balance; `none` takes a setting away.

    A setting inside another has its place before it, such as `deadline.minutes=45` or `weights.cdc=20`; rules, and settings as
    a whole, are JSON, such as `together=[["a","b"]]`. Raises InputError for what is no setting, and for a value that it can't
    have.
    """
    values: dict[str, Any] = {}
    problems = []
    for setting in settings:
        name, is_set, text = setting.partition("=")
        first, *inner = name.split(".")
        if first not in Balance.model_fields or not all(inner) or (inner and not _has_parts(first)):
            known = sorted(Balance.model_fields)
            problems.append(Problem(f"'{setting}' is not a balance setting", did_you_mean(first if inner else name, known)))
        elif not is_set:
            problems.append(Problem(f"'{setting}' has no value", f"write {name}=VALUE; `none` takes a setting away"))
        else:
            values[name] = _value(text)
    before = definition.balance.model_dump(by_alias=True)
    if values.get("pipelines") is not None:
        before["deadline"] = None
    elif any(name.partition(".")[0] == "deadline" and value is not None for name, value in values.items()):
        before["pipelines"] = None
    balance = definition.balance
    try:
        balance = Balance.model_validate(_with_values(before, values))
    except ValidationError as error:
        problems += problems_of(error, "--what-if", fix="give another value; `none` takes a setting away").values()
    refuse(problems)
    changed = definition.model_copy(update={"balance": balance})
    if found := [fault for fault in faults(changed) if fault.path[0] == "balance"]:
        raise InputError([Problem(fault.message, fault.fix, path=".".join(map(str, fault.path))) for fault in found])
    return changed


def _has_parts(name: str) -> bool:
    """Whether a setting is a mapping, or a part with settings of its own."""
    return name == "deadline" or isinstance(getattr(Balance(), name), dict | BaseModel)


def _with_values(before: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Give the settings with these values, each at its place: `a.b` in the mapping `a`; no value takes one away."""
    whole = deepcopy(before)
    for name, value in values.items():
        *way, last = name.split(".", 1) if name.partition(".")[0] in _BY_NAME else name.split(".")
        part = whole
        for step in way:
            part[step] = part[step] if isinstance(part.get(step), dict) else {}
            part = part[step]
        part[last] = value
        if value is None and way:
            del part[last]
    return whole


def _value(text: str) -> Any:
    if text.lower() in ("", "none", "null"):
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
