"""YAML with the line of everything in it."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from headgate.problems import InputError, Problem

Path = tuple[str | int, ...]


class Document:
    """A YAML mapping as plain data, with the line of each path in it."""

    def __init__(self, data: dict[str, Any], lines: dict[Path, int]) -> None:
        self.data = data
        self._lines = lines

    def line(self, path: Path) -> int:
        """Give the line (from 1) of what stands at a path, else of the nearest that it would stand in."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 1)


def parse_yaml(text: str, file: str) -> Document:
    """Give a YAML document that is a mapping. Raises InputError for anything else, with its line."""
    try:
        found = YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        message = str(error.problem).split(" with value", 1)[0]
        raise InputError(Problem(message, "keep one of them", file, _line(error))) from None
    except MarkedYAMLError as error:
        message = " ".join(part for part in (error.context, error.problem) if part)
        raise InputError(
            Problem(f"is not YAML: {message}", "look at this line and the one before", file, _line(error))
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError(Problem(f"is not YAML: {str(error).splitlines()[0]}", "save it as plain UTF-8 text", file)) from None
    if found is None:
        raise InputError(Problem("is empty", "`headgate discover` writes one to start from", file))
    if not isinstance(found, CommentedMap):
        raise InputError(Problem("holds no mapping", "write `key: value` lines, `id:` and `source:` first", file, 1))
    lines: dict[Path, int] = {}
    return Document(_plain(found, (), lines, 0), lines)


def _line(error: MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else None


def _plain(value: Any, path: Path, lines: dict[Path, int], depth: int) -> Any:
    """Give plain data, and note the line of each key. A document that holds itself ends in a RecursionError of our own."""
    if depth > 50:  # noqa: PLR2004  # far deeper than any definition
        raise InputError(Problem("is nested too deep, or holds itself by an alias", "write it out"))
    if isinstance(value, CommentedMap):
        for key in value:
            lines[*path, key] = _key_line(value, key, lines.get(path, 1))
        return {key: _plain(part, (*path, key), lines, depth + 1) for key, part in value.items()}
    if isinstance(value, CommentedSeq):
        for number in range(len(value)):
            lines[*path, number] = value.lc.item(number)[0] + 1
        return [_plain(part, (*path, number), lines, depth + 1) for number, part in enumerate(value)]
    return _scalar(value)


def _key_line(value: CommentedMap, key: Any, parent: int) -> int:
    try:
        return int(value.lc.key(key)[0]) + 1
    except (KeyError, AttributeError, TypeError):  # a key that came in by a merge (`<<`)
        return parent


def _scalar(value: Any) -> Any:
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
