"""Two folders of tables beside each other: row by row, with what was put aside, and the columns' types."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from headgate.engine.worker.history import END, START
from tests.engine.soak.findings import Findings
from tests.engine.soak.tables import TABLES
from tests.engine.soak.truth import places

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.soak.orders import Place
    from tests.engine.soak.tables import SoakTable

_OF_THE_RUN = ("batch", "found_at")  # what a quarantine tells of when


def compared(found: Place, wanted: Place, now: int, read_again: set[str]) -> Findings:
    """Compare all tables at the time to which they were read, and those of `wanted` with what the source had.

    read_again: tables of which the source gave rows twice, so that what does not fit is told twice.
    """
    findings = Findings()
    for table in TABLES.values():
        here, there = _table(found.table(table), table), _table(wanted.table(table), table)
        findings += _of_table(table.name, here, there)
        if _places(there) != (due := places(table, wanted.seed, now)):
            findings.wrong.append(f"{table.name}, undisturbed: it has the changes {_places(there)}, not {due}")
        aside = [_quarantine(place.quarantine(table)) for place in (found, wanted)]
        if table.name in read_again:
            aside = [one.unique() for one in aside]
        findings += _of_table(f"{table.name}'s quarantine", *aside)
    return findings


def _places(rows: pl.DataFrame) -> list[int]:
    return sorted((rows.filter(pl.col(END).is_null()) if END in rows.columns else rows)["place"].to_list())


def _table(folder: Path, table: SoakTable) -> pl.DataFrame:
    rows = pl.read_delta(str(folder)).rename({"TEXT": "text"}, strict=False)  # as it was spelled when the table was made
    if not table.takes_any_time:
        times = pl.concat([rows[START], rows[END]]).drop_nulls().unique().sort()
        ranks = {time: place for place, time in enumerate(times)}
        rows = rows.with_columns(
            rows[name].replace_strict(ranks, default=None, return_dtype=pl.Int64).alias(name) for name in (START, END)
        )
    return rows


def _quarantine(folder: Path) -> pl.DataFrame:
    if not folder.exists():
        return pl.DataFrame()
    # How a column was spelled when a row was read is no part of what was told.
    return pl.read_delta(str(folder)).drop(_OF_THE_RUN).with_columns(pl.col("row").str.replace("TEXT", "text"))


def _of_table(name: str, found: pl.DataFrame, wanted: pl.DataFrame) -> Findings:
    findings = Findings(1, wanted.height)
    there, due = Counter(map(_text, found.to_dicts())), Counter(map(_text, wanted.to_dicts()))
    findings.lost = [f"{name}: {row}" for row in (due - there).elements()]
    for row in (there - due).elements():
        (findings.doubled if row in due else findings.wrong).append(f"{name}: {row}")
    if (found.height or wanted.height) and found.schema != wanted.schema and dict(found.schema) != dict(wanted.schema):
        findings.wrong.append(f"{name}: its columns are {dict(found.schema)}, not {dict(wanted.schema)}")
    return findings


def _text(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)
