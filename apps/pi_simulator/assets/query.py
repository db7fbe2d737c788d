"""The query language of the `search` paths: `Name:=Pump* Template:=Pump`, words alone standing for a name.

Source: AVEVA, AF SDK Reference, "Search query syntax". What is between braces, or any other filter, is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import PiError
from ..times import parse
from .finding import like

if TYPE_CHECKING:
    from collections.abc import Callable

    from .things import Thing

    Test = Callable[[Thing], bool]

_FILTER = re.compile(r"""(\w+):(<=|>=|<>|=|<|>)("(?:[^"]*)"|'(?:[^']*)'|[^\s'"{}]\S*)""")
_WORD = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s:'"{}]+)\s*""")
_TEXTS: dict[str, Callable[[Thing], tuple[Any, ...]]] = {
    "name": lambda thing: (thing.name,),
    "description": lambda thing: (thing.description,),
    "template": lambda thing: (thing.fields.get("TemplateName", ""),),
    "category": lambda thing: tuple(thing.fields.get("CategoryNames", ())),
    "severity": lambda thing: (thing.fields.get("Severity", ""),),
    "type": lambda thing: (thing.fields.get("Type", ""),),
    "target": lambda thing: (thing.fields.get("TargetName", ""),),
    "plugin": lambda thing: (thing.fields.get("DataReferencePlugIn", ""),),
    "isacknowledged": lambda thing: (str(thing.fields.get("IsAcknowledged", "")),),
    "canbeacknowledged": lambda thing: (str(thing.fields.get("CanBeAcknowledged", "")),),
    "inprogress": lambda thing: (str(str(thing.fields.get("EndTime", "")).startswith("9999")),),
}
_TIMES = {"start": "StartTime", "end": "EndTime"}
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def tests_of(query: str | None, now: int) -> list[Test]:
    """Give what a query asks of a thing. Raises PiError 400 for what is no query."""
    text = query or ""
    tests = [_test(match[1].lower(), match[2], match[3].strip("'\""), now, text) for match in _FILTER.finditer(text)]
    rest = _FILTER.sub(" ", text).strip()
    while rest:
        word = _WORD.match(rest)
        if not word:
            raise _refused(text)
        tests.append(_test("name", "=", word[1].strip("'\""), now, text))
        rest = rest[word.end() :]
    return tests


def since(query: str | None, now: int) -> int:
    """Give the time (ticks) before which nothing starts that a query describes; 0 where it names none."""
    found = (match for match in _FILTER.finditer(query or "") if match[1].lower() == "start" and match[2] in {">", ">="})
    return max((_moment(match[3].strip("'\""), now, query or "") for match in found), default=0)


def _moment(text: str, now: int, query: str) -> int:
    try:
        return parse(text, now)
    except ValueError:
        raise _refused(query) from None


def _refused(query: str) -> PiError:
    return PiError(400, f"The search query is invalid: '{query}'.")


def _test(name: str, sign: str, wanted: str, now: int, query: str) -> Test:
    if name in _TIMES:
        moment, compared, field = _moment(wanted, now, query), _COMPARED[sign], _TIMES[name]
        return lambda thing: compared(parse(thing.fields[field], now), moment)
    if name not in _TEXTS or sign not in {"=", "<>"}:
        raise _refused(query)
    look = _TEXTS[name]
    return lambda thing: any(like(text, wanted) for text in look(thing)) is (sign == "=")
