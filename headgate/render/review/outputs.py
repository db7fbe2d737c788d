"""Where a review is written to, in its several renderings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.files import write_all
from headgate.problems import InputError, Problem
from headgate.project import refuse_committed
from headgate.render.review.markdown import SUMMARY, render_markdown
from headgate.render.review.page import render_page
from headgate.render.review.text import render_text
from headgate.review.document import render_json
from headgate.review.facts import Facts
from headgate.review.model import Finding, Review

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from headgate.problems import HeadgateError


def render(review: Review, form: str, *, details_url: str = "", diffs: bool = False) -> str:
    """Give the review as `text`, `json`, `markdown` or `html`."""
    match form:
        case "json":
            return render_json(review)
        case "markdown":
            return render_markdown(review, details_url=details_url, diffs=diffs)
        case "html":
            return render_page(review)
    return render_text(review, diffs=diffs)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write besides what is printed; None for those that aren't asked for."""

    json: Path | None = None
    markdown: Path | None = None
    summary: Path | None = None
    html: Path | None = None
    details_url: str = ""
    diffs: bool = False

    def write(self, review: Review, *more: tuple[Path | None, str], read: Collection[Path] = ()) -> None:
        """Write what was asked for, and `more`, once all of it is made; all of the files or none.

        Raises InputError where two of them are one, or one is a connector's own, or of those that the review was made of.
        """
        made = [
            *more,
            (self.json, render_json(review) if self.json else ""),
            (self.markdown, self._markdown(review) if self.markdown else ""),
            (self.summary, self._summary(review) if self.summary else ""),
            (self.html, render_page(review) if self.html else ""),
        ]
        texts: dict[Path, str] = {}
        for path, text in made:
            if path:
                refuse_committed(path, read)
                if path in texts:
                    raise InputError(Problem("is named for two outputs", "name a file for each", str(path)))
                texts[path] = text
        write_all(texts)

    def _markdown(self, review: Review) -> str:
        return render_markdown(review, details_url=self.details_url, diffs=self.diffs)

    def _summary(self, review: Review) -> str:
        """Give the Markdown for a summary: a character takes up to four bytes, and most take one."""
        text = render_markdown(review, limit=SUMMARY, details_url=self.details_url, diffs=True)
        if len(text.encode()) <= SUMMARY:
            return text
        return render_markdown(review, limit=SUMMARY // 4, details_url=self.details_url, diffs=True)

    def write_failure(self, error: HeadgateError, target: str) -> None:
        """Write a review that says why there is none, so that a comment can say it too."""
        findings = tuple(Finding("error", "no-review", problem.file or target, problem.message) for problem in error.problems)
        self.write(Review(target, "error", Facts(target), findings=findings))
