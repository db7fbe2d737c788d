"""The lock's entries, from JSON values to the layout: the form of each is checked, and what is wrong is told with its line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement, Retirement
from headgate.names import ID
from headgate.problems import InputError, Problem, short
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Reader = Callable[[Any], Any]
    T = TypeVar("T")

LISTS = ("pipelines", "tables", "left", "retired")
_BETWEEN = re.compile(r"[\s,]*")


class FormError(ValueError):
    """A value of the lock that is not of the form it should have."""


def layout_in(found: dict[str, Any], text: str, file: str, fix: str) -> Layout:
    """Give the layout that a lock's JSON says; `text` is what it was read from.

    Raises InputError with every entry of another form, each with the line on which it begins.
    """
    problems: list[Problem] = []

    def told(error: FormError, what: str, line: int | None = None) -> None:
        problems.append(Problem(f"{what}: {error}" if what else str(error), fix, file, line))

    def entries(name: str, read: Callable[[Any], T], key: Callable[[T], Any]) -> tuple[T, ...]:
        made = []
        values = found.get(name)
        for number, value in enumerate(values if isinstance(values, list) else []):
            try:
                if value is not None:  # null is the end of the list
                    made.append(read(value))
            except FormError as error:
                told(error, f"an entry of '{name}'", entry_lines(text, name)[number])
        return tuple(sorted(made, key=key))

    head: dict[str, Any] = {}
    try:
        head = _form({"format": _anything, "connector": _text, "asked": _asked} | dict.fromkeys(LISTS, _list))(found)
    except FormError as error:
        told(error, "")
    pipelines = entries("pipelines", _pipeline, lambda pipeline: pipeline.id)
    tables = entries("tables", _placement, lambda placement: placement.table.spelled)
    left = entries("left", _left, lambda one: one.id)
    retired = entries("retired", _retirement, lambda retirement: retirement.target)
    if problems:
        raise InputError(problems)
    return Layout(head["connector"], head["asked"], pipelines, tables, left, retired)


def entry_lines(text: str, name: str) -> list[int]:
    """Give the line on which each entry of the lock's list `name` begins, from 1; `text` is the whole of a JSON lock."""
    begin = re.search(rf'"{name}"\s*:\s*\[', text)
    lines: list[int] = []
    if begin is None:
        return lines
    decoder, at = json.JSONDecoder(), begin.end()
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if text[at] == "]":
            return lines
        lines.append(text.count("\n", 0, at) + 1)
        _, at = decoder.raw_decode(text, at)


def _form(needed: dict[str, Reader], more: dict[str, Reader] | None = None) -> Reader:
    """Give what reads an object with the needed fields, maybe with more, and with no other."""
    fields = needed | (more or {})

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise FormError(f"an object is wanted, {_shown(value)} found")
        if strange := value.keys() - fields.keys():
            raise FormError(f"has the unknown key {short(min(strange))}")
        if missing := [name for name in needed if name not in value]:
            raise FormError(f"has no '{missing[0]}'")
        made = {}
        for name, part in value.items():
            try:
                made[name] = fields[name](part)
            except FormError as error:
                raise FormError(f"'{name}': {error}") from None
        return made

    return read


def _shown(value: Any) -> str:
    """Give a value as JSON has it; of one that holds others, only what it is."""
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return short(value) if isinstance(value, str) else json.dumps(value)


def _anything(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FormError(f"a text is wanted, {_shown(value)} found")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise FormError("holds half a character (a lone surrogate)")
    return value


def _id(value: Any) -> str:
    """Read a pipeline's id: it names files, and stands in them."""
    if not ID.fullmatch(_text(value)):
        raise FormError(f"{short(value)} is no id (a-z, 0-9 and _, beginning with a letter, at most 63 long)")
    return str(value)


def _destination(value: Any) -> str:
    if _text(value).count(".") < 2:  # noqa: PLR2004  # catalog.schema.table
        raise FormError(f"catalog.schema.table is wanted, {short(value)} found")
    return str(value)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormError(f"a whole number is wanted, {_shown(value)} found")
    return value


def _count(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FormError(f"true or false is wanted, {_shown(value)} found")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FormError(f"a list is wanted, {_shown(value)} found")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(part) for part in _list(value))


def _one_of(words: Collection[str]) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise FormError(f"one of {', '.join(words)} is wanted, {_shown(value)} found")
        return value

    return read


_STATE = _one_of(("planned", "handed_over", "done"))


def _states(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise FormError(f"an object is wanted, {_shown(value)} found")
    return {_text(target): _STATE(state) for target, state in value.items()}


_READ_ASKED = _form({"pipelines": _count, "stacks": _whole})
_READ_CHANGE = _form({"before": _text, "until": _texts})
_READ_MOVE = _form({"to": _id, "states": _states})


def _asked(value: Any) -> Asked:
    return Asked(**_READ_ASKED(value))


def _restacked(value: Any) -> Change:
    change = Change(**_READ_CHANGE(value))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", change.before):
        raise FormError(f"'before': the number of a stack is wanted, as a text, {short(change.before)} found")
    return change


def _renamed(value: Any) -> Change:
    change = Change(**_READ_CHANGE(value))
    return Change(_id(change.before), change.until)


def _move(value: Any) -> Move:
    return Move(**_READ_MOVE(value))


_CHANGES: dict[str, Reader] = {"restacked": _restacked, "renamed": _renamed}
_READ_PIPELINE = _form({"id": _id, "group": _text, "stack": _whole}, {"name": _text, "offset": _whole} | _CHANGES)
_READ_TABLE = _form({"source_table": _text, "destination": _destination, "pipeline": _id}, {"move": _move})
_READ_LEFT = _form({"id": _id, "stack": _whole, "until": _texts}, _CHANGES)
_READ_RETIREMENT = _form({"target": _text, "tables": _one_of(("leave", "drop")), "done": _flag})


def _pipeline(value: Any) -> Pipeline:
    return Pipeline(**_READ_PIPELINE(value))


def _placement(value: Any) -> Placement:
    fields = _READ_TABLE(value)
    return Placement(TableId(fields["source_table"], fields["destination"]), fields["pipeline"], fields.get("move"))


def _left(value: Any) -> Left:
    return Left(**_READ_LEFT(value))


def _retirement(value: Any) -> Retirement:
    return Retirement(**_READ_RETIREMENT(value))
