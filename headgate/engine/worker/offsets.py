"""Offsets as a connector gives them in one run: each goes on from the one before, or rows would be read for ever, or twice."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headgate.engine.worker.errors import TableError

if TYPE_CHECKING:
    from headgate.engine.worker.connector import Offset

_BACK = "a connector's offset must go on, or stay where nothing is left: rows would be read twice"


class Seen:
    """The offsets of a run so far. ordered: each row lands once, so that no offset may go back."""

    def __init__(self, start: Offset | None, *, ordered: bool) -> None:
        self._ordered = ordered
        self._seen = {_canonical(start)}

    def check(self, before: Offset | None, after: Offset | None, rows: int) -> None:
        """Raise TableError for an offset `after` so many rows that would have them read for ever, or doubled."""
        if after is None:
            if self._ordered and rows:
                raise TableError("it gave rows and no offset: each run would append them again", _BACK)
            return
        if _canonical(after) in self._seen or (self._ordered and _goes_back(before, after)):
            raise TableError(f"its offset went back, from {_canonical(before)[:200]} to {_canonical(after)[:200]}", _BACK)

    def add(self, offset: Offset | None) -> None:
        """Remember where a read got to."""
        self._seen.add(_canonical(offset))


def _canonical(offset: Offset | None) -> str:
    return json.dumps(offset, sort_keys=True)


def _goes_back(before: Offset | None, after: Offset) -> bool:
    """Say whether all numbers and times of an offset that changed are smaller than before."""
    if before is None or before.keys() != after.keys():
        return False
    changed = [(before[name], after[name]) for name in after if before[name] != after[name]]
    return bool(changed) and all(_less(new, old) for old, new in changed)


def _less(one: Any, other: Any) -> bool:
    """Say whether both are numbers, or both times, and one is less than the other."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other)):
        return bool(one < other)
    if isinstance(one, str) and isinstance(other, str):
        try:
            return datetime.fromisoformat(one) < datetime.fromisoformat(other)
        except (ValueError, TypeError):  # texts of another kind; a time with a zone beside one without
            return False
    return False
