"""One table's load: read on from where its last commit left off, and commit what comes, rows and offset together.

What a workspace's pipeline does with the four ingestion types (databrickslabs/lakeflow-community-connectors,
pipeline/ingestion_pipeline.py): a snapshot is read whole and becomes what the table is; append adds; cdc merges by keys in the
order of a sequence, and cdc_with_deletes takes out the rows that were deleted.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.engine.worker.apply import Into, Landed, land, snapshot_changes
from headgate.engine.worker.batches import Shape
from headgate.engine.worker.delta import Store, quoted
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.flow import Flow
from headgate.engine.worker.history import END, START
from headgate.engine.worker.intake import Intake
from headgate.engine.worker.plan import as_stored, plan_of
from headgate.engine.worker.quarantine import Quarantine
from headgate.engine.worker.state import REFRESH
from headgate.engine.worker.tombstones import Tombstones
from headgate.engine.worker.unique import take_out_repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.engine.model import TableOrder
    from headgate.engine.worker.batches import Checked
    from headgate.engine.worker.connector import Offset, Source
    from headgate.engine.worker.flow import Land, Read
    from headgate.engine.worker.plan import Plan
    from headgate.engine.worker.spool import Spool
    from headgate.engine.worker.state import State


class Load:
    """A table's load. `memory`: bytes of one commit that are kept in it; `stopping` says whether to end at the next commit."""

    def __init__(
        self, order: TableOrder, source: Source, memory: int, stopping: Callable[[], bool], tell: Callable[[int], object]
    ) -> None:
        """Open the table, and ask the connector how it is loaded. Raises TableError."""
        self._order, self._source, self._stopping = order, source, stopping
        self.store = Store(Path(order.folder))
        self.plan = plan_of(order, source)
        self.full = order.refresh or not self.store.state.loaded
        stored = self.plan if order.refresh else as_stored(self.plan, self.store.columns)
        self._refuse_another_way(stored)
        aside = Path(order.aside)
        state = self.store.state
        anew = {"load": state.batch + 1, "rows": None, "deletes": None, "digest": "", "loaded": False} if order.refresh else {}
        self._state = state.model_copy(update={**anew, "way": stored.way})
        deletes = self.plan.kind == "cdc_with_deletes"
        after = aside / "deleted" / str(self._state.load)
        self._tombstones = Tombstones(after, stored.keys, stored.sequence) if deletes else None
        self._into = Into(stored, self.store, self._tombstones, order.refresh)
        self._quarantine = Quarantine(aside / "quarantine", order.name)
        shutil.rmtree(aside / "spool", ignore_errors=True)  # what a process that was killed left
        self.intake = Intake(stored.shape.loose, aside / "spool", memory, self._quarantine, tell)
        self.landed = Landed()
        self.calls = 0

    def _refuse_another_way(self, stored: Plan) -> None:
        before = self.store.state.way
        if before and before != stored.way and not self._order.refresh:
            raise TableError(f"the table was loaded as {before}, and is {stored.way} now", REFRESH)

    def run(self) -> None:
        """Load the table. Raises TableError, and StoppedError; what was committed stays."""
        self._keep_quarantine()
        if self.plan.kind == "snapshot":
            self._snapshot()
        else:
            self._flows()
        self._keep_quarantine()
        self._quarantine.tidy()
        if self._tombstones:
            self._tombstones.tidy()
        self.store.tidy()

    def _keep_quarantine(self) -> None:
        """Keep the cells of what is in the table: of the last snapshot, else of all since the full load."""
        state = self.store.state
        self._quarantine.keep(state.anchor if self.plan.kind == "snapshot" else state.load, state.anchor)

    def _flows(self) -> None:
        plan, source, table = self.plan, self._source, self._order.source_table
        ordered = plan.kind == "append"
        self._read(
            lambda offset: source.after(table, offset, plan.options, plan.shape), self._land_rows, self._state.rows, ordered
        )
        if plan.kind == "cdc_with_deletes":
            # A deleted row is known by its keys and its sequence; the rest of it may be null.
            shape = Shape(plan.shape.loose, plan.shape.keys)

            def deletions(offset: Offset | None) -> tuple[Iterator[Checked], Offset | None]:
                return source.deletions(table, offset, plan.options, shape)

            self._read(deletions, self._land_deletions, self._state.deletes, ordered=False)
        if not self._state.loaded or self._into.empty:
            self._commit(lambda state: self._into.write(self._none(), state), self._state.after(loaded=True))

    def _read(self, read: Read, land: Land, start: Offset | None, ordered: bool) -> None:
        flow = Flow(read, land, self.intake, start, lambda: self._state.batch + 1, ordered=ordered)
        try:
            flow.run(self._stopping)
        finally:
            self.calls += flow.calls

    def _land_rows(self, spool: Spool, offset: Offset | None, *, whole: bool) -> None:
        """Commit rows with the offset after them; where they are not `whole`, without."""
        state = self._state.after(rows=offset) if whole else self._state.within()
        if self.plan.kind == "append":
            self._commit(lambda state: self._into.write(spool.data(), state, count=spool.rows), state)
        else:
            nothing = self._none().select(list(self._into.plan.shape.keys))
            self._commit(lambda state: land(spool.table(), nothing, self._into, state), state)

    def _land_deletions(self, spool: Spool, offset: Offset | None, *, whole: bool) -> None:
        state = self._state.after(deletes=offset) if whole else self._state.within()
        deleted = spool.table().select(list(self._into.plan.shape.keys))
        self._commit(lambda state: land(self._none(), deleted, self._into, state), state)

    def _commit(self, write: Callable[[State], Landed], state: State) -> None:
        landed = write(state)
        self._state = state
        self.landed = Landed(self.landed.written + landed.written, self.landed.deleted + landed.deleted)

    def _snapshot(self) -> None:
        plan = self._into.plan
        read_at = datetime.now(UTC)
        spool, others = self.intake.spool(), self.intake.spool()
        batch = self._state.batch + 1
        try:
            for piece in self._source.snapshot(self._order.source_table, self.plan.options, self.plan.shape):
                self.intake.take(piece, spool)
                if self.intake.too_many_bad:
                    self.intake.flush(batch)
                if self._stopping():
                    raise StoppedError
            self.intake.put_aside(take_out_repeated(spool, plan.keys, others))
            if others.rows:
                spool, others = others, spool
            self.intake.flush(batch)
            digest = f"{spool.digest()}{self.intake.bad_digest}"
            if plan.history:
                self._land_snapshot_history(spool, read_at)
            elif digest != self._state.digest or self._into.empty:
                state = self._state.after(digest=digest, loaded=True)
                self._commit(lambda state: self._into.write(spool.data(), state, anew=True, count=spool.rows), state)
        finally:
            spool.close()
            others.close()

    def _land_snapshot_history(self, spool: Spool, read_at: datetime) -> None:
        plan, into = self._into.plan, self._into
        rows = spool.table()
        now = pa.scalar(read_at, plan.sequence_type)
        columns = [name for name in rows.column_names if name in self.store.columns.names]
        is_open = f"{quoted(END)} IS NULL"
        open_rows = rows.schema.empty_table() if into.empty else self.store.read(columns, is_open)
        new, gone = snapshot_changes(rows, open_rows, plan.keys, now)
        if new.num_rows + gone.num_rows or into.empty or self.intake.bad_digest != self._state.digest:
            new = new.append_column(START, pa.array([read_at] * new.num_rows, plan.sequence_type))
            state = self._state.after(digest=self.intake.bad_digest, loaded=True)
            self._commit(lambda state: land(new, gone, into, state), state)

    def _none(self) -> pa.Table:
        return self._into.plan.shape.loose.empty_table()
