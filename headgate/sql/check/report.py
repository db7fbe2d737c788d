"""Findings as they are collected for one file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.sql.check.findings import Code, Edit, Finding, Severity
from headgate.sql.dialect.place import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlglot import exp

# Of these all are errors but …
_SEVERITIES = {
    Code.unbounded_state: Severity.warning,
    Code.unknown_table: Severity.note,
    Code.needs_full_refresh: Severity.warning,
}


class Report:
    """The findings of one file, each once."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self._lines = Lines(text)
        self._found: dict[tuple[Code, Span, str], Finding] = {}

    def add(
        self, code: Code, span: Span, message: str, fix: str, edits: Sequence[Edit] = (), *, approximate: bool = False
    ) -> None:
        """Add a finding, unless the same is there."""
        line, column = self._lines.at(span.start)
        severity = _SEVERITIES.get(code, Severity.error)
        found = Finding(code, severity, self.file, line, column, span, message, fix, tuple(edits), approximate=approximate)
        self._found.setdefault((code, span, message), found)

    def findings(self, *, strict: bool, allowed: Collection[Code] = ()) -> list[Finding]:
        """Give all of them by place.

        strict: warnings and notes are errors. allowed: kinds that are warnings, whatever they are.
        """
        found = sorted(self._found.values(), key=lambda one: (one.span, one.code))
        return [replace(one, severity=_severity(one, strict=strict, allowed=allowed)) for one in found]


def _severity(one: Finding, *, strict: bool, allowed: Collection[Code]) -> Severity:
    if one.code in allowed:
        return Severity.note if one.severity is Severity.note else Severity.warning
    return Severity.error if strict else one.severity


def span_of_node(node: exp.Expr) -> Span | None:
    """Give the characters that the words of a tree stand in; None where no word of it has a place."""
    places = [one.meta for one in node.walk() if "start" in one.meta]
    return Span(min(place["start"] for place in places), max(place["end"] for place in places) + 1) if places else None
