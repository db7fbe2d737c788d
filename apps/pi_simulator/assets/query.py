"""The query language of the `search` paths: `Name:=Pump* Template:=Pump`, words alone standing for a name.

Source: AVEVA, AF SDK Reference, "Search query syntax". What is between braces, or any other filter, is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..comparing import COMPARED
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
_EQUAL = {"=", "<>"}
_TIMES = {"start": "StartTime", "end": "EndTime"}


@dataclass(frozen=True, slots=True)
class Described:
    """What a query asks: of names, which are known before a thing is made, and of things.

    `since` is the time (ticks) before which nothing starts that it describes; 0 where it names none.
    """

    names: tuple[tuple[str, bool], ...] = ()
    tests: tuple[Test, ...] = ()
    since: int = 0

    def named(self, name: str) -> bool:
        """Say whether a name is as the query says."""
        return all(like(name, wanted) is same for wanted, same in self.names)

    def fits(self, thing: Thing) -> bool:
        """Say whether a thing is as the query says."""
        return self.named(thing.name) and all(test(thing) for test in self.tests)


def described_by(query: str | None, now: int) -> Described:
    """Give what a query asks. Raises PiError 400 for what is no query."""
    text = query or ""
    given = [(match[1].lower(), match[2], match[3].strip("'\"")) for match in _FILTER.finditer(text)]
    rest = _FILTER.sub(" ", text).strip()
    while rest:
        word = _WORD.match(rest)
        if not word:
            raise _refused(text)
        given.append(("name", "=", word[1].strip("'\"")))
        rest = rest[word.end() :]
    names = tuple((wanted, sign == "=") for name, sign, wanted in given if name == "name" and sign in _EQUAL)
    others = [one for one in given if one[0] != "name" or one[1] not in _EQUAL]
    starts = (_moment(wanted, now, text) for name, sign, wanted in others if name == "start" and sign in {">", ">="})
    since = max(starts, default=0)
    return Described(names, tuple(_test(name, sign, wanted, now, text) for name, sign, wanted in others), since)


def _moment(text: str, now: int, query: str) -> int:
    try:
        return parse(text, now)
    except ValueError:
        raise _refused(query) from None


def _refused(query: str) -> PiError:
    return PiError(400, f"The search query is invalid: '{query}'.")


def _test(name: str, sign: str, wanted: str, now: int, query: str) -> Test:
    if name in _TIMES:
        moment, compared, field = _moment(wanted, now, query), COMPARED[sign], _TIMES[name]
        return lambda thing: field in thing.fields and compared(parse(thing.fields[field], now), moment)
    if name not in _TEXTS or sign not in _EQUAL:
        raise _refused(query)
    look = _TEXTS[name]
    return lambda thing: any(like(text, wanted) for text in look(thing)) is (sign == "=")
