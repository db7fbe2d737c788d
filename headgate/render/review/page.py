"""A review as one HTML page that loads nothing: everything that the comment may have left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from headgate.render.pages import environment_of, style_of
from headgate.render.review.cells import Name, Names
from headgate.render.review.sections import sections_of, summary_of, title_of
from headgate.visible import seen

if TYPE_CHECKING:
    from headgate.render.review.cells import Cell
    from headgate.review.model import Review


def render_page(review: Review) -> str:
    """Give the page, with the diffs of all files below a heading of theirs.

    It runs no script, and its policy forbids anything but its own style.
    """
    environment = environment_of(cell=_cell)
    return environment.get_template("review.html").render(
        title=title_of(review),
        verdict=review.verdict,
        summary=summary_of(review),
        sections=sections_of(review, diffs=True),
        stacks=[*review.facts.stacks, *review.facts.failed],
        digest=review.digest,
        **style_of(environment, "review.css"),
    )


def _cell(cell: Cell) -> Markup:
    if isinstance(cell, Names):
        return _cell(Name(", ".join(cell.texts)))
    if isinstance(cell, Name):
        return Markup("<code>{}</code>").format(seen(cell.text)) if cell.text else Markup()
    return Markup("{}").format(seen(cell))
