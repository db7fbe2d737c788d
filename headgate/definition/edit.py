"""A `connector.yaml` with other values, and all else in it, comments included, as it was."""

from __future__ import annotations

import copy
import io
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from headgate.definition.load import parse_definition
from headgate.definition.yaml import parse_yaml
from headgate.problems import HeadgateError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.tables.group import GroupBy

_WIDEST = 10_000  # columns: no line is broken

_LINE = re.compile(r"^group_by:[^\S\n]*[^\s#]*", re.MULTILINE)


def with_group_by(text: str, group_by: GroupBy, file: str) -> str:
    """Give a definition's text with another group_by. Raises InputError where it is written so that this can't be done."""
    said = f"group_by: {group_by}"
    changed = _LINE.sub(said, text, count=1) if _LINE.search(text) else f"{text.rstrip()}\n{said}\n"
    wanted = parse_definition(text, file).model_copy(update={"group_by": group_by})
    try:
        if parse_definition(changed, file) == wanted:
            return changed
    except HeadgateError:
        pass
    raise InputError(Problem("group_by can't be changed in it", f"write {said} into it by hand", file))


def with_values(text: str, values: Mapping[tuple[str, ...], Any], file: str) -> str:
    """Give a definition's text with other values, by their paths; None takes a key out. The same text where none differs.

    A list or mapping is written as a whole. Raises InputError for a text that is no definition, before or after, and where it
    is written so that this can't be done.
    """
    before = parse_yaml(text, file).data
    wanted = copy.deepcopy(before)
    for path, value in values.items():
        _put(wanted, path, value)
    if wanted == before:
        return text
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    for path, value in values.items():
        _put(document, path, value)
    out = io.StringIO()
    yaml.dump(document, out)
    changed = out.getvalue()
    if parse_yaml(changed, file).data != wanted:
        raise InputError(Problem("can't be changed by a program as it is written", "write it without anchors and merges", file))
    parse_definition(changed, file)
    return changed


def _put(data: Any, path: tuple[str, ...], value: Any) -> None:
    """Put a value at a path, through mappings that are made where there are none; None takes it out."""
    *above, last = path
    for name in above:
        if not isinstance(data.get(name), dict):
            if value is None:
                return
            data[name] = {}
        data = data[name]
    if value is None:
        data.pop(last, None)
    elif data.get(last) != value:
        data[last] = copy.deepcopy(value)
