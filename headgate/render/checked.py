"""What a check found of a connector, in a line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Sequence


def checked_text(connector: str, tables: int, stacks: int, problems: Sequence[str]) -> str:
    """Give the line of a connector that synthesis takes."""
    ends = counted(len(problems), "problem") if problems else "fine"
    return f"{connector}: {counted(tables, 'table')}, {counted(stacks, 'stack')}, {ends}"
