"""A table's slices as text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted, number_text, some
from headgate.render.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.inventory.slices import Slice

_FEW = 5


def slices_text(table: str, option: str, slices: Sequence[Slice], width: int) -> str:
    """Give the slices of a table, cut by an option, and what left them. width: columns of a line."""
    columns = ("destination", "row", option, "in", "out", "weight", "")
    rows = [
        (
            part.destination,
            str(part.row),
            str(len(part.values)),
            str(len(part.added) or "-"),
            str(len(part.removed) or "-"),
            "-" if part.weight is None else number_text(part.weight),
            "" if part.state == "same" else part.state,
        )
        for part in slices
    ]
    total = sum(len(part.values) for part in slices)
    live = sum(1 for part in slices if part.state != "gone")
    lines = [
        f"{table}: {total:,} {option} in {counted(live, 'slice')}",
        table_text(columns, rows, right=(1, 2, 3, 4, 5), width=width),
    ]
    for part in slices:
        if part.removed:
            lines.append(f"{part.destination} no longer has {some(part.removed, _FEW)}")
        if part.state == "gone":
            lines.append(f"{part.destination} holds no value and is marked gone: it is read as before until you delete its row")
    return "\n".join(lines)
