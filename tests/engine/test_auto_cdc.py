"""Changes in any order, split into any answers and runs, make the table that AUTO CDC's documentation says.

The reference, in plain Python. By Databricks' and Apache Spark's pages on AUTO CDC: of each key the event with the highest
sequence holds; one that comes late changes nothing but the history; a deletion takes out what is older, now and whenever that
comes; with SCD type 2 `__START_AT` is an event's sequence, `__END_AT` that of the key's next event, and none for what holds.
What these leave open is for events of one key with one sequence: here a row that came later replaces one that came before, and
a deletion wins over rows.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.played import LONG, STRING, Connector, Table, struct


@dataclass(frozen=True)
class Event:
    """A change of a key, or its deletion."""

    key: int
    seq: int
    deleted: bool = False


Run = list[list[Event]]  # the answers of one run
EVENTS = st.builds(Event, st.integers(0, 2), st.integers(0, 5), st.booleans())
RUNS = st.lists(st.lists(st.lists(EVENTS, max_size=4), max_size=3), min_size=1, max_size=4)


def named(runs: list[Run]) -> list[tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]]]]:
    """Give the rows and the deletions of each run, answer by answer; each row has a name of its own."""
    numbers = iter(range(1000))
    return [
        (
            [
                [{"id": one.key, "seq": one.seq, "name": str(next(numbers))} for one in answer if not one.deleted]
                for answer in run
            ],
            [[{"id": one.key, "seq": one.seq} for one in answer if one.deleted] for answer in run],
        )
        for run in runs
    ]


def history(told: list[Any]) -> list[tuple[int, str, int, int | None]]:
    """Give (key, name, start, end) of each row of a history."""
    rows = {(row["id"], row["seq"]): row["name"] for changes, _ in told for answer in changes for row in answer}
    deletions = {(row["id"], row["seq"]) for _, deleted in told for answer in deleted for row in answer}
    found = []
    for (key, seq), name in rows.items():
        ends = [at for other, at in rows if other == key and at > seq] + [
            at for other, at in deletions if other == key and at >= seq
        ]
        found.append((key, name, seq, min(ends, default=None)))
    return sorted(found)


def loaded(told: list[Any], kind: str, columns: tuple[str, ...], memory: int, **options: str) -> list[Any]:
    """Give the rows of a table after all runs."""
    with tempfile.TemporaryDirectory() as folder:
        connector = Connector(struct(id=LONG, name=STRING, seq=LONG), kind, ["id"], "seq")
        table = Table(Path(folder), connector, options, memory)
        for changes, deleted in told:
            connector.changes += changes
            connector.deleted += deleted
            table.load()
        return sorted(table.rows(*columns))


@settings(max_examples=10)
@given(RUNS, st.sampled_from([1, 1 << 20]))
def test_type_1_holds_the_last_of_each_key(runs: list[Run], memory: int) -> None:
    told = named([[[Event(one.key, one.seq) for one in answer] for answer in run] for run in runs])
    expected = [(key, name) for key, name, _, end in history(told) if end is None]
    assert loaded(told, "cdc", ("id", "name"), memory) == expected


@settings(max_examples=10)
@given(RUNS, st.sampled_from([1, 1 << 20]))
def test_type_1_with_deletions_holds_the_last_of_each_key_that_was_not_deleted_since(runs: list[Run], memory: int) -> None:
    told = named(runs)
    expected = [(key, name) for key, name, _, end in history(told) if end is None]
    assert loaded(told, "cdc_with_deletes", ("id", "name"), memory) == expected


@settings(max_examples=10)
@given(RUNS, st.sampled_from([1, 1 << 20]))
def test_type_2_holds_all_that_ever_held_and_when(runs: list[Run], memory: int) -> None:
    told = named(runs)
    columns = ("id", "name", "__START_AT", "__END_AT")
    assert loaded(told, "cdc_with_deletes", columns, memory, scd_type="SCD_TYPE_2") == history(told)
    alone: list[Any] = [(changes, []) for changes, _ in told]
    assert loaded(alone, "cdc", columns, memory, scd_type="SCD_TYPE_2") == history(alone)
