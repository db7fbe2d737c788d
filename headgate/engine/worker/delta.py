"""A Delta table that the engine owns: read, written and kept in order, each commit with the state of the load.

By deltalake (delta-rs). What its documentation and tries say: rows, state and the application's transaction land in one commit;
a commit from a snapshot that has not seen another commit of the same application is refused; a repeated or older version from a
fresh one is not, so the state is read with the snapshot that is written from, and never without it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    QueryBuilder,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from headgate.engine.worker.errors import TableError
from headgate.engine.worker.keys import MARK
from headgate.engine.worker.schemas import adds
from headgate.engine.worker.state import KEY, REFRESH, State, read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)
_APP = "headgate"
_RECENT = 20  # commits that are looked through for the state first
_TRIES = 5
_COMPACT_EVERY = 25  # commits
_ROW_GROUP = 131_072
_FILE = 32 * 1024 * 1024  # bytes: a file is in memory until it is whole
_KEEP_HOURS = 168  # files that no version needs any more, as long as Databricks keeps them by default
# Values that repeat little have no dictionary for long: it took most of a write's time, and made the files larger.
_DICTIONARY = 65_536  # bytes
_WRITER = WriterProperties(
    compression="ZSTD", compression_level=1, max_row_group_size=_ROW_GROUP, dictionary_page_size_limit=_DICTIONARY
)
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)


def quoted(name: str) -> str:
    """Give a column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


