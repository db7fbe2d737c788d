"""A review as Markdown of GitHub's and GitLab's kind, within a number of characters. Nothing in a plan can become markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.numbers import some
from headgate.render.review.cells import Name, Names
from headgate.render.review.sections import Section, sections_of, summary_of, title_of
from headgate.visible import seen

if TYPE_CHECKING:
    from headgate.render.review.cells import Cell, Row
    from headgate.review.model import Level, Review

COMMENT = 65_000  # characters; GitHub takes 65,536 in a comment, and what posts it adds a mark of its own
SUMMARY = 1_000_000  # bytes; GitHub takes 1 MiB in a step's summary
_NAMES = 50  # that are shown of a row's
_FEW = 15  # rows that are shown without being folded
_SIGNS: dict[Level, str] = {"fine": "✅", "attention": "⚠️", "loss": "🛑", "error": "❌"}
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&$:])")
_LEFT_OUT = 200  # characters kept free for each section's word on what is left out


@dataclass
class _Part:
    """A rendered section: its parts can be distinguished, so that rows can be left out."""

    head: str
    rows: list[str]
    tail: str
    left_out: int = 0

    def size(self) -> int:
        return len(self.head) + len(self.tail) + sum(len(row) + 1 for row in self.rows) + _LEFT_OUT


def render_markdown(review: Review, *, limit: int = COMMENT, details_url: str = "", diffs: bool = False) -> str:
    """Give the review as Markdown of at most `limit` characters.

    What doesn't fit is left out from the least important on, rows first, with a word on how much and where all of it is
    (`details_url`, or the review's HTML page).
    """
    head = [f"## {_SIGNS[review.verdict]} {words(title_of(review))}", ""]
    head += [f"- {words(line)}" for line in summary_of(review)]
    foot = ["", f"<sub>{words(_foot(review))}</sub>", ""]
    parts = [_part(section) for section in sections_of(review, diffs=diffs)]
    where = f" [All of it]({_address(details_url)})" if details_url else " The review's page has all of it."
    frame = sum(len(line) + 1 for line in [*head, *foot]) + 2 * len(where)
    _shorten(parts, limit - frame)
    body = [line for part in parts for line in _told(part, where)]
    return "\n".join([*head, *body, *foot])


def words(text: str) -> str:
    """Give a text that Markdown shows as it is: no link, no mention, no picture, no tag."""
    return (
        _MARKUP.sub(r"\\\1", seen(text))
        .replace("\\<", "&lt;")
        .replace("\\>", "&gt;")
        .replace("\\&", "&amp;")
        .replace("\\@", "@&#8203;")
    )


def code(text: str) -> str:
    """Give a name as code; where a table of Markdown would break it, its bars are escaped."""
    shown = seen(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def _part(section: Section) -> _Part:
    rows = [_row(row, listed=not section.columns) for row in section.rows]
    title = f"{_SIGNS[section.level]} {section.title}" if section.level != "fine" else section.title
    folded = section.folds and (len(rows) > _FEW or bool(section.text))
    head = (
        ["", f"<details><summary>{_tag(title)}{f' ({len(rows)})' if rows else ''}</summary>", ""]
        if folded
        else ["", f"### {words(title)}", ""]
    )
    if section.columns:
        head += [f"| {' | '.join(section.columns)} |", "|" + " --- |" * len(section.columns)]
    tail = _text(section) + (["", "</details>"] if folded else [])
    return _Part("\n".join(head), rows, "\n".join(tail))


def _text(section: Section) -> list[str]:
    if not section.text or not section.language:
        return ["", section.text] if section.text else []
    shown = "\n".join(seen(line) for line in section.text.splitlines())
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return ["", f"{fence}{section.language}", shown, fence]


def _row(row: Row, *, listed: bool) -> str:
    cells = [_cell(cell) for cell in row]
    return f"- {' '.join(cells)}" if listed else f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Names):
        return " ".join(_cell(part) for part in cell.few(_NAMES) if part)
    return code(cell.text) if isinstance(cell, Name) else words(cell)


def _shorten(parts: list[_Part], room: int) -> None:
    """Leave out rows, from the last of the least important section on, then whole texts, until all fits."""
    over = sum(part.size() for part in parts) - room
    for part in reversed(parts):
        while over > 0 and part.rows:
            over -= len(part.rows.pop()) + 1
            part.left_out += 1
        if over > 0 and len(part.tail) > _LEFT_OUT:
            over -= len(part.tail) - _LEFT_OUT
            part.tail, part.left_out = ("\n</details>" if "</details>" in part.tail else ""), part.left_out + 1


def _told(part: _Part, where: str) -> list[str]:
    left_out = [f"\n… and {part.left_out:,} more, left out here.{where}"] if part.left_out else []
    return [part.head, *part.rows, *left_out, *([part.tail] if part.tail else [])]


def _foot(review: Review) -> str:
    stacks = [*review.facts.stacks, *review.facts.failed]
    return f"stacks: {some(stacks, 10) or 'none'}; digest {review.digest[:19]}…"


def _tag(text: str) -> str:
    return seen(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(url: str) -> str:
    return re.sub(r"[\s()<>\\]", lambda found: f"%{ord(found.group()):02X}", url)
