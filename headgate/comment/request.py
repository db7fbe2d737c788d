"""What the command line asked for, as a review to post; what can't be is refused. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.comment.model import VERDICTS, Labels, ReviewComment
from headgate.comment.plan import verdict_asked, verdict_label
from headgate.names import ID
from headgate.problems import Problem, refuse, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def review_of(
    text: str,
    target: str,
    connector: str | None = None,
    labels: Sequence[str] = (),
    remove_labels: Sequence[str] = (),
    details_url: str | None = None,
) -> ReviewComment:
    """Give the review to post; its verdict is that of the one `headgate:` label of a verdict, where one is to be put on.

    Raises InputError with all that can't be.
    """
    problems = [*_names(target, connector), *_labels(labels, remove_labels)]
    if details_url is not None and not _ADDRESS.fullmatch(details_url):
        problems.append(Problem(f"{short(details_url)} is not an address of a page", "give one that begins with https://"))
    refuse(problems)
    asked = Labels(tuple(labels), tuple(remove_labels))
    return ReviewComment(text, target, connector, verdict_asked(labels), details_url, asked)


def _names(target: str, connector: str | None) -> Iterator[Problem]:
    for what, name in (("target", target), ("connector", connector)):
        if name is not None and not ID.fullmatch(name):
            yield Problem(f"{short(name)} can't be a {what}'s name", "use a-z, 0-9 and _, beginning with a letter")


def _labels(add: Sequence[str], remove: Sequence[str]) -> Iterator[Problem]:
    verdicts = [label for label in add if label in map(verdict_label, VERDICTS)]
    if len(verdicts) > 1:
        yield Problem(f"{' and '.join(verdicts)} are two verdicts", "put on the one that the review came to")
    for label in sorted(set(add) & set(remove)):
        yield Problem(f"the label {short(label)} is to be put on and to be taken off", "name it once")