class Store:
    """A table in a folder, made with its first commit. `state` is that of its newest commit of ours."""

    def __init__(self, path: Path) -> None:
        """Open the table where there is one. Raises TableError where it can't be, or holds no state of ours."""
        self.path = path
        self.commits = 0
        self.state = State()
        self.table: DeltaTable | None = None
        self._open()

    def _open(self) -> None:
        try:
            self.table = DeltaTable(str(self.path))
        except TableNotFoundError:
            self.table, self.state = None, State()
            return
        except (DeltaError, OSError) as error:
            raise TableError(f"{self.path} can't be opened as a Delta table: {error}") from None
        version = self.table.transaction_version(_APP)
        if version is None:
            raise TableError(f"{self.path} is a Delta table that headgate did not make", "name another folder: --out")
        self.state = self._newest_state()
        if self.state.batch != version:
            raise TableError(
                f"{self.path}: the commit that holds the state of batch {version} is no longer in its log", REFRESH
            )

    def _newest_state(self) -> State:
        for limit in (_RECENT, None):
            for commit in self._made.history(limit):
                if KEY in commit:
                    return read_state(commit[KEY])
        return State(batch=-1)

    @property
    def columns(self) -> pa.Schema:
        """The table's columns, as Arrow has them; none where there is no table yet."""
        return pa.schema(self.table.schema().to_arrow() if self.table else [])

    def write(self, data: pa.Table | pa.RecordBatchReader, state: State, *, anew: bool = False, fresh: bool = False) -> None:
        """Append rows, or make them all that the table has (`anew`), with its columns too where it is loaded afresh (`fresh`).

        New columns are added. Raises TableError where it can't be written, or another run did in between.
        """
        self._make(data.schema)
        mode: Any = "overwrite" if anew else "append"
        schema_mode: Any = "overwrite" if anew and fresh else "merge"
        self._commit(
            lambda: self._put(data, state, mode, schema_mode),
            state,
            again=not isinstance(data, pa.RecordBatchReader),
        )

    def merge(self, data: pa.Table, keys: Sequence[str], clauses: Callable[[Any], Any], state: State) -> dict[str, Any]:
        """Merge rows (`s`) into those of the table (`t`) that have the same keys, by `clauses`; give the counts.

        Raises as `write` does.
        """
        self._make(data.schema)
        self._widen(data.schema)
        on = " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in keys)
        # delta-rs looks for files to leave out where rows are not streamed, and takes more memory where it finds none.
        streamed = not self._some_lie_apart(data[keys[0]], keys[0])
        counts: dict[str, Any] = {}

        def merge() -> None:
            before = self._made.version()
            merger = self._made.merge(
                data, on, source_alias="s", target_alias="t", streamed_exec=streamed, **_written_with(_properties(state))
            )
            counts.update(clauses(merger).execute())
            if self._made.version() == before:  # nothing changed, so nothing was committed, the state neither
                self._put(self.columns.empty_table(), state)

        self._commit(merge, state, again=True)
        return counts

    def _some_lie_apart(self, values: pa.ChunkedArray, key: str) -> bool:
        """Say whether a file has none of the values of a key: whether all that it has are smaller, or all greater."""
        files = pa.table(self._made.get_add_actions(flatten=True))
        ends = pc.min_max(values)
        try:
            apart = pc.or_(pc.less(files[f"max.{key}"], ends["min"]), pc.greater(files[f"min.{key}"], ends["max"]))
        except (KeyError, pa.ArrowException):  # it is not known of this type
            return False
        return bool(pc.any(apart).as_py())

    def _put(self, data: Any, state: State, mode: Any = "append", schema_mode: Any = "merge") -> None:
        write_deltalake(
            self._made,
            data,
            mode=mode,
            schema_mode=schema_mode,
            target_file_size=_FILE,
            **_written_with(_properties(state)),
        )

    def _widen(self, schema: pa.Schema) -> None:
        """Add the columns and fields of rows that are about to be merged, in a commit of their own.

        Not by the merge itself: with a field that is new in a struct, delta-rs has it null in all rows that the merge changes
        without naming the struct.
        """
        known = {field.name: field.type for field in self.columns}
        new = [field for field in schema if field.name in known and adds(known[field.name], field.type)]
        new += [field for field in schema if field.name not in known and field.name != MARK]
        if new:
            self.write(pa.schema(new).empty_table(), self.state)

    def _commit(self, write: Callable[[], None], state: State, *, again: bool) -> None:
        before = self.state
        for attempt in range(_TRIES):
            version = self._made.version()
            try:
                write()
            except CommitFailedError as error:
                self._open()
                if self.state != before:
                    raise TableError("another run wrote this table meanwhile", "let one of them go on alone") from None
                if not again or attempt == _TRIES - 1:
                    raise TableError(f"another writer was at {self.path}: {error}", "run it again") from None
                _log.info("another writer was at %s: once more", self.path)
            except Exception as error:  # noqa: BLE001  # deltalake raises this very class too
                self._open()
                if self.state != state or self._made.version() == version:
                    raise TableError(f"{self.path} could not be written: {_first_line(error)}") from None
                _log.warning("%s was written, what follows a commit failed: %s", self.path, _first_line(error))
                break
            else:
                break
        self.state = state
        self.commits += 1

    def _make(self, schema: pa.Schema) -> None:
        """Make the table where there is none: without rows, for a write into a table that is not there would check nothing."""
        if self.table is not None:
            return
        try:
            self.table = DeltaTable.create(str(self.path), schema, mode="error", commit_properties=_properties(State()))
        except (DeltaError, OSError) as error:
            raise TableError(
                f"{self.path} could not be made: {_first_line(error)}", "look at the folder, and for another run"
            ) from None

    @property
    def _made(self) -> DeltaTable:
        assert self.table  # noqa: S101  # what asks for it has made it
        return self.table

    def delete(self, where: str) -> None:
        """Delete rows that fit a condition of SQL. Raises TableError where they can't be."""
        try:
            self._made.delete(where, commit_properties=CommitProperties(custom_metadata=_kept(self.state)))
        except (DeltaError, OSError) as error:
            raise TableError(f"{self.path} could not be written: {_first_line(error)}") from None

    def read(self, columns: Sequence[str], where: str = "") -> pa.Table:
        """Give columns of the rows that fit a condition of SQL. Raises TableError where it can't be read."""
        wanted = ", ".join(map(quoted, columns))
        sql = f"SELECT {wanted} FROM t" + (f" WHERE {where}" if where else "")  # noqa: S608  # names are quoted
        try:
            found = pa.table(QueryBuilder().register("t", self._made).execute(sql))
        except (DeltaError, OSError) as error:
            raise TableError(f"{self.path} can't be read: {_first_line(error)}") from None
        return found.cast(pa.schema([self.columns.field(name) for name in columns]))

    def tidy(self) -> None:
        """Make few files of many small ones, now and then, and delete those that no version of a week needs."""
        if (
            self.table is not None
            and self.table.version() // _COMPACT_EVERY > (self.table.version() - self.commits) // _COMPACT_EVERY
        ):
            self.compact()

    def compact(self) -> None:
        """Make few files of many small ones, and delete old ones. What fails is tried again another time."""
        try:
            self._made.optimize.compact(**_written_with(CommitProperties(custom_metadata=_kept(self.state))))
            self._made.vacuum(_KEEP_HOURS, dry_run=False, full=True)  # of commits that were killed, too
        except (DeltaError, OSError) as error:
            _log.warning("%s could not be tidied: %s", self.path, _first_line(error))
            self._open()


def _properties(state: State) -> CommitProperties:
    return CommitProperties(
        custom_metadata=_kept(state), app_transactions=[Transaction(_APP, state.batch)], max_commit_retries=0
    )


def _written_with(commit: CommitProperties) -> dict[str, Any]:
    return {"writer_properties": _WRITER, "commit_properties": commit, "post_commithook_properties": _HOOKS}


def _kept(state: State) -> dict[str, str]:
    return {KEY: state.model_dump_json()}


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
