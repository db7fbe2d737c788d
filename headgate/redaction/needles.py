"""What is searched for, for one secret: the secret itself, and its base64 wherever in other data it begins."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from headgate.redaction.spelling import spelled, spelled_base64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headgate.redaction.lines import Unbroken

S = TypeVar("S", str, bytes)

LEAST = 4  # shorter values are part of any text
_LINE = 8  # of a line, or of a text in JSON, that is a secret by itself
_WRAPPED = 8  # what is shorter is not looked for across the ends of lines
_LONG = 64
_PIECE, _PIECE_BYTES = 32, 24
_SEED = 3
_PLAIN = re.compile(r"[A-Za-z_]+")
_RUN = re.compile(r"[A-Za-z0-9]+")
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_%")
# Of base64 that begins so many bytes before the secret: the characters that what is before has a part in.
_NOT_OURS = {0: 0, 1: 2, 2: 3}


@dataclass(frozen=True)
class Needle:
    """A text to be found in any spelling. `apart`: only where no letter or digit is next to it; `wraps`: across lines too.

    `edges`, of base64: how many characters before and after it hold some of the secret's bits, and some of its neighbours'.
    """

    value: str
    apart: bool = False
    wraps: bool = True
    edges: tuple[int, int] | None = None

    @cached_property
    def seed(self) -> str:
        """A part that every spelling has as it is: without it in a text there is no need to look closer."""
        longest = max(_RUN.findall(self.value), key=len, default="")
        return longest if len(longest) >= _SEED else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern = (spelled if self.edges is None else spelled_base64)(self.value)
        return re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])" if self.apart else pattern)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Give every place where it is: of a piece of a secret that repeats itself, these overlap."""
        at = 0
        while found := self._pattern.search(text, at):
            yield found.span()
            at = found.start() + 1

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where it is in a text, by start and end: of base64 all, for the characters at its edges tell something."""
        last = 0
        for start, end in self._found(text):
            if end > last or self.edges is None:
                span = (start, end) if self.edges is None else _grown(text, start, end)
                last = span[1]
                yield span

    def wrapped_spans(self, broken: str, text: Unbroken) -> Iterator[tuple[int, int]]:
        """Give where it is in a text across the ends of lines, by start and end in the text as it was."""
        last = 0
        for found in self._found(text.text) if self.wraps else ():
            if not text.crosses(*found):
                continue
            start, end = text.before(*(found if self.edges is None else _grown(text.text, *found, self.edges)))
            if end > last or self.edges is None:
                span = (start, end) if self.edges is None else _grown(broken, start, end)
                last = span[1]
                yield span


def parts_of(values: Iterable[str]) -> set[str]:
    """Give the values, without blanks around them too, their lines, and the texts within those that are JSON.

    Of a long one with several lines these are enough.
    """
    found: set[str] = set()
    for value in values:
        lines = set(_lines(value))
        found |= lines if lines and len(value) > _LONG and "\n" in value.strip() else {value, value.strip(), *lines}
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            continue
        if not isinstance(inner, str | int | float | None):
            found |= parts_of(text for text in _texts(inner) if len(text) >= _LINE)
    return {part for part in found if part.strip()}


def needles_of(value: str, *, apart: int) -> Iterator[Needle]:
    """Give what is to be searched for a secret; one shorter than `apart` counts only where it is by itself."""
    alone = len(value) < max(apart, LEAST)
    wraps = len(value) >= _WRAPPED and not _PLAIN.fullmatch(value)
    for piece in _pieces(value, _PIECE):
        yield Needle(piece, apart=alone, wraps=wraps)
    if len(value) >= LEAST:
        cores = {
            core: edges for data in _encoded(value) for piece in _pieces(data, _PIECE_BYTES) for core, edges in _cores(piece)
        }
        for core, edges in sorted(cores.items()):
            yield Needle(core, edges=edges)


def _lines(value: str) -> Iterator[str]:
    return (line for line in map(str.strip, value.splitlines()) if len(line) >= _LINE)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def _pieces(value: S, size: int) -> Iterator[S]:
    """Give a long value in pieces that cover it: where only some of it is shown, that is found too."""
    if len(value) <= _LONG:
        yield value
        return
    for start in range(0, len(value), size):
        piece = value[start : start + size] if start + size <= len(value) else value[-size:]
        if piece.strip():
            yield piece


def _encoded(value: str) -> set[bytes]:
    """Give the bytes that a value may be encoded from: as it is, in HTTP's older alphabet, and within JSON."""
    forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    found = {form.encode(errors="replace") for form in forms}
    if not value.isascii():
        try:
            found.add(value.encode("latin-1"))
        except UnicodeEncodeError:
            return found
    return found


def _cores(data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Give the base64 of data that begins at any byte of a longer one, without the characters at its edges; and how many."""
    for before, cut in _NOT_OURS.items():
        length, rest = divmod((before + len(data)) * 8, 6)
        yield b64encode(bytes(before) + data).decode()[cut:length], (int(before > 0), int(rest > 0))


def _grown(text: str, start: int, end: int, most: tuple[int, int] = (sys.maxsize, sys.maxsize)) -> tuple[int, int]:
    """Give all the base64 that a part of it is in, so many characters more before and after it at most."""
    first, last = start - most[0], end + most[1]
    while start > max(first, 0) and text[start - 1] in _BASE64:
        start -= 1
    while end < min(last, len(text)) and (text[end] in _BASE64 or text[end] == "="):
        end += 1
    return start, end
