"""Applying what findings propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.dialect.reader import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headgate.sql.check.findings import Edit, Finding

_ROUNDS = 20  # a mended statement may show what was hidden before; no statement has that many of one below the other


def fixed(
    files: Mapping[str, str],
    check: Callable[[Mapping[str, str]], Iterable[Finding]],
    *,
    approximate: bool = False,
) -> tuple[dict[str, str], int]:
    """Give files with what findings propose, and how many findings that settled.

    check: finds in texts. approximate: also what makes results inexact. An edit that doesn't settle its finding, or after which
    a file has a statement more that can't be read, is not made.
    """
    texts, settled = dict(files), 0
    refused: set[tuple[str, str, str]] = set()
    seen = set(texts.items())
    before = list(check(texts))
    for _ in range(_ROUNDS):
        found = (one for one in before if one.edits and (approximate or not one.approximate))
        one = next((one for one in found if _identity(one) not in refused), None)
        if one is None:
            break
        text = apply(texts[one.file], one.edits)
        after = list(check({**texts, one.file: text}))
        same_form = len(read_file(one.file, text).errors) <= len(read_file(one.file, texts[one.file]).errors)
        if same_form and (one.file, text) not in seen and _alike(after, one) < _alike(before, one):
            texts[one.file], before = text, after
            seen.add((one.file, text))
            settled += 1
        else:
            refused.add(_identity(one))
    return texts, settled


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Give a text with edits made, which are of different places."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _alike(found: Iterable[Finding], one: Finding) -> int:
    return sum(_identity(other) == _identity(one) for other in found)


def _identity(one: Finding) -> tuple[str, str, str]:
    return one.code.value, one.file, one.message
