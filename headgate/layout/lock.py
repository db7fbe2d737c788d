"""`layout.lock`: the layout last agreed, as JSON with a line for each pipeline and table.

Lists are sorted and each ends with `null`, so every entry's line ends with a comma: two branches that add entries merge
line by line. What merged wrongly (an entry twice, a table in a pipeline that is gone) is refused, with the fix.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.files import keys_twice, read_text, write_whole
from headgate.layout.lock_schema import layout_in
from headgate.layout.model import Change, Move
from headgate.numbers import counted
from headgate.problems import InputError, Problem, StaleError, short
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.layout.model import Layout

T = TypeVar("T")
FORMAT = 1
MOST_OFFSET = 59  # an offset stays within the hour
# What an entry needn't say: each is the field's default.
_UNSAID = {
    "group_by": "", "name": "", "offset": 0, "restacked": None, "renamed": None, "move": None, "observed": False, "left": None,
    "tables": (),
}  # fmt: skip
_FIX = "take layout.lock from the last commit, then run `headgate balance`"
_MERGED = (
    "keep the lines of both branches, and of a line that both changed the one of the branch that was deployed; "
    "then run `headgate balance`"
)


def render_lock(layout: Layout) -> str:
    """Give the lock's text for a layout; `parse_lock` gives the same layout back."""
    head = {"format": FORMAT, "connector": layout.connector, "asked": _line(layout.asked)}
    lists: dict[str, Iterable[Any]] = {
        "pipelines": layout.pipelines, "tables": layout.tables, "left": layout.left, "retired": layout.retired,
        **({"transforms": layout.transforms} if layout.transforms else {}),
    }  # fmt: skip
    parts = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    parts += [f"{_text(name)}: {_lines(entries)}" for name, entries in lists.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def differs(one: Layout | None, other: Layout) -> bool:
    """Whether another lock would be written, were it but for the spelling of a table."""
    return one is None or render_lock(one) != render_lock(other)


def write_lock(path: Path, layout: Layout) -> bool:
    """Write the lock whole; say whether it changed."""
    return write_whole(path, render_lock(layout))


def read_lock(path: Path, connector: str, said_in: str = "connector.yaml") -> Layout | None:
    """Read the lock of a connector, whose id the file `said_in` says; None where there is none yet.

    Raises InputError where it can't be read, is damaged or merged wrongly, StaleError where it is another connector's.
    """
    text = read_text(path, _FIX)
    if text is None:
        return None
    layout = parse_lock(text, str(path))
    if layout.connector != connector:
        raise StaleError(
            Problem(
                f"belongs to connector '{layout.connector}', but {said_in} says id: {connector}",
                f"an id is given once: put `id: {layout.connector}` back into {said_in}",
                str(path),
            )
        )
    return layout


def parse_lock(text: str, file: str = "layout.lock") -> Layout:
    """Give the layout that a lock's text says. Raises InputError with every problem found."""
    if marker := next(
        (number for number, line in enumerate(text.splitlines(), 1) if line.startswith(("<<<<<<<", ">>>>>>>"))), 0
    ):
        raise InputError(Problem("holds the marks of a merge conflict", _MERGED, file, marker))
    layout = layout_in(text, file, _FIX)
    if twice := keys_twice(text):
        raise InputError(Problem(f"holds {short(twice[0])} twice in one place", _MERGED, file))
    if problems := faults(layout, file):
        raise InputError(problems)
    return layout


def faults(layout: Layout, file: str = "layout.lock") -> list[Problem]:
    """Say what in a layout contradicts itself, as a wrong merge leaves it behind; an empty list where nothing does."""
    living = {pipeline.id for pipeline in layout.pipelines}
    messages = [f"pipeline '{name}' is there twice" for name in _twice(pipeline.id for pipeline in layout.pipelines)]
    messages += [f"table {table} is there twice" for table in _twice(placement.table for placement in layout.tables)]
    messages += [f"pipeline '{name}' left twice" for name in _twice(left.id for left in layout.left)]
    messages += [
        f"pipeline '{pipeline.id}' is in stack {pipeline.stack}" for pipeline in layout.pipelines if pipeline.stack < 1
    ]
    messages += [
        f"pipeline '{pipeline.id}' starts {counted(pipeline.offset, 'minute')} later, which is not within 0 to {MOST_OFFSET}"
        for pipeline in layout.pipelines
        if not 0 <= pipeline.offset <= MOST_OFFSET
    ]
    messages += [f"pipeline of transforms '{name}' is there twice" for name in _twice(one.id for one in layout.transforms)]
    messages += [f"pipeline '{left.id}' both lives and left" for left in layout.left if left.id in living]
    for placement in layout.tables:
        messages += [
            f"table {placement.table} is in pipeline '{name}', which is not there"
            for name in {placement.pipeline, placement.agreed} - living
        ]
    sources = Counter((p.table.source_table, name) for p in layout.tables for name in {p.pipeline, p.agreed})
    messages += [
        f"source table '{source}' is twice in pipeline '{name}', which would lose one"
        for (source, name), count in sources.items()
        if count > 1
    ]
    return [Problem(message, _MERGED, file) for message in messages]


def _twice(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(entries: Iterable[Any]) -> str:
    return "[\n" + "".join(f"  {_text(_line(entry))},\n" for entry in entries) + "  null\n]"


def _line(entry: Any) -> dict[str, Any]:
    """Give an entry's fields as its line has them: a table by its two names, and without what needs no saying."""
    line: dict[str, Any] = {}
    for name in entry.__slots__:
        value = getattr(entry, name)
        if isinstance(value, TableId):
            line |= {"source_table": value.source_table, "destination": value.destination}
        elif value != _UNSAID.get(name, ...):
            line[name] = _line(value) if isinstance(value, Change | Move) else value
    return line | ({"states": dict(sorted(entry.states.items()))} if isinstance(entry, Move) else {})
