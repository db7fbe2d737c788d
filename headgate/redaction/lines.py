"""Texts as they were before their lines were broken, and where in the broken text each part is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

# The end of a line, as it is or escaped, and what comes before the text of the next one: Terraform draws a box, diffs and
# mails quote. Each way begins with a character of its own, which `re` is quick to skip to; a row of backslashes is looked at
# from its first one alone, else a long one would take the square of its length.
_MARGIN = r"[ \t│|>]*"
_BREAK = re.compile(rf"\n[\n\r \t│|>]*|\r[\n\r \t│|>]*|\\(?<!\\\\)\\*[rn]{_MARGIN}|%(?:25)*(?:0[AaDd]|5[Cc][rn]){_MARGIN}")


@dataclass(frozen=True, slots=True)
class Unbroken:
    """`text` without the ends of its lines; `starts` are where in it its lines begin, `origins` where these did before."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def crosses(self, start: int, end: int) -> bool:
        """Say whether a stretch of the unbroken text had the end of a line in it."""
        return bisect_right(self.starts, start) != bisect_left(self.starts, end)

    def before(self, start: int, end: int) -> tuple[int, int]:
        """Give where a stretch of the unbroken text was in the broken one."""
        first, last = bisect_right(self.starts, start) - 1, bisect_left(self.starts, end) - 1
        return self.origins[first] + start - self.starts[first], self.origins[last] + end - self.starts[last]


def joined(text: str) -> str:
    """Give a text without the ends of its lines."""
    return _BREAK.sub("", text)


def unbroken(text: str) -> Unbroken:
    """Give a text without the ends of its lines, and the way back."""
    parts, starts, origins = [], [0], [0]
    for found in _BREAK.finditer(text):
        parts.append(text[origins[-1] : found.start()])
        starts.append(starts[-1] + len(parts[-1]))
        origins.append(found.end())
    return Unbroken("".join([*parts, text[origins[-1] :]]), tuple(starts), tuple(origins))
