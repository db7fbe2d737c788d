"""A connector that gives what a test tells it, and a table that is loaded from it in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from headgate.discovery.child.stubs import SparkClass, StructField, StructType
from headgate.engine.model import TableOrder
from headgate.engine.worker.connector import Clock, Source
from headgate.engine.worker.load import Load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

MIB = 1024 * 1024
Row = dict[str, Any]


def spark(name: str, *given: Any, **named: Any) -> Any:
    """Give one of Spark's types as a connector makes it where there is no Spark."""
    kind: Any = type(name, (SparkClass,), {})
    return kind(*given, **named)


LONG, DOUBLE, STRING, BOOLEAN = (spark(f"{name}Type") for name in ("Long", "Double", "String", "Boolean"))


def struct(**fields: Any) -> StructType:
    """Give a struct's type; a type in a tuple is one that must not be null."""
    return StructType(
        [StructField(name, *((kind[0], False) if isinstance(kind, tuple) else (kind,))) for name, kind in fields.items()]
    )


@dataclass
class Connector:
    """One table's connector. `now`: what a snapshot finds. changes, deleted: an answer a call; the offset counts them."""

    schema: Any
    kind: str = "append"
    keys: Sequence[str] = ()
    cursor: str = ""
    now: Any = ()
    changes: list[Any] = field(default_factory=list)
    deleted: list[Any] = field(default_factory=list)

    def get_table_schema(self, _table: str, _options: Mapping[str, str]) -> Any:
        return self.schema

    def read_table_metadata(self, _table: str, _options: Mapping[str, str]) -> Mapping[str, Any]:
        return {"ingestion_type": self.kind, "primary_keys": list(self.keys), "cursor_field": self.cursor}

    def read_table(self, _table: str, offset: Row | None, _options: Mapping[str, str]) -> Any:
        return (self.now, None) if self.kind == "snapshot" else self._answer(self.changes, offset)

    def read_table_deletes(self, _table: str, offset: Row | None, _options: Mapping[str, str]) -> Any:
        return self._answer(self.deleted, offset)

    def _answer(self, answers: list[Any], offset: Row | None) -> tuple[Any, Row]:
        at = (offset or {"at": 0})["at"]
        return (answers[at], {"at": at + 1}) if at < len(answers) else ((), {"at": at})


class Failing(Connector):
    """A connector that fails after its first answer."""

    def read_table(self, table: str, offset: Row | None, options: Mapping[str, str]) -> Any:
        if offset:
            raise OSError("gone")
        return Connector.read_table(self, table, offset, options)


class Played(Source):
    """The source of a connector that is there already."""

    def __init__(self, connector: Any) -> None:
        self._patience, self.clock, self._connector = 600.0, Clock(), connector


@dataclass
class Table:
    """A Delta table below a folder, with its connector and its options in the layout."""

    root: Path
    connector: Any
    options: dict[str, str] = field(default_factory=dict)
    memory: int = 32 * MIB

    @property
    def path(self) -> Path:
        """The folder of its Delta table."""
        return self.root / "main" / "bronze" / "things"

    def load(self, *, refresh: bool = False, stopping: Callable[[], bool] = lambda: False) -> Load:
        """Load it once; give the load that was. Raises what ends one."""
        load = self.ready(refresh=refresh, stopping=stopping)
        load.run()
        return load

    def give(self, rows: Any, *, refresh: bool = False) -> Load:
        """Have the source give these rows, and load them."""
        if self.connector.kind == "snapshot":
            self.connector.now = rows
        else:
            self.connector.changes.append(rows)
        return self.load(refresh=refresh)

    def ready(self, *, refresh: bool = False, stopping: Callable[[], bool] = lambda: False) -> Load:
        """Give a load that has not begun."""
        order = TableOrder(
            name="main.bronze.things",
            source_table="things",
            folder=str(self.path),
            aside=str(self.root / "aside"),
            options=self.options,
            refresh=refresh,
        )
        return Load(order, Played(self.connector), self.memory, stopping, lambda _: None)

    def rows(self, *columns: str) -> list[Any]:
        """Give its rows as Polars reads them, in order: as dictionaries, or as tuples of some columns."""
        found = pl.read_delta(str(self.path))
        if columns:
            return sorted(found.select(columns).rows(), key=repr)
        return sorted(found.to_dicts(), key=repr)

    def version(self) -> int:
        """Give the number of its newest commit."""
        return max(int(path.stem) for path in (self.path / "_delta_log").glob("*.json"))

    def quarantined(self) -> list[Row]:
        """Give the cells that did not fit."""
        folder = self.root / "aside" / "quarantine"
        return pl.read_delta(str(folder)).sort("batch").to_dicts() if folder.exists() else []


Engine = type[Table]  # of the engine that loads it: the one on one machine, or Spark


def broken(rows: Sequence[Row], error: BaseException) -> Iterator[Row]:
    """Give rows, and then fail."""
    yield from rows
    raise error
