"""YAML with the line of everything in it.

Positions are ruamel's own, of the nodes that it composes. Data is read from the nodes here, not by ruamel's constructors: the
round-trip one with its `.lc` makes dates of `2024-01-01` and 7 of `007`, keeps tags, quotes both values of a key that is there
twice, which may be secret, and has no position for a key that `<<` merged. Source: tried with ruamel.yaml 0.19.1.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Path = tuple[str | int, ...]

# Far more than any definition, far less than what aliases of aliases can unfold to.
_MOST_NODES = 100_000
DEEPEST = 50  # levels
_LONGEST_NUMBER = 300
_TAG = "tag:yaml.org,2002:"
_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")
# What a YAML error quotes; words of the text may be secret, signs, escapes and names of tokens ('<block end>') are not.
_QUOTED = re.compile(r""" ?(['"])(.*?)\1""")
_HARMLESS = re.compile(r".?|\\.|<[a-z ]+>")


class Document:
    """A YAML mapping as plain data, with the line of each path in it."""

    def __init__(self, data: dict[str, Any], lines: dict[Path, int]) -> None:
        self.data = data
        self.lines = lines

    def line(self, path: Path) -> int:
        """Give the line (from 1) of what is at a path, else of the nearest that it would be in."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(text: str, file: str, *, start: str = "`headgate init connector` writes one to start from") -> Document:
    """Give a YAML document that is a mapping. Raises InputError for anything else, with its lines.

    start: what to do where the text is empty.

    Keys are text as they are written; values are text, whole and broken numbers, true and false, nothing, lists and mappings.
    """
    node = _compose(text, file)
    if node is None or (isinstance(node, ScalarNode) and not node.value):
        raise InputError(Problem("is empty", start, file))
    if not isinstance(node, MappingNode):
        raise InputError(Problem("holds no mapping", "write `key: value` lines", file, 1))
    walk = _Walk(file)
    try:
        data = walk.value(node, ())
    except RecursionError:  # what a mapping merges merges the mapping
        raise InputError(_too_deep(file, None)) from None
    if walk.problems:
        raise InputError(sorted(dict.fromkeys(walk.problems), key=lambda problem: problem.line or 0))
    return Document(data, walk.lines)


def _compose(text: str, file: str) -> Node | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor set twice is no fault
            found: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        unclosed = "end of stream" in str(error.problem)
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        message = _QUOTED.sub(_if_harmless, " ".join(part for part in (error.context, error.problem) if part))
        fix = "indent with spaces, not with tabs" if r"'\t'" in message else "look at this line and the one before"
        raise InputError(Problem(f"is not YAML: {message}", fix, file, mark.line + 1 if mark else None)) from None
    except RecursionError:
        raise InputError(_too_deep(file, None)) from None
    except (YAMLError, ValueError) as error:
        at = getattr(error, "position", None)
        line = text.count("\n", 0, at) + 1 if at is not None else None
        raise InputError(
            Problem("holds a character that YAML does not take", "save it as plain UTF-8 text", file, line)
        ) from None
    return found


def _if_harmless(quoted: re.Match[str]) -> str:
    return quoted.group() if _HARMLESS.fullmatch(quoted.group(2)) else ""


class _Walk:
    """Turns nodes into plain data, collects the line of each path, and what is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._nodes = 0

    def value(self, node: Node, path: Path) -> Any:
        self._count(1, node)
        if len(path) > DEEPEST:
            raise InputError(_too_deep(self.file, _line(node)))
        self.lines.setdefault(path, _line(node))
        tag = str(node.tag)
        if isinstance(node, MappingNode) and tag == _TAG + "map":
            return {name: self._entry(path, name, line, part) for name, line, part in self._items(node, path)}
        if isinstance(node, SequenceNode) and tag == _TAG + "seq":
            return [self.value(part, (*path, number)) for number, part in enumerate(node.value)]
        if isinstance(node, ScalarNode) and tag.startswith(_TAG):
            return _scalar(tag.removeprefix(_TAG), node.value)
        self._problem(
            node, path, "has a tag (!…), which no definition needs", "take it out; put text that begins with ! in quotes"
        )
        return None

    def _entry(self, path: Path, name: str, line: int, part: Node) -> Any:
        self.lines[*path, name] = line
        return self.value(part, (*path, name))

    def _items(self, node: MappingNode, path: Path) -> Iterator[tuple[str, int, Node]]:
        """Give a mapping's keys, their lines and values; those that it merges (`<<`) come after, and give way to its own."""
        taken: dict[str, int] = {}
        merged: list[Node] = []
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._problem(key, path, "a key is a list or a mapping", "a key is text, such as `name:`")
            elif key.tag == _TAG + "merge":
                merged += value.value if isinstance(value, SequenceNode) else [value]
            elif key.value in taken:
                self._problem(key, path, f"the key '{key.value}' is in line {taken[key.value]} too", "keep one of them")
            else:
                taken[key.value] = _line(key)
                yield key.value, _line(key), value
        for other in merged:
            if not isinstance(other, MappingNode):
                self._problem(
                    other, path, "what `<<` merges is not a mapping", "name an alias of a mapping, such as `<<: *base`"
                )
                continue
            self._count(len(other.value) + 1, other)
            for name, line, part in self._items(other, path):
                if name not in taken:
                    taken[name] = line
                    yield name, line, part

    def _count(self, nodes: int, node: Node) -> None:
        self._nodes += nodes
        if self._nodes > _MOST_NODES:
            raise InputError(Problem("holds too much, perhaps by aliases of aliases", "write it out", self.file, _line(node)))

    def _problem(self, node: Node, path: Path, message: str, fix: str) -> None:
        self.problems.append(Problem(message, fix, self.file, _line(node), path=".".join(map(str, path))))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _too_deep(file: str, line: int | None) -> Problem:
    return Problem("is nested too deep, or holds itself by an alias", "write it out", file, line)


def _scalar(tag: str, text: str) -> Any:
    """Give what a scalar says; where its text is none of its tag's, it stays text, and the model says what it wants there."""
    read = _SCALARS.get(tag)
    try:
        return text if read is None or len(text) > _LONGEST_NUMBER else read(text)
    except ValueError:
        return text


def _int(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        return int(text)  # `007`: YAML 1.2 has no octal numbers without an o


def _float(text: str) -> float:
    return float(re.sub(r"\.(?=inf|nan)", "", text.lower()))


def _bool(text: str) -> bool | str:
    return text.lower() in _TRUE if text.lower() in (*_TRUE, *_FALSE) else text


_SCALARS: dict[str, Callable[[str], Any]] = {"int": _int, "float": _float, "bool": _bool, "null": lambda _: None}
