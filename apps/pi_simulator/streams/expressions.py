"""A small part of PI's performance equations: numbers, 'tags', + - * / ^ mod, comparisons, and or not, a few functions.

What is bad, or no number where one is needed, makes the whole bad. Anything else than this part is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import PiError
from ..search.comparing import COMPARED

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)|"([^"]*)"|([A-Za-z]\w*)|(<>|<=|>=|[-+*/^=<>(),.]))""", re.IGNORECASE
)
_LONGEST, _DEEPEST = 4096, 50
_EXACT = 15  # digits that a number keeps whatever is calculated with it
_BINDS = {
    "or": 1,
    "and": 2,
    "=": 3,
    "<>": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "mod": 5,
    "^": 7,
}
_SIGN, _NOT = 6, 2
_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "abs": (1, abs),
    "sqr": (1, math.sqrt),
    "exp": (1, math.exp),
    "log": (1, math.log),
    "log10": (1, math.log10),
    "int": (1, math.trunc),
    "float": (1, float),
    "min": (2, min),
    "max": (2, max),
}
_MATHS: dict[str, Callable[[Any, Any], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "mod": math.fmod,
    "^": math.pow,
}


class BadError(Exception):
    """There is no result: a value is bad, or no number."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A tree: `kind` is number, text, name, call, or an operator; `value` the number, text, name or function."""

    kind: str
    value: Any = None
    parts: tuple[Expression, ...] = ()

    @property
    def names(self) -> set[str]:
        """The tags that it names."""
        own = {self.value} if self.kind == "name" else set()
        return own.union(*(part.names for part in self.parts))

    def result(self, lookup: Callable[[str], Any]) -> Any:
        """Give the result, a number, text or truth, for what the names stand for. Raises BadError where there is none."""
        if self.kind in {"number", "text"}:
            return self.value
        if self.kind == "name":
            return lookup(self.value)
        if self.kind in {"and", "or"}:
            truths = (_truth(part.result(lookup)) for part in self.parts)
            return all(truths) if self.kind == "and" else any(truths)
        values = [part.result(lookup) for part in self.parts]
        if self.kind == "not":
            return not _truth(values[0])
        if self.kind in COMPARED:
            alike = all(isinstance(value, str) for value in values)
            pair = [value.lower() if alike else _number(value) for value in values]
            return COMPARED[self.kind](*pair)
        return _calculated(self, [_number(value) for value in values])


def _calculated(node: Expression, values: list[float]) -> float:
    if node.kind == "negative":
        return -values[0]
    operation = _FUNCTIONS[node.value][1] if node.kind == "call" else _MATHS[node.kind]
    try:
        result = operation(*values)
    except (ArithmeticError, ValueError):
        raise BadError from None
    if not math.isfinite(result):
        raise BadError
    return result


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadError
    return value


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else _number(value) != 0


def expression(text: str, known: Callable[[str], bool] = lambda _: True) -> Expression:
    """Read an expression; `known` says whether there is such a tag, for names may hold quotes.

    Raises PiError 400, with the place, for what is none or beyond this part of the language.
    """
    if len(text) > _LONGEST:
        raise PiError(400, f"The expression is longer than {_LONGEST} characters.")
    return _Reader(text, known).whole()


class _Reader:
    """Reads from the left, by how closely operators bind."""

    def __init__(self, text: str, known: Callable[[str], bool]) -> None:
        self._text, self._known = text, known
        self._at, self._depth = 0, 0
        self._next = self._token()

    def whole(self) -> Expression:
        tree = self._operation(0)
        if self._next[0] != "end":
            raise self._refused()
        return tree

    def _refused(self) -> PiError:
        return PiError(400, f"Syntax error in the expression at position {self._at}: '{self._text[:200]}'.")

    def _token(self) -> tuple[str, Any]:
        rest = self._text[self._at :].lstrip()
        start = len(self._text) - len(rest)
        if not rest:
            return "end", None
        if rest[0] == "'":
            return self._quoted(start + 1)
        match = _TOKEN.match(self._text, self._at)
        if not match:
            raise self._refused()
        self._at = match.end()
        if match[1]:
            return "number", self._read(match[1])
        if match[2] is not None:
            return "text", match[2]
        if match[3]:
            return "word", match[3].lower()
        return "sign", match[4]

    def _read(self, text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise self._refused()
        return int(text) if text.isdigit() and len(text) <= _EXACT else number

    def _quoted(self, start: int) -> tuple[str, Any]:
        """Read a name up to the quote with which it is the longest that is known, else to the first."""
        ends = [at for at in range(start, len(self._text)) if self._text[at] == "'"]
        if not ends:
            raise self._refused()
        end = next((at for at in reversed(ends) if at > start and self._known(self._text[start:at])), ends[0])
        self._at = end + 1
        return "name", self._text[start:end]

    def _take(self) -> tuple[str, Any]:
        taken, self._next = self._next, self._token()
        return taken

    def _operation(self, least: int) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PiError(400, f"The expression is nested more than {_DEEPEST} deep.")
        left = self._operand()
        while (binds := self._binds()) > least:
            sign = str(self._take()[1])
            left = Expression(sign, None, (left, self._operation(binds)))
        self._depth -= 1
        return left

    def _binds(self) -> int:
        return _BINDS.get(str(self._next[1]), 0) if self._next[0] in {"word", "sign"} else 0

    def _operand(self) -> Expression:
        kind, value = self._take()
        if kind in {"number", "text", "name"}:
            return Expression(kind, value)
        if (kind, value) == ("sign", "-"):
            return Expression("negative", None, (self._operation(_SIGN),))
        if (kind, value) == ("sign", "+"):
            return self._operation(_SIGN)
        if (kind, value) == ("word", "not"):
            return Expression("not", None, (self._operation(_NOT),))
        if (kind, value) == ("sign", "("):
            inner = self._operation(0)
            self._expect(")")
            return inner
        if kind == "word" and value in _FUNCTIONS and self._next == ("sign", "("):
            return self._call(value)
        raise self._refused()

    def _call(self, name: str) -> Expression:
        self._expect("(")
        given = [self._operation(0)]
        while self._next == ("sign", ","):
            self._take()
            given.append(self._operation(0))
        self._expect(")")
        if len(given) != _FUNCTIONS[name][0]:
            raise PiError(400, f"The function '{name}' takes {_FUNCTIONS[name][0]} argument(s), not {len(given)}.")
        return Expression("call", name, tuple(given))

    def _expect(self, sign: str) -> None:
        if self._next != ("sign", sign):
            raise self._refused()
        self._take()
