"""A deploy as text: the rights that it takes, what was found before it, and how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import some
from headgate.problems import Problem
from headgate.render.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.preflight.model import PreflightFinding
    from headgate.preflight.permissions import Right

_MOST = 3
_LEVELS = {"problem": "problem", "unknown": "not looked at", "note": "note"}


def rights_text(rights: Sequence[Right], width: int | None = None) -> str:
    """Give the rights that a deploy takes as a table."""
    rows = [(one.kind, some(one.names, _MOST), one.right, one.who, one.why) for one in rights]
    return table_text(("of", "which", "right", "whose", "for"), rows, width=width)


def findings_text(findings: Sequence[PreflightFinding]) -> str:
    """Give what was found of a workspace, each with what to do."""
    if not findings:
        return "the workspace has all that the deploy needs"
    return "\n".join(f"{_LEVELS[one.level]}: {Problem(f'{one.subject} {one.message}', one.fix)}" for one in findings)
