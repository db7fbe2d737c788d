"""DuckDB over the Delta tables of a run's folder: it reads that folder alone, within limits of time, memory and number."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import duckdb
import duckdb_extension_delta  # type: ignore[import-untyped]  # it has none

from headgate.dashboard.lake.answers import Answers, version_of
from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.errors import BusyError, NoTableError, QuestionError
from headgate.dashboard.lake.query import Query
from headgate.dashboard.lake.threads import interruptible
from headgate.engine.folder import holds_table
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator
    from typing import TypeVar

    from headgate.dashboard.settings import Settings
    from headgate.use_cases.watch import WatchedTable

    T = TypeVar("T")

_MEMORY = "1GB"
_PIECE = 2000  # rows of a download at a time


class Lake:
    """Answers queries of the tables below a folder. Each runs in a thread of its own, and is ended when its time is over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._answers = Answers()
        self._pages = anyio.CapacityLimiter(settings.queries)
        self._downloads = threading.Semaphore(settings.downloads)
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None

    def place(self, table: WatchedTable) -> str:
        """Give what queries call a table: the folder that it lies in."""
        return str(table.folder)

    def holds(self, table: WatchedTable) -> bool:
        """Say whether a table was loaded."""
        return holds_table(table.folder)

    async def columns(self, place: str) -> list[Column]:
        """Give a table's columns. Raises NoTableError, BusyError."""
        if not holds_table(Path(place)):
            raise NoTableError("The table was not loaded yet: there is no Delta table of it in the run's folder.")
        found = await self.rows(Query("DESCRIBE SELECT * FROM delta_scan(?)", (place,), place))
        return [Column(name, kind) for name, kind, *_ in found]

    async def rows(self, query: Query) -> list[tuple[Any, ...]]:
        """Give all rows of a query, those that are kept where its table is the same.

        Raises QuestionError for values that are none of their column, NoTableError, BusyError.
        """

        def ask() -> Coroutine[Any, Any, list[tuple[Any, ...]]]:
            return self.ask(lambda cursor: cursor.execute(query.sql, query.parameters).fetchall())

        try:
            version = version_of(Path(query.table)) if query.table is not None else None
        except OSError:
            version = None
        return await (self._answers.of((query, version), ask) if version else ask())

    async def ask(self, question: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Give what a function finds by a connection; it waits for its turn as long as a query may take.

        Raises QuestionError, NoTableError, and BusyError where there is no room, or its time is over.
        """
        seconds = self._settings.query_seconds

        # Whoever waits holds no thread; once it runs, only its own time ends it.
        with anyio.move_on_after(seconds) as waiting:
            await self._pages.acquire_on_behalf_of(token := object())
        if waiting.cancelled_caught:
            raise BusyError("Too many questions are being answered: try again in a moment.")
        try:
            cursor = await asyncio.to_thread(self._cursor)

            def answer() -> T:
                with self._limited(cursor, seconds):
                    return question(cursor)

            return await interruptible(answer, cursor)
        finally:
            self._pages.release_on_behalf_of(token)

    async def download(self, query: Query) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """Give the rows of a query in pieces. Whoever stops before the last one has to close it.

        Raises BusyError where another download is under way, and what `rows` raises.
        """
        if not self._downloads.acquire(blocking=False):
            raise BusyError("Another download is under way: try again when it has ended.")
        try:
            cursor = await asyncio.to_thread(self._cursor)
            with closing(self._pieces(cursor, query)) as pieces:
                while rows := await interruptible(partial(next, pieces, []), cursor):
                    yield rows
        finally:
            self._downloads.release()

    def _pieces(self, cursor: duckdb.DuckDBPyConnection, query: Query) -> Generator[list[tuple[Any, ...]]]:
        with self._limited(cursor, self._settings.download_seconds):
            found = cursor.execute(query.sql, query.parameters)
            while rows := found.fetchmany(_PIECE):
                yield rows

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._open().cursor()

    @contextmanager
    def _limited(self, cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
        """End what a connection is asked after so many seconds, say why it failed, and close it."""
        timer = threading.Timer(seconds, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise BusyError(f"The question took longer than {counted(seconds, 'second')}: filter for less.") from None
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise QuestionError(_first_line(error)) from None
        except duckdb.OutOfMemoryException:
            raise BusyError("The question takes more memory than it may: filter for less.") from None
        except (duckdb.FatalException, duckdb.InternalException):
            with self._lock:
                self._database = None
            raise NoTableError("The table can't be read: the query failed inside of DuckDB.") from None
        except duckdb.Error:
            raise NoTableError("The table can't be read: it is no Delta table, or files of it are missing.") from None
        finally:
            timer.cancel()
            cursor.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                self._database = _database(self._settings.data)
            return self._database


def delta_extension() -> Path:
    """Give the file of DuckDB's extension that reads Delta tables."""
    [found] = Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension")
    return found


def _database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Give a database in memory that reads Delta tables below a folder, and nothing else of this machine or any other."""
    database = duckdb.connect(config={"memory_limit": _MEMORY, "threads": 2})
    for statement in (
        "SET GLOBAL TimeZone = 'UTC'",
        f"LOAD {_literal(delta_extension())}",
        "SET temp_directory = ''",
        f"SET allowed_directories = [{_literal(folder.resolve())}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        database.execute(statement)
    return database


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
