"""A connector's layout beside the one before its last change, as git has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.balance.report import report
from headgate.files import read_text
from headgate.layout.lock import parse_lock
from headgate.problems import HeadgateError
from headgate.review.base import commits_of, content_at
from headgate.use_cases.request import one_connector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from headgate.balance.report import Report
    from headgate.layout.model import Layout

_COMMITS = 2


@dataclass(frozen=True, slots=True)
class LastChange:
    """The report of a layout, with the steps from the one before. changed_at: None where it is not committed, or never was.

    known: whether there is one before that git still has.
    """

    report: Report
    known: bool
    changed_at: datetime | None


def last_change(root: Path, connector: str) -> LastChange:
    """Give the agreed layout of a connector beside the one before; without git beside itself.

    Raises StaleError where nothing is balanced yet, InputError for files that can't be read.
    """
    one = one_connector(root, connector)
    layout, tables = one.agreed(), one.weighed()
    text = read_text(one.lock_path)
    versions = [(at, content) for at, content in _versions(one.lock_path) if content is not None]
    changed_at = None
    if versions and versions[0][1] == text:
        changed_at = versions.pop(0)[0]
    before = _parsed(versions[0][1]) if versions else None
    return LastChange(report(tables, one.definition, layout, before), before is not None, changed_at)


def _versions(path: Path) -> Iterator[tuple[datetime, str | None]]:
    for commit, at in commits_of(path, _COMMITS):
        yield at, content_at(path, commit)


def _parsed(text: str) -> Layout | None:
    try:
        return parse_lock(text)
    except HeadgateError:
        return None
