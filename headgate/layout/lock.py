"""`layout.lock`: the layout last agreed, as JSON with a line for each pipeline and table.

Lists are sorted and each ends with `null`, so every entry's line ends with a comma: two branches that add entries merge
line by line. What merged wrongly (an entry twice, a table in a pipeline that is gone) is refused, with the fix.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.files import system_error, write_whole
from headgate.layout.entries import layout_in
from headgate.problems import InputError, Problem, StaleError, short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.layout.model import Layout, Left, Pipeline, Placement

T = TypeVar("T")
FORMAT = 1
MOST_OFFSET = 59  # an offset stays within the hour
_LONGEST = 40
_FIX = "take layout.lock from the last commit, then run `headgate balance`"
_MERGED = "take layout.lock from the last commit, or from one of the branches if some were merged, then run `headgate balance`"


def render_lock(layout: Layout) -> str:
    """Give the lock's text for a layout; `parse_lock` gives the same layout back."""
    head = {"format": FORMAT, "connector": layout.connector, "asked": _plain(layout.asked)}
    lists: dict[str, Iterable[dict[str, Any]]] = {
        "pipelines": (_pipeline_line(pipeline) for pipeline in layout.pipelines),
        "tables": (_table_line(placement) for placement in layout.tables),
        "left": (_left_line(left) for left in layout.left),
        "retired": (_plain(retirement) for retirement in layout.retired),
    }
    parts = [f"{_text(name)}: {_text(value)}" for name, value in head.items()]
    parts += [f"{_text(name)}: {_lines(lines)}" for name, lines in lists.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def differs(one: Layout | None, other: Layout) -> bool:
    """Whether another lock would be written, were it but for the spelling of a table."""
    return one is None or render_lock(one) != render_lock(other)


def write_lock(path: Path, layout: Layout) -> bool:
    """Write the lock whole; say whether it changed."""
    return write_whole(path, render_lock(layout))


def read_lock(path: Path, connector: str) -> Layout | None:
    """Read the lock of a connector; None where there is none yet.

    Raises InputError where it can't be read, is damaged or merged wrongly, StaleError where it is another connector's.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise system_error(error, path) from None
    except UnicodeDecodeError as error:
        raise InputError(Problem(f"is not UTF-8 at byte {error.start}", _FIX, str(path))) from None
    layout = parse_lock(text, str(path))
    if layout.connector != connector:
        raise StaleError(
            Problem(
                f"belongs to connector '{layout.connector}', but connector.yaml says id: {connector}",
                f"an id is given once: put `id: {layout.connector}` back into connector.yaml",
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
    if not text.strip():
        raise InputError(Problem("is empty", _FIX, file))
    try:
        found = json.loads(text, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"is not JSON: {error.msg}", _FIX, file, error.lineno)) from None
    except RecursionError:
        raise InputError(Problem("is nested too deeply for a lock", _FIX, file)) from None
    except _KeyTwiceError as error:
        raise InputError(Problem(f"holds {error} twice in one place", _MERGED, file)) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise InputError(Problem("holds a number that is too long", _FIX, file)) from None
    if not isinstance(found, dict) or "format" not in found:
        raise InputError(Problem("is no lock", _FIX, file))
    if found["format"] != FORMAT:
        version = json.dumps(found["format"])[:_LONGEST]
        raise InputError(Problem(f"has format {version}, this headgate reads {FORMAT}", "use the headgate that wrote it", file))
    layout = layout_in(found, text, file, _FIX)
    if problems := faults(layout, file):
        raise InputError(problems)
    return layout


def faults(layout: Layout, file: str = "layout.lock") -> list[Problem]:
    """Say what in a layout contradicts itself, as a wrong merge leaves it behind; an empty list where nothing does."""
    living = {pipeline.id for pipeline in layout.pipelines}
    messages = [f"pipeline '{name}' stands twice" for name in _twice(pipeline.id for pipeline in layout.pipelines)]
    messages += [f"table {table} stands twice" for table in _twice(placement.table for placement in layout.tables)]
    messages += [f"pipeline '{name}' left twice" for name in _twice(left.id for left in layout.left)]
    messages += [
        f"pipeline '{pipeline.id}' is in stack {pipeline.stack}" for pipeline in layout.pipelines if pipeline.stack < 1
    ]
    messages += [
        f"pipeline '{pipeline.id}' starts {pipeline.offset} minutes later, which is not within 0 to {MOST_OFFSET}"
        for pipeline in layout.pipelines
        if not 0 <= pipeline.offset <= MOST_OFFSET
    ]
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


class _KeyTwiceError(ValueError):
    pass


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _KeyTwiceError(short(_twice(key for key, _ in pairs)[0]))
    return found


def _twice(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(lines: Iterable[dict[str, Any]]) -> str:
    return "[\n" + "".join(f"  {_text(line)},\n" for line in lines) + "  null\n]"


def _plain(value: Any) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in value.__slots__}
    return {name: list(part) if isinstance(part, tuple) else part for name, part in fields.items()}


def _pipeline_line(pipeline: Pipeline) -> dict[str, Any]:
    line: dict[str, Any] = {"id": pipeline.id, "group": pipeline.group, "stack": pipeline.stack}
    if pipeline.name:
        line["name"] = pipeline.name
    if pipeline.offset:
        line["offset"] = pipeline.offset
    return line | _change_lines(pipeline)


def _left_line(left: Left) -> dict[str, Any]:
    return {"id": left.id, "stack": left.stack, "until": list(left.until)} | _change_lines(left)


def _change_lines(pipeline: Pipeline | Left) -> dict[str, Any]:
    changes = {"restacked": pipeline.restacked, "renamed": pipeline.renamed}
    return {name: _plain(change) for name, change in changes.items() if change}


def _table_line(placement: Placement) -> dict[str, Any]:
    line: dict[str, Any] = {
        "source_table": placement.table.source_table,
        "destination": placement.table.destination,
        "pipeline": placement.pipeline,
    }
    if placement.move:
        line["move"] = {"to": placement.move.to, "states": dict(sorted(placement.move.states.items()))}
    return line
