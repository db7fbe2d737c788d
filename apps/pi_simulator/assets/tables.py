"""The rows of tables: a pure function of the seed, the table and the row's number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..times import SECOND, written

if TYPE_CHECKING:
    from .designs import TableDesign
    from .plant import Plant

_TEXTS = ("Stahl", "O'Hara", 'a "b"', "c/d\\e", "鋼", "")
_FIRST = 1_577_836_800 * SECOND
_GAP = 7  # one cell in so many is empty, besides those of the first column


def rows(plant: Plant, design: TableDesign) -> list[dict[str, Any]]:
    """Give a table's rows; an empty cell is a null."""
    return [
        {name: _cell(plant, design.name, name, kind, number, at) for at, (name, kind) in enumerate(design.columns.items())}
        for number in range(design.rows)
    ]


def _cell(plant: Plant, table: str, column: str, kind: str, row: int, at: int) -> Any:
    chance = plant.chance("cell", table, column, row)
    if at and chance % _GAP == 0:
        return None
    match kind:
        case "Int32":
            return chance % 100_000 if at else row + 1
        case "Double":
            return chance % 1_000_000 / 1000
        case "Boolean":
            return chance % 2 == 0
        case "DateTime":
            return written(_FIRST + row * 86400 * SECOND)
    return _TEXTS[chance % len(_TEXTS)]


def data(plant: Plant, design: TableDesign) -> dict[str, Any]:
    """Give a table's columns and rows as PI writes them."""
    return {"Columns": dict(design.columns), "Rows": rows(plant, design)}
