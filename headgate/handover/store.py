"""What a handover keeps on disk while it goes on: the lock's states and the journal, each written whole at every change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.handover.journal import HandoverJournal, read_journal, remove_journal, write_journal
from headgate.layout.lock import read_lock, write_lock
from headgate.layout.progress import pending, record_back, record_handover
from headgate.problems import StaleError

if TYPE_CHECKING:
    from headgate.handover.model import Handover
    from headgate.layout.model import Layout
    from headgate.project import Connector


@dataclass(frozen=True, slots=True)
class HandoverStore:
    """A connector's lock and a target's journal. Reads what is there now, whoever wrote it."""

    connector: Connector
    target: str

    @property
    def layout(self) -> Layout:
        """The lock. Raises StaleError where there is none."""
        now = read_lock(self.connector.lock_path, self.connector.definition.id)
        return replace(self.connector, layout=now).agreed()

    @property
    def journal(self) -> HandoverJournal | None:
        """The journal; None where nothing is stopped."""
        return read_journal(self.connector.folder, self.target)

    def keep(self, journal: HandoverJournal) -> None:
        """Write the journal."""
        write_journal(self.connector.folder, self.target, journal)

    def forget(self) -> None:
        """Remove the journal."""
        remove_journal(self.connector.folder, self.target)

    def record(self, handover: Handover) -> None:
        """Write to the lock that a table is handed over, or is back.

        Raises StaleError where the lock has changed meanwhile and no longer says that the table is on its way.
        """
        layout, key = self.layout, handover.placement.table
        todo = pending(layout, self.target)
        placed = [p for p in (*todo.planned, *todo.handed_over) if p.table == key and p.agreed == handover.destination]
        if not placed:
            fix = f"look at {self.connector.lock_path}; pipeline {handover.taker[1]} owns the table now"
            raise StaleError(f"the lock no longer moves {key} from {handover.source} to {handover.destination}", fix)
        change = record_back if handover.back else record_handover
        write_lock(self.connector.lock_path, change(layout, self.target, placed))
