"""Searches for points by a query: `Tag:=Unit0* PointType:=Float32 AND Span:>5 OR Descriptor:=*flow*`.

Source of the grammar: AVEVA, "PIPoint Search Query Syntax (Core Services)". Filters on values are refused.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..comparing import COMPARED
from ..errors import PiError
from ..tags import name_of, tag
from ..wildcards import pattern
from .points import attribute

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[int], bool]

_PART = re.compile(
    r"""\s*(?:[()]
      |(?P<joint>AND|OR)(?=[\s(]|$)
      |(?:(?P<name>\w+)\s*:\s*(?P<sign><>|!=|<=|>=|=|<|>)\s*)?(?P<text>"[^"]*"|'[^']*'|[^\s()"']+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_VALUES = {"value", "timestamp", "substituted", "questionable", "annotated", "isgood"}


def query(text: str) -> Callable[[int], bool]:
    """Give what says whether the point of a number passes a query. Raises PiError 400 for what is no query."""
    choices: list[list[Test]] = [[]]
    at = 0
    while at < len(text.rstrip()):
        part = _PART.match(text, at)
        if not part:
            raise PiError(400, f"The parameter 'query' is invalid at position {at}: '{text[:200]}'.")
        at = part.end()
        if (part["joint"] or "").upper() == "OR":
            choices.append([])
        elif part["text"]:
            choices[-1].append(_test(part["name"] or "tag", part["sign"] or "=", part["text"]))
    if any(not choice for choice in choices) and len(choices) > 1:
        raise PiError(400, f"The parameter 'query' is invalid: an alternative of '{text[:200]}' is empty.")
    return lambda number: any(all(test(number) for test in choice) for choice in choices)


@lru_cache(maxsize=16)
def searched(count: int, text: str) -> array[int]:
    """Give the numbers of those among the first `count` points that pass a query. Raises PiError as `query`."""
    passes = query(text)
    return array("L", (number for number in range(count) if passes(number)))


def _test(name: str, sign: str, text: str) -> Test:
    key = name.lower()
    wanted = text[1:-1] if text[0] in "'\"" else text
    if key in _OF_VALUES:
        raise PiError(400, f"The filter '{name}' of the parameter 'query' is not supported by this server.")
    if sign in {"=", "<>", "!="}:
        matches, positive = pattern(wanted).fullmatch, sign == "="
        return lambda number: (told := _told(number, key)) is not None and (matches(_text(told)) is not None) is positive
    return lambda number: (told := _told(number, key)) is not None and _ordered(told, sign, wanted)


def _told(number: int, key: str) -> Any:
    """Give an attribute of a point; its name without making the point, for most queries ask for no more."""
    return name_of(number) if key == "tag" else attribute(tag(number), key)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ordered(value: Any, sign: str, wanted: str) -> bool:
    pair: tuple[Any, Any] = (_text(value).lower(), wanted.lower())
    if isinstance(value, int | float):
        try:
            pair = (value, float(wanted))
        except ValueError:
            return False
    return COMPARED[sign](*pair)
