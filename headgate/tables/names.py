"""When two names are one: as Unity Catalog says of its own, and where that can't be known.

Unity Catalog stores the names of all objects in lower case (docs.databricks.com/sql/language-manual/sql-ref-names), so names
that differ in capitals are one. Lower case is not Python's case-folding, which makes `straße` and `strasse` one. How the
platform lowers the few letters on which lower-casing rules differ (Turkish `İ`, the `Σ` that ends a word), and whether it takes
`é` in one character and in two for the same, isn't documented: such names are equal when `blurred`, and no two destinations
may be.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Generic, TypeVar

from headgate.grouped import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
_LOWERED_OTHERWISE = {"i\N{COMBINING DOT ABOVE}": "i", "\N{GREEK SMALL LETTER FINAL SIGMA}": "\N{GREEK SMALL LETTER SIGMA}"}


def folded(name: str) -> str:
    """Give a name as Unity Catalog stores it: equal for names that are one."""
    return name.lower()


def blurred(name: str) -> str:
    """Give a name so that all spellings that may be one to Unity Catalog are equal; those that are one to it always are."""
    if name.isascii():
        return name.lower()
    lowered = unicodedata.normalize("NFC", name).lower()
    for letter, other in _LOWERED_OTHERWISE.items():
        lowered = lowered.replace(letter, other)
    return unicodedata.normalize("NFC", lowered)


def spelling(shown: str, one: Iterable[str], other: Iterable[str]) -> str:
    """Say why two names that are spelled otherwise are refused as one; `shown` is the other as people are told of it."""
    same = [folded(name) for name in one] == [folded(name) for name in other]
    return f"{shown} there, which {'is' if same else 'may be'} the same name to Unity Catalog"


def respelled(before: Iterable[str], now: Iterable[str]) -> dict[str, str]:
    """Give name of now → name of before: those spelled alike, then those that one of each is left of but for the spelling.

    A source may tell capitals apart, so where there is a doubt, a name has no other.
    """
    known, fresh = set(before), set(now)
    found = {name: name for name in known & fresh}
    sides = [_by_blur(names) for names in (known - fresh, fresh - known)]
    for blur, olds in sides[0].items():
        news = sides[1].get(blur, [])
        if len(olds) == len(news) == 1:
            found[news[0]] = olds[0]
    return found


def _by_blur(names: Iterable[str]) -> dict[str, list[str]]:
    return grouped((blurred(name), name) for name in names)


class Names(Generic[T]):
    """Things by the names that people may call them: as it is spelled, else but for the spelling.

    `named` are names with their things; the names of one thing follow each other.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._exact: defaultdict[str, list[T]] = defaultdict(list)
        self._blurred: defaultdict[str, list[T]] = defaultdict(list)
        for name, thing in named:
            for its in (self._exact[name], self._blurred[blurred(name)]):
                if not its or its[-1] != thing:
                    its.append(thing)

    def find(self, name: str) -> list[T]:
        """Give what is called so, in the order given: none, one, or several that people should choose from."""
        return self._exact.get(name) or self._blurred.get(blurred(name), [])

    @property
    def known(self) -> list[str]:
        """The names, as they are spelled."""
        return list(self._exact)
