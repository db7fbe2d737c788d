r"""Name filters: `*` stands for any letters, `?` for any one, `[ab]` for one of some, `[!ab]` for one of all others.

A backslash before a letter has it stand for itself; capitals are as good as small letters.
Source: AVEVA, PI Web API Reference, "Query String (Core Services)".
"""

from __future__ import annotations

import re
from functools import lru_cache

_PIECE = re.compile(r"\\(?P<own>.)|\*+|\?|\[(?P<not>!?)(?P<some>[^\]]+)\]|(?P<letter>.)", re.DOTALL)


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """Give what a name filter means, to be matched against whole names."""
    return re.compile("".join(_piece(found) for found in _PIECE.finditer(text)), re.IGNORECASE | re.DOTALL)


def wild(text: str) -> bool:
    """Say whether a name filter means anything but one name."""
    return not set("*?[\\").isdisjoint(text)


def _piece(found: re.Match[str]) -> str:
    if found["some"]:
        return f"[{'^' if found['not'] else ''}{''.join(map(re.escape, found['some']))}]"
    if letter := found["own"] or found["letter"]:
        return re.escape(letter)
    return ".*" if found[0][0] == "*" else "."
