"""What the commands of `headgate sql` print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlGenerateOutput:
    """The pipelines whose SQL was generated, and its files that were written and deleted."""

    format: Literal[1] = 1
    pipelines: tuple[str, ...]
    written: tuple[Path, ...]
    deleted: tuple[Path, ...]
