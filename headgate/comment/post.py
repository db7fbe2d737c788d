"""Making a review the one comment of its target, whatever is there and whatever breaks on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.clients.rest import Clock, RejectedError, UnsureError
from headgate.comment.body import compose, marker
from headgate.comment.host import GONE, too_long
from headgate.comment.model import Labels, PostResult
from headgate.comment.plan import label_changes, plan_comment, wanted_labels
from headgate.problems import SourceError

if TYPE_CHECKING:
    from headgate.comment.host import Host
    from headgate.comment.model import ReviewComment
    from headgate.comment.plan import CommentPlan

_TRIES = 6


@dataclass(frozen=True, slots=True)
class _Posted:
    """The plan that was executed, and the comment's address. `found`: made by a request that was thought to be lost."""

    plan: CommentPlan
    url: str
    cut: bool
    found: bool


def post(host: Host, review: ReviewComment, *, dry_run: bool = False, clock: Clock | None = None) -> PostResult:
    """Post a review, or edit the comment that a run before posted, and put its labels on.

    What may not be (labels, older comments) becomes a warning. Raises RejectedError where the host refuses the comment,
    SourceError where it can't be reached.
    """
    posted = _post(host, review, clock or Clock(), dry_run=dry_run)
    warnings: list[str] = []
    deleted = tuple(comment.id for comment in posted.plan.delete)
    if not dry_run:
        deleted = _delete(host, posted.plan, warnings)
    labels = _label(host, review, warnings, dry_run=dry_run)
    action = "created" if posted.found else posted.plan.action
    return PostResult(action, posted.url, posted.cut, deleted, labels, tuple(warnings), dry_run)


def _post(host: Host, review: ReviewComment, clock: Clock, *, dry_run: bool) -> _Posted:
    """Look what is there, do what it takes, and look again where it is not known whether that was done."""
    mark, limit = marker(review.target, review.connector), host.limit
    last: SourceError | None = None
    for attempt in range(_TRIES):
        body, cut = compose(review, limit)
        body = host.body(body)
        plan = plan_comment(host.comments(), mark, body)
        try:
            url = _execute(host, plan, body, dry_run=dry_run)
            return _Posted(plan, url, cut, found=isinstance(last, UnsureError) and plan.action == "unchanged")
        except UnsureError as error:
            last = error
            clock.sleep(2.0**attempt)
        except RejectedError as error:
            last = error
            if too_long(error):
                limit = limit * 3 // 4  # the host counts otherwise, or takes less than others of its kind
            elif not (error.status == GONE and plan.stays):  # else it was deleted between looking and editing
                raise
    assert last is not None  # noqa: S101  # the loop ends here only after an error
    raise last


def _execute(host: Host, plan: CommentPlan, body: str, *, dry_run: bool) -> str:
    if plan.stays is None:
        return "" if dry_run else host.create(body)
    if plan.edit and not dry_run:
        host.edit(plan.stays, body)
    return plan.stays.url


def _delete(host: Host, plan: CommentPlan, warnings: list[str]) -> tuple[int, ...]:
    deleted = []
    for comment in plan.delete:
        try:
            host.delete(comment)
            deleted.append(comment.id)
        except SourceError as error:
            warnings.append(f"an older comment stays ({comment.url or comment.id}): {error}")
    return tuple(deleted)


def _label(host: Host, review: ReviewComment, warnings: list[str], *, dry_run: bool) -> Labels:
    """Change labels after the comment was posted: of runs for several targets at once, the last sees what all have found."""
    if not review.labels:
        return Labels()
    mark = marker(review.target, review.connector)
    try:
        changes = label_changes(host.labels(), wanted_labels(host.comments(), mark, review.labels))
        if changes and not dry_run:
            host.change_labels(changes)
    except SourceError as error:
        warnings.append(f"the labels stay as they are: {error}")
        return Labels()
    return changes
