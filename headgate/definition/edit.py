"""A `connector.yaml` with another value, and all else in it, comments included, as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.definition.load import parse_definition
from headgate.problems import HeadgateError, InputError, Problem

if TYPE_CHECKING:
    from headgate.tables.group import GroupBy

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
