"""What Spark's processes are told of a table that they read, and the connector that they ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.engine.worker.connector import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from headgate.engine.worker.batches import Checked, Shape
    from headgate.engine.worker.connector import Offset


@dataclass(frozen=True, slots=True)
class Asked:
    """A connector: the folder of its code, the options it is made with, and the seconds that one of its answers may take."""

    code: str
    connection: tuple[tuple[str, str], ...] = field(repr=False)
    patience: float

    def source(self) -> Source:
        """Give the connector of this process, made once. Raises TableError."""
        return _source(self)


@cache
def _source(asked: Asked) -> Source:
    return Source(Path(asked.code), dict(asked.connection), asked.patience)


@dataclass(frozen=True, slots=True)
class Reading:
    """One table, read from a connector; pickled, it goes to Spark's processes.

    shape: what rows must be; stored: as the table has them. answers: the folder of answers that were written down. deletions:
    the flow of rows that were deleted. ordered: each row lands once, so that no offset may go back.
    """

    asked: Asked
    table: str
    options: Mapping[str, str]
    shape: Shape
    stored: pa.Schema
    answers: str = ""
    deletions: bool = False
    ordered: bool = False

    def answer(self, offset: Offset | None) -> tuple[Iterator[Checked], Offset | None]:
        """Read on from an offset; give the rows and the offset after them. Raises TableError."""
        source = self.asked.source()
        ask = source.deletions if self.deletions else source.after
        return ask(self.table, offset, self.options, self.shape)
