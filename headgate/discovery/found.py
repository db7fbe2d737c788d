"""What a discovery found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.inventory.row import TableRow


@dataclass(frozen=True, slots=True)
class Failure:
    """A table that the source lists and whose metadata it did not give."""

    table: str
    message: str

    def __str__(self) -> str:
        return f"{self.table}: {self.message}"


@dataclass(frozen=True, slots=True)
class Found:
    """The tables as the source names them, in its order, with what it says about them, and those that failed.

    A table's category is filled in only where the source groups its tables itself. `unmade` is why the class was asked without
    being made, empty where it was. `printed` is what the connector's code printed meanwhile, the last of it, without the values
    of init options.
    """

    tables: tuple[TableRow, ...]
    failed: tuple[Failure, ...] = ()
    connector: str = ""
    unmade: str = ""
    printed: str = ""
