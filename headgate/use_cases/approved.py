"""The review that was approved: made in a pull or merge request's last run, and kept there as an artifact.

A merge makes a commit of its own (a squash always does), so the way goes from the commit to the request by which it came, and
from there to the last run of the request's own head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.ci.github import GitHubReviews
from headgate.ci.gitlab import GitLabReviews
from headgate.ci.kept_review import check_document
from headgate.clients.rest import Clock
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.ci.kept_review import Approved


def find_approved(environment: Mapping[str, str], target: str, commit: str | None, wait: Callable[[float], None]) -> Approved:
    """Give the approved review of a target for a commit, from the host that CI's environment names.

    Raises InputError outside CI, SourceError where the host fails, RefusedError where there is no such review.
    """
    host = GitHubReviews if "GITHUB_REPOSITORY" in environment else GitLabReviews if "CI_PROJECT_ID" in environment else None
    if host is None:
        raise InputError("this is neither GitHub Actions nor GitLab CI", "run it there: it reads their environment")
    found = host.of(environment, Clock(sleep=wait)).approved(target, commit)
    check_document(found.document, target, found.source)
    return found
