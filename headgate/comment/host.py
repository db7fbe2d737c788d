"""What a host must be able to do, whatever it calls it, and what may come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headgate.clients.rest import RejectedError
    from headgate.comment.model import Comment, Labels

GONE = 404
_FORBIDDEN = 403
_TOO_LARGE = 413
_INVALID = (400, 422)


class Host(Protocol):
    """A pull request or a merge request on a host. All raise RejectedError, and SourceError where the host can't be reached."""

    name: str
    limit: int  # characters that a comment takes

    def comments(self) -> list[Comment]:
        """Give all comments of the token's own user; where that is not known, of all who may be it."""

    def body(self, text: str) -> str:
        """Give a text as it is to be sent."""

    def create(self, body: str) -> str:
        """Post a comment and give its address. Raises UnsureError where it may have been taken."""

    def edit(self, comment: Comment, body: str) -> None:
        """Give a comment another text."""

    def delete(self, comment: Comment) -> None:
        """Delete a comment; one that is gone is no error."""

    def labels(self) -> list[str]:
        """Give the labels that are on."""

    def change_labels(self, labels: Labels) -> None:
        """Put labels on and take labels off; those that the host doesn't know are made."""

    def read_only(self, error: RejectedError) -> bool:
        """Say whether an error means that the token may read and not write."""


def too_long(error: RejectedError) -> bool:
    """Say whether a host found a comment too long.

    Source: GitHub answers 422, "Body is too long (maximum is 65536 characters)"; GitLab 400, "is too long"; a proxy 413.
    """
    return error.status == _TOO_LARGE or (error.status in _INVALID and "too long" in error.said.lower())


def forbidden(error: RejectedError) -> bool:
    """Say whether the token was understood and its permissions don't do."""
    return error.status == _FORBIDDEN
