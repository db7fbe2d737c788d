"""Measure runs of layouts, print the table, and exit with 1 where a goal is missed: `python -m bench.run [LINE …]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench.__main__ import show
from bench.run import layout, memory, recorded, rows, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.__main__ import Row

LINES: dict[str, Callable[[], list[Row]]] = {
    "layout": layout.rows,
    "rows": rows.rows,
    "recorded": recorded.rows,
    "memory": memory.rows,
    "tables": tables.many,
    "merge": tables.merge,
}
_NOTES = """
Each figure is of a process of its own, the fewest of those that took turns. "Processor" is all that the process and what it
started computed, its imports left out; goals are in it, for others' work on the machine changes it little. The clock decides
the layout alone: what a layout saves is waiting. The engine's rows are checked, counted and committed with the source's offset.
dlt gets the same dictionaries, 10,000 at once, and asks PI Web API for 100 tags at once. Memory is the most resident memory
of one process (10^6 bytes), of an answer that has all of the rows."""


def main(names: list[str]) -> int:
    """Measure some lines, or all; give the exit code."""
    if unknown := set(names) - set(LINES):
        sys.exit(f"no line is called {', '.join(sorted(unknown))}: there are {', '.join(LINES)}")
    sys.stderr.write("Measuring, about eight minutes for all …\n")
    found = [row for name, line in LINES.items() if name in names or not names for row in line()]
    missed = show(found)
    print(_NOTES)
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
