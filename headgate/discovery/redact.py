"""Taking the values of init options out of a connector's own texts: exceptions quote addresses, headers and keys."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_MASK = "***"
_SHORT = 4
_PIECE = 8


def redactor(options: Mapping[str, str]) -> Callable[[str], str]:
    """Give a function that puts `***` for each value of `options` in a text.

    Also found: a value as JSON, Python, an address or base64 writes it, the texts in a value that is JSON, and the lines of
    one that has several. Values shorter than four characters go only where they stand alone: `1` stays in `line 17`.
    """
    written = {form for value in options.values() for piece in _pieces(value) for form in _forms(piece)}
    patterns = [_pattern(text) for text in sorted(written, key=len, reverse=True)]
    if not patterns:
        return lambda text: text
    every = re.compile("|".join(patterns))
    return lambda text: every.sub(_MASK, text)


def _pattern(text: str) -> str:
    return re.escape(text) if len(text) >= _SHORT else rf"(?<!\w){re.escape(text)}(?!\w)"


def _pieces(value: str) -> Iterator[str]:
    yield value
    yield value.strip()
    yield from (line for line in value.splitlines() if len(line) >= _PIECE)
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return
    for text in _texts(inner):
        if len(text) >= _PIECE:
            yield text
            yield from (line for line in text.splitlines() if len(line) >= _PIECE)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    items: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from _texts(item)


def _forms(text: str) -> Iterator[str]:
    """Give the ways in which a text may be written."""
    if not text.strip():
        return
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield quote(text, safe="", errors="replace")
    yield quote(text, errors="replace")
    yield quote_plus(text, errors="replace")
    if len(text) >= _SHORT:
        yield base64.b64encode(text.encode(errors="replace")).decode()
        yield base64.urlsafe_b64encode(text.encode(errors="replace")).decode()
