"""What a table has to hold, told without the engine: of each key the change that is in force, of appends every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.soak.changes import changes, snapshot

if TYPE_CHECKING:
    from tests.engine.soak.changes import Change
    from tests.engine.soak.tables import SoakTable


def places(table: SoakTable, seed: int, now: int) -> list[int]:
    """Give the places of the changes whose rows are in a table, of one with history in its open rows, in order."""
    some = changes(seed, table.name)[:now]
    # No row of an append is told from others: its id may be null. By columns only those are read that fit anywhere.
    keyless = (table.kind == "append" or table.scd == "APPEND_ONLY") and not table.arrow
    fitting = [change for change in some if change.fits or (keyless and change.bad == "id")]
    if table.is_read_whole:
        # Of a key that is there twice the second row has another amount, which may be all that did not fit.
        by_place = {change.row["place"]: change for change in some if not change.deleted}
        rows = snapshot(seed, table.name, now)
        return sorted({row["place"] for row in rows if by_place[row["place"]].fits or _is_mended(by_place[row["place"]], row)})
    if keyless or table.arrow:
        return sorted(change.row["place"] for change in fitting if not change.deleted)
    if table.kind == "cdc":
        fitting = [change for change in fitting if not change.deleted]
    latest: dict[tuple[int, str], Change] = {}
    for change in sorted(fitting, key=lambda one: (int(one.row["seq"]), one.deleted)):
        latest[change.key] = change
    return sorted(change.row["place"] for change in latest.values() if not change.deleted)


def _is_mended(change: Change, row: dict[str, object]) -> bool:
    return row["amount"] == 99.0 and change.bad == "amount"
