"""`layout.lock`: the layout last agreed, as JSON with a line for each pipeline and table.

Lists are sorted and each ends with `null`, so every entry's line ends with a comma: two branches that add entries merge
line by line. What merged wrongly (an entry twice, a table in a pipeline that is gone) is refused, with the cure.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.files import write_whole
from headgate.layout.model import Asked, Change, Key, Layout, Left, Move, Pipeline, Placement, Retirement
from headgate.problems import InputError, Problem, StaleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

T = TypeVar("T")
FORMAT = 1
_KEYS = {
    "pipelines": {"id", "group", "stack", "name", "offset", "restacked", "renamed"},
    "tables": {"source_table", "destination", "pipeline", "move"},
    "left": {"id", "stack", "until", "restacked", "renamed"},
    "retired": {"target", "tables", "done"},
}
MOST_OFFSET = 59  # an offset stays within the hour
_CURE = "take layout.lock from the last commit, or from one of the branches that were merged, then run `headgate balance`"


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


def write_lock(path: Path, layout: Layout) -> bool:
    """Write the lock whole; say whether it changed."""
    return write_whole(path, render_lock(layout))


def read_lock(path: Path, connector: str) -> Layout | None:
    """Read the lock of a connector; None where there is none yet.

    Raises InputError where it is damaged or merged wrongly, StaleError where it is another connector's.
    """
    try:
        text = path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(Problem(f"can't be read: {error.strerror}", _CURE, str(path))) from None
    except UnicodeDecodeError as error:
        raise InputError(Problem(f"is not UTF-8 at byte {error.start}", _CURE, str(path))) from None
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
        raise InputError(Problem("holds the marks of a merge conflict", _CURE, file, marker))
    try:
        found = json.loads(text, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"is not JSON: {error.msg}", _CURE, file, error.lineno)) from None
    except RecursionError:
        raise InputError(Problem("is nested too deeply for a lock", _CURE, file)) from None
    except _KeyTwiceError as error:
        raise InputError(Problem(f"holds {error} twice in one place", _CURE, file)) from None
    if not isinstance(found, dict):
        raise InputError(Problem("is no lock", _CURE, file))
    if found.get("format") != FORMAT:
        version = found.get("format")
        raise InputError(
            Problem(f"has format {version!r}, this headgate reads {FORMAT}", "use the headgate that wrote it", file)
        )
    try:
        layout = _layout(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(Problem(f"has an entry of another form: {told}", _CURE, file)) from None
    if problems := faults(layout, file):
        raise InputError(problems)
    return layout


def faults(layout: Layout, file: str = "layout.lock") -> list[Problem]:
    """Say what in a layout contradicts itself, as a wrong merge leaves it behind; an empty list where nothing does."""
    living = {pipeline.id for pipeline in layout.pipelines}
    messages = [f"pipeline '{name}' stands twice" for name in _twice(pipeline.id for pipeline in layout.pipelines)]
    messages += [f"table {key} stands twice" for key in _twice(placement.key for placement in layout.tables)]
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
            f"table {placement.key} is in pipeline '{name}', which is not there"
            for name in {placement.pipeline, placement.agreed} - living
        ]
    sources = Counter((p.key.source_table, name) for p in layout.tables for name in {p.pipeline, p.agreed})
    messages += [
        f"source table '{source}' is twice in pipeline '{name}', which would lose one"
        for (source, name), count in sources.items()
        if count > 1
    ]
    return [Problem(message, _CURE, file) for message in messages]


class _KeyTwiceError(ValueError):
    pass


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _KeyTwiceError(repr(_twice(key for key, _ in pairs)[0]))
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
        "source_table": placement.key.source_table,
        "destination": placement.key.destination,
        "pipeline": placement.pipeline,
    }
    if placement.move:
        line["move"] = {"to": placement.move.to, "states": dict(sorted(placement.move.states.items()))}
    return line


def _layout(found: dict[str, Any]) -> Layout:
    return Layout(
        connector=_str(found["connector"]),
        asked=_asked(found["asked"]),
        pipelines=_sorted(found, "pipelines", _pipeline, lambda pipeline: pipeline.id),
        tables=_sorted(found, "tables", _placement, lambda placement: (placement.key.source_table, placement.key.destination)),
        left=_sorted(found, "left", _left, lambda left: left.id),
        retired=_sorted(found, "retired", _retirement, lambda retirement: retirement.target),
    )


def _sorted(found: dict[str, Any], name: str, make: Callable[[dict[str, Any]], T], key: Callable[[T], Any]) -> tuple[T, ...]:
    entries = []
    for number, line in enumerate(found[name], 1):
        if line is None:  # the end of the list
            continue
        try:
            if strange := set(line) - _KEYS[name]:
                raise ValueError(f"unknown key {min(strange)!r}")  # noqa: TRY301  # said with its place, as the others
            entries.append(make(line))
        except KeyError as error:
            raise ValueError(f"{name}, entry {number}: {error} is missing") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{name}, entry {number}: {error}") from None
    return tuple(sorted(entries, key=key))


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, {value!r} found")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number expected, {value!r} found")
    return value


def _asked(found: dict[str, Any]) -> Asked:
    pipelines = found["pipelines"]
    return Asked(None if pipelines is None else _whole(pipelines), _whole(found["stacks"]))


def _left(line: dict[str, Any]) -> Left:
    return Left(_str(line["id"]), _whole(line["stack"]), tuple(_str(target) for target in line["until"]), **_changes(line))


def _retirement(line: dict[str, Any]) -> Retirement:
    if line["tables"] not in ("leave", "drop"):
        raise ValueError(f"a retired target's tables are left or dropped, {line['tables']!r} found")
    return Retirement(_str(line["target"]), line["tables"], bool(line["done"]))


def _pipeline(line: dict[str, Any]) -> Pipeline:
    return Pipeline(
        _str(line["id"]),
        _str(line["group"]),
        _whole(line["stack"]),
        line.get("name", ""),
        offset=_whole(line.get("offset", 0)),
        **_changes(line),
    )


def _changes(line: dict[str, Any]) -> dict[str, Change]:
    changes: dict[str, Change] = {
        name: Change(_str(line[name]["before"]), tuple(_str(target) for target in line[name]["until"]))
        for name in ("restacked", "renamed")
        if name in line
    }
    if "restacked" in changes and not changes["restacked"].before.isdecimal():
        raise ValueError(f"the number of a stack expected, {changes['restacked'].before!r} found")
    return changes


def _placement(line: dict[str, Any]) -> Placement:
    move = line.get("move")
    states = dict(move["states"]) if move else {}
    if strange := set(states.values()) - {"planned", "handed_over", "done"}:
        raise ValueError(f"unknown state of a move: {strange.pop()!r}")
    key = Key(_str(line["source_table"]), _str(line["destination"]))
    return Placement(key, _str(line["pipeline"]), Move(_str(move["to"]), states) if move else None)
