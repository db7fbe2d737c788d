"""Public SQL of pipelines: how many files are refused, and why."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.sql.check.findings import Severity
from headgate.sql.check.pipeline import check_sql

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH = 110


def print_sql(folder: Path) -> None:
    """Check each file by itself; tables of other files are unknown to it."""
    files = sorted(folder.rglob("*.sql"))
    refused: set[Path] = set()
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        for one in check_sql({file.name: file.read_text(encoding="utf-8-sig", errors="replace")}):
            if one.severity is Severity.error:
                refused.add(file)
                by_code[one.code.value].append(f"{one.file}:{one.line}: {one.message}"[:_WIDTH])
    for code, found in sorted(by_code.items(), key=lambda item: -len(item[1])):
        print(f"{len(found):5}  {code}")
        for line in found:
            print(f"         {line}")
    print(f"{len(refused):5}  files refused of {len(files)}")
