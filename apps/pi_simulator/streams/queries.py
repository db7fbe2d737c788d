"""Searches for points by a query: `Tag:=Unit0* PointType:=Float32 AND Span:>5 OR Descriptor:=*flow*`.

Source of the grammar: AVEVA, "PIPoint Search Query Syntax (Core Services)". Filters on values are refused.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from apps.pi_simulator.errors import PiError

from .points import attributes, pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.pi_simulator.tags import Tag

    Test = Callable[[Callable[[str], Any]], bool]

_PART = re.compile(
    r"""\s*(?:[()]
      |(?P<joint>AND|OR)(?=[\s(]|$)
      |(?:(?P<name>\w+)\s*:\s*(?P<sign><>|!=|<=|>=|=|<|>)\s*)?(?P<text>"[^"]*"|'[^']*'|[^\s()"']+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_VALUES = {"value", "timestamp", "substituted", "questionable", "annotated", "isgood"}


def query(text: str) -> Callable[[Tag], bool]:
    """Give what says whether a point passes a query. Raises PiError 400 for what is no query."""
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
    return lambda one: _passes(choices, one)


def _passes(choices: list[list[Test]], one: Tag) -> bool:
    @cache
    def told(name: str) -> Any:
        return one.name if name == "tag" else attributes(one, 0).get(name)

    return any(all(test(told) for test in choice) for choice in choices)


def _test(name: str, sign: str, text: str) -> Test:
    key = name.lower()
    wanted = text[1:-1] if text[0] in "'\"" else text
    if key in _OF_VALUES:
        raise PiError(400, f"The filter '{name}' of the parameter 'query' is not supported by this server.")
    if sign in {"=", "<>", "!="}:
        matches, positive = pattern(wanted).fullmatch, sign == "="
        return lambda told: told(key) is not None and (matches(_text(told(key))) is not None) is positive
    return lambda told: told(key) is not None and _ordered(told(key), sign, wanted)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ordered(value: Any, sign: str, wanted: str) -> bool:
    pair: tuple[Any, Any] = (_text(value).lower(), wanted.lower())
    if isinstance(value, int | float):
        try:
            pair = (value, float(wanted))
        except ValueError:
            return False
    less, same = pair[0] < pair[1], pair[0] == pair[1]
    answers = {"<": less, "<=": less or same, ">": not less and not same, ">=": not less}
    return bool(answers[sign])
