"""A review for a terminal, a pipe or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.render.review.cells import Name, Names
from headgate.render.review.sections import Section, sections_of, summary_of, title_of
from headgate.visible import SEEN, seen

if TYPE_CHECKING:
    from headgate.render.review.cells import Cell
    from headgate.review.model import Review

_NAMES = 8  # of tables in one row
# What a terminal would obey, and what turns the text around it: shown as pictures and as U+FFFD.
_LINES = SEEN | {ord("\n"): ord("\n"), ord("\t"): ord("\t")}


def render_text(review: Review, *, diffs: bool = False) -> str:
    """Give the review as lines of text."""
    lines = [title_of(review), *(f"  {line}" for line in summary_of(review))]
    for section in sections_of(review, diffs=diffs):
        lines += ["", section.title, *_lines(section)]
    return "\n".join(lines).translate(_LINES) + "\n"


def _lines(section: Section) -> list[str]:
    found = [f"  {'  '.join(cells).rstrip()}" for cells in _aligned(section)]
    return found + [f"  {line}" for line in (section.hint or section.text).splitlines()]


def _aligned(section: Section) -> list[list[str]]:
    """Give the rows' cells padded to their columns, but for the last."""
    rows = [[_cell(cell) for cell in row] for row in section.rows]
    if not section.columns:
        return rows
    widths = [max(len(row[number]) for row in rows) for number in range(len(section.columns) - 1)]
    return [[cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)] for row in rows]


def _cell(cell: Cell) -> str:
    if isinstance(cell, Names):
        return " ".join(_cell(part) for part in cell.few(_NAMES) if part)
    return seen(cell.text if isinstance(cell, Name) else cell)
