"""Text that knows which line of the pipeline file each of its lines comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.sql.fragments import inner_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

INDENT = "  "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of generated text. origin: the line of the pipeline file (from 1) that it was made of.

    inside: it begins inside a value or a name that goes over several lines, so that no blank may come before it.
    """

    text: str
    origin: int
    inside: bool = False


def lines(text: str, origin: int) -> list[Line]:
    """Give a text's lines, all of one origin."""
    parts = text.split("\n")
    if len(parts) == 1:
        return [Line(text, origin)]
    inside = inner_lines(text)
    return [Line(part, origin, number in inside) for number, part in enumerate(parts)]


def indented(found: Iterable[Line]) -> list[Line]:
    """Give lines with blanks before them."""
    return [Line(INDENT + line.text, line.origin) if line.text and not line.inside else line for line in found]


def listed(items: Iterable[list[Line]]) -> list[Line]:
    """Give items with a comma after each but the last."""
    found: list[Line] = []
    for item in items:
        if found:
            found = ended(found, ",")
        found = [*found, *item]
    return found


def ended(found: list[Line], end: str) -> list[Line]:
    """Give lines with something at the end of the last."""
    return [*found[:-1], replace(found[-1], text=found[-1].text + end)]


def begun(start: str, found: list[Line]) -> list[Line]:
    """Give lines with something at the beginning of the first."""
    return [replace(found[0], text=start + found[0].text), *found[1:]]
