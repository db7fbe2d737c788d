"""What a read covered of a tag's time: the pages that are given, the times that stay open, and how far the tag was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .problems import TagProblem
from .streamsets import Page, Window
from .times import next_after, previous

if TYPE_CHECKING:
    from collections.abc import Iterable

Gap = tuple[str, str]
# Open times that an offset remembers of a tag: where there are more, the tag waits at the first of those.
MOST_GAPS = 20


@dataclass(slots=True)
class Coverage:
    """A window of a tag, and what came of reading it, in any order. A limited read may leave times out."""

    window: Window
    pages: list[Page] = field(default_factory=list)
    problems: list[TagProblem] = field(default_factory=list)

    def add(self, found: Page | TagProblem) -> None:
        """Add a page, or a time that can't be read."""
        if isinstance(found, Page):
            self.pages.append(found)
        else:
            self.problems.append(found)

    def settle(self, most_gaps: int = MOST_GAPS) -> tuple[str, list[Page], list[TagProblem]]:
        """Give how far the tag was read, the pages before that, and the problems whose times are open before that.

        A tag does not move over a time that no answer told of, nor ends in one that can't be read: that is the next read's.
        """
        parts: list[tuple[str, str, Page | TagProblem]] = [(page.start, page.stop, page) for page in self.pages]
        parts += [(problem.start, next_after(problem.end), problem) for problem in self.problems]
        at = until = self.window.start
        taken: list[Page] = []
        gaps: list[TagProblem] = []
        pending: list[TagProblem] = []
        for start, stop, found in sorted(parts, key=lambda part: part[:2]):
            if start > at:
                break
            if isinstance(found, TagProblem):
                pending.append(found)
            elif len(gaps) + len(pending) > most_gaps:
                break
            else:
                gaps, pending, until = gaps + pending, [], max(at, stop)
                taken.append(found)
            at = max(at, stop)
        return min(until, self.window.end), taken, gaps

    def open_times(self) -> list[Gap]:
        """Give the times of the window of which no page was given, in order."""
        at, found = self.window.start, []
        for page in sorted(self.pages, key=lambda page: page.start):
            if page.start > at:
                found.append((at, previous(page.start)))
            at = max(at, page.stop)
        return [*found, (at, self.window.end)] if at <= self.window.end else found


def joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Give times in order, those that overlap or touch as one."""
    found: list[Gap] = []
    for start, end in sorted(gaps):
        if found and start <= next_after(found[-1][1]):
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
