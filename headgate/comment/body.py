"""A comment's text: the hidden marker that finds it again, and what fits into the host's limit. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.comment.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.comment.model import ReviewComment, Verdict

_MARKER = "<!-- headgate:review "
_VERDICT = re.compile(rf"<!-- headgate:verdict ({'|'.join(VERDICTS)}) -->")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_SLACK = 200  # room for what closes open parts; more is made line by line where it takes more
_QUICK_ACTION = re.compile(r"^([ \t]*)/(?=[A-Za-z])", re.MULTILINE)


def marker(target: str, connector: str | None = None) -> str:
    """Give the hidden first line of the one comment for a target, or for one connector in it. Both are ids."""
    return f"{_MARKER}target={target}{f' connector={connector}' if connector else ''} -->"


def carries(body: str, mark: str) -> bool:
    """Say whether a comment begins with the marker: one that quotes it elsewhere is none of ours."""
    return _lines(body)[0].rstrip() == mark


def verdict_of(body: str) -> Verdict | None:
    """Give the verdict that a comment of headgate's tells in its hidden second line, where it does."""
    first, second, *_ = [*_lines(body), ""]
    found = _VERDICT.fullmatch(second.rstrip()) if first.startswith(_MARKER) else None
    return next((verdict for verdict in VERDICTS if found and found[1] == verdict), None)


def same(one: str, other: str) -> bool:
    """Say whether two bodies are the same to a reader: hosts change line ends and trim."""
    return "\n".join(_lines(one)).strip() == "\n".join(_lines(other)).strip()


def compose(review: ReviewComment, limit: int) -> tuple[str, bool]:
    """Give a comment of at most `limit` characters: marker, verdict, text; and whether the text was cut.

    It is cut after a whole line; what is open there (a block of code, a folded part) is closed, so that the line that says so
    is seen.
    """
    mark = marker(review.target, review.connector)
    verdict = [f"<!-- headgate:verdict {review.verdict} -->"] if review.verdict else []
    text = "\n".join([mark, *verdict, "", *_lines(review.text)]).rstrip() + "\n"
    if len(text) <= limit:
        return text, False
    notice = _notice(limit, review.details_url)
    kept = text[: max(0, limit - len(notice) - _SLACK)].split("\n")[:-1] or [mark]
    while len(kept) > 1 and len(_ended(kept, notice)) > limit:
        kept.pop()
    return _ended(kept, notice), True


def without_quick_actions(text: str) -> str:
    """Give a text in which no line is a command to GitLab, which would carry out `/merge` or `/close` in a note.

    Source: GitLab, quick actions: each on a line of its own that begins with a slash. Also in blocks of code, where GitLab's
    versions differ in what they see as one.
    """
    return _QUICK_ACTION.sub(r"\1\\/", text)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _notice(limit: int, details_url: str | None) -> str:
    whole = f" [The whole review](<{details_url}>)." if details_url else " The whole review is in the job's own output."
    return f"**Cut here: a comment takes {limit:,} characters, and the review is longer.**{whole}"


def _ended(kept: Sequence[str], notice: str) -> str:
    return "\n".join([*kept, *_closers(kept), "", notice]) + "\n"


def _closers(lines: Sequence[str]) -> list[str]:
    fence, folded = "", 0
    for line in lines:
        found = _FENCE.fullmatch(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            fence = found[1]
        else:
            folded += line.count("<details") - line.count("</details>")
    return [*([fence] if fence else []), *(["", *["</details>"] * folded] if folded > 0 else [])]
