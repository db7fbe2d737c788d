"""What is to be done with the comments and labels that are there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.comment.body import carries, same, verdict_of
from headgate.comment.model import LABEL_PREFIX, VERDICTS, Labels

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.comment.model import Comment, Verdict


@dataclass(frozen=True, slots=True)
class CommentPlan:
    """The comment that stays (None: a new one is made), whether it is to be edited, and those to delete."""

    stays: Comment | None
    edit: bool
    delete: tuple[Comment, ...] = ()

    @property
    def action(self) -> Literal["created", "edited", "unchanged"]:
        """What is done with the comment, in one word."""
        if self.stays is None:
            return "created"
        return "edited" if self.edit else "unchanged"


def plan_comment(comments: Sequence[Comment], mark: str, body: str) -> CommentPlan:
    """Give what makes `body` the one comment with the marker among our own: of several, the newest stays."""
    ours = sorted((comment for comment in comments if carries(comment.body, mark)), key=lambda comment: comment.id)
    if not ours:
        return CommentPlan(None, edit=False)
    *older, newest = ours
    return CommentPlan(newest, not same(newest.body, body), tuple(older))


def wanted_labels(comments: Sequence[Comment], mark: str, asked: Labels) -> Labels:
    """Give the labels to put on and take off, with one verdict's label at most; `mark` is the comment's whose verdict is asked.

    A pull request has a comment for each target, and one label: the worst of their verdicts, so that no target that is fine
    takes the label of one that would lose data away.
    """
    if verdict_asked(asked.add) is None:
        return asked
    known = {verdict_of(comment.body) for comment in comments if not carries(comment.body, mark)} | {verdict_asked(asked.add)}
    worst = max((verdict for verdict in known if verdict), key=VERDICTS.index)
    verdicts = [verdict_label(verdict) for verdict in VERDICTS]
    add = [verdict_label(worst), *(label for label in asked.add if label not in verdicts)]
    remove = [*(label for label in verdicts if label != add[0]), *(label for label in asked.remove if label not in verdicts)]
    return Labels(tuple(add), tuple(remove))


def label_changes(present: Collection[str], wanted: Labels) -> Labels:
    """Give what of the wanted labels is not so yet; hosts' labels know no capitals."""
    there = {label.casefold() for label in present}
    return Labels(
        tuple(label for label in wanted.add if label.casefold() not in there),
        tuple(label for label in wanted.remove if label.casefold() in there),
    )


def verdict_label(verdict: Verdict) -> str:
    """Give the label that tells a verdict."""
    return LABEL_PREFIX + verdict


def verdict_asked(labels: Collection[str]) -> Verdict | None:
    """Give the verdict that is among labels, where one is."""
    return next((verdict for verdict in VERDICTS if verdict_label(verdict) in labels), None)
