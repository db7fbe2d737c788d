"""What the hosts share about kept reviews: names of artifacts and jobs, what a document must be, and the errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from headgate.problems import InputError, RefusedError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIXES = {
    401: "the token is refused: check that it is still valid",
    403: "the token may not read this: {rights}",
    404: "there is none, or the token may not see it: {rights}",
}
# The names that the workflows give what they keep.
FILE = "review.json"
FIX = (
    "nothing was applied. Open a pull request for it, whose review then shows what would be applied now; an empty commit is "
    "enough: `git commit --allow-empty`"
)


def artifact_name(target: str) -> str:
    """Give the name under which a GitHub run keeps a target's review."""
    return f"headgate-review-{target}"


def job_name(target: str) -> str:
    """Give the name of the GitLab job that keeps a target's review."""
    return f"review:{target}"


@dataclass(frozen=True, slots=True)
class Approved:
    """A review document as it was kept, and where it comes from, in words."""

    document: str
    source: str


def check_document(text: str, target: str, source: str) -> None:
    """Raise RefusedError where a document is no review of this target."""
    try:
        document = json.loads(text)
        fault = (
            "it is not a review document"
            if "headgate_review" not in document or not str(document["digest"])
            else f"it is of target {document['target']!r}"
            if document["target"] != target
            else "it says that no complete plan could be made"
            if document["verdict"] == "error"
            else ""
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        fault = "it is not a review document"
    if fault:
        raise RefusedError(f"what {source} keeps can't be the approved review: {fault}", FIX)


def required(environment: Mapping[str, str], name: str, fix: str = "") -> str:
    """Give a variable of CI's environment. Raises InputError where it is missing."""
    value = environment.get(name, "")
    if not value:
        raise InputError(f"{name} is not set", fix or "run it in CI, which sets it")
    return value


def fixes(rights: str) -> Callable[[int], str]:
    """Give how to mend what a host refuses, by its status; `rights` says what the token has to be allowed."""
    return lambda status: _FIXES.get(status, "look at the host's state, then try again").format(rights=rights)


def not_after(made: str, merged: str) -> bool:
    """Say whether a review was there at the merge: one that a later run made, nobody has approved. Both as ISO 8601."""
    return datetime.fromisoformat(made) <= datetime.fromisoformat(merged)


def not_found(what: str) -> RefusedError:
    """Give the error for an approval that isn't there."""
    return RefusedError(what, FIX)


def unexpected_response(host: str, what: str) -> SourceError:
    """Give the error for an answer that isn't what the host's description says."""
    return SourceError(f"{host} gave an unexpected answer: {what}", "look at the host's state, then try again")
