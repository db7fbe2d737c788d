"""Masking secrets in texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.redaction.lines import joined, unbroken
from headgate.redaction.needles import LEAST, needles_of, parts_of
from headgate.redaction.tokens import token_free

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"
_WRAPPED = re.compile(r"[A-Za-z0-9+/_-]{40}")  # the end of a line of base64, which may go on in the next one
_KEY, _KEY_ENDS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "-----END "
_MOST_HELD = 200  # lines


class Redactor:
    """Masks `values` in any spelling, and what looks like a token. One shorter than `apart` counts only as a word of its own.

    Nothing of it tells the values: neither its repr nor an error.
    """

    def __init__(self, values: Iterable[str], *, mask: str = MASK, apart: int = LEAST) -> None:
        # What is part of the mask could not be hidden by it.
        wanted = sorted({value for value in values if value.strip() and value not in mask})
        self._mask = mask
        self._needles = tuple(needle for value in wanted for needle in needles_of(value, apart=apart))
        several = [value.split("\n") for value in wanted if "\n" in value.strip()]
        self._lines = tuple({line.strip() for lines in several for line in lines} - {""})

    def text(self, text: str) -> str:
        """Give a text with each secret in it masked; without one, the same text."""
        while (masked := token_free(self._once(text), self._mask)) != text:
            text = masked
        return text

    __call__ = text

    def stream(self, lines: Iterable[str]) -> Iterator[str]:
        """Give lines that come one by one, masked; those that a secret may go on after wait for the next one."""
        held: list[str] = []
        for line in lines:
            held.append(line)
            if len(held) == _MOST_HELD or not self._goes_on(held):
                yield self.text("".join(held))
                held = []
        if held:
            yield self.text("".join(held))

    def _goes_on(self, held: list[str]) -> bool:
        end = held[-1].rstrip()
        if end.endswith(self._lines) or (self._needles and _WRAPPED.fullmatch(end[-40:])):
            return True
        text = "".join(held)
        found = _KEY.search(text)
        return bool(found and _KEY_ENDS not in text[found.end() :])

    def _once(self, text: str) -> str:
        if not self._needles:
            return text
        flat = joined(text)
        near = [needle for needle in self._needles if needle.seed in flat or needle.seed in text]
        if not near:
            return text
        spans = [span for needle in near for span in needle.spans(text)]
        if len(flat) < len(text):
            whole = unbroken(text)
            spans += [span for needle in near for span in needle.wrapped_spans(text, whole)]
        if not spans:
            return text
        parts, done = [], 0
        for start, end in _merged(sorted(spans)):
            parts += [text[done:start], self._mask]
            done = end
        return "".join([*parts, text[done:]])


def redactor(values: Iterable[str]) -> Redactor:
    """Give what masks values that others made, with their lines and the texts in them."""
    return Redactor(parts_of(values))


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give stretches that don't touch, of some that may, in order."""
    first, last = -1, -1
    for start, end in spans:
        if start > last:
            if last >= 0:
                yield first, last
            first = start
        last = max(last, end)
    if last >= 0:
        yield first, last
