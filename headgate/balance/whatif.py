"""A definition with other balance settings, to see what they would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headgate.definition.checks import faults
from headgate.definition.model import Balance
from headgate.problems import InputError, Problem, did_you_mean
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition

_SIMPLE = {
    name
    for name in Balance.model_fields
    if name not in ("deadline", "together", "apart", "pinned", "move_costs", "weights", "sizes")
}


def with_settings(definition: Definition, settings: Sequence[str]) -> Definition:
    """Give the definition with settings such as `pipelines=6` in its balance; `none` takes a setting away.

    Raises InputError for a setting that isn't one of a single value, and for a value that it can't have.
    """
    values: dict[str, Any] = {}
    problems = []
    for setting in settings:
        name, is_set, text = setting.partition("=")
        if name not in _SIMPLE:
            problems.append(Problem(f"'{setting}' is not a balance setting", did_you_mean(name, sorted(_SIMPLE))))
        elif not is_set:
            problems.append(Problem(f"'{setting}' has no value", f"write {name}=VALUE; `none` takes a setting away"))
        else:
            values[name] = _value(text)
    before = definition.balance.model_dump(by_alias=True)
    if values.get("pipelines") is not None:
        before["deadline"] = None
    balance = definition.balance
    try:
        balance = Balance.model_validate(before | values)
    except ValidationError as error:
        problems += problems_of(error, "--what-if", fix="give another value; `none` takes a setting away").values()
    if problems:
        raise InputError(problems)
    changed = definition.model_copy(update={"balance": balance})
    if found := [fault for fault in faults(changed) if fault.path[0] == "balance"]:
        raise InputError([Problem(fault.message, fault.fix, path=".".join(map(str, fault.path))) for fault in found])
    return changed


def _value(text: str) -> Any:
    if text.lower() in ("", "none", "null"):
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
