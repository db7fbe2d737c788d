"""Merges find rows by keys of any type, and look only at files that may have one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from deltalake import DeltaTable

from tests.engine.played import LONG, Connector, Table, spark, struct

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
LONG_TEXT = "ä" * 100  # of which files know the beginning alone


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("Long", [-(2**63), 0, 2**63 - 1]),
        ("Integer", [-1, 0, 1]),
        ("Double", [-1e300, -0.0, 0.1, 1e300]),
        ("Float", [-0.5, 0.1, 3.0e38]),
        ("String", ["", "O'Brien", 'a "b" \\', LONG_TEXT, LONG_TEXT + "b", "\U0010ffff"]),
        ("Boolean", [False, True]),
        ("Binary", [b"", b"\x00\xff'", b"\xff" * 100]),
        ("Date", [date(1, 1, 1), date(2026, 1, 31), date(9999, 12, 31)]),
        ("Timestamp", [datetime(1, 1, 1, tzinfo=UTC), MOMENT, datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]),
        ("TimestampNTZ", [MOMENT.replace(tzinfo=None)]),
        ("Decimal", [Decimal("-99.99"), Decimal("0.01"), Decimal("99.99")]),
    ],
)
def test_a_row_is_found_again_by_a_key_of_any_type(kind: str, keys: list[Any], tmp_path: Path) -> None:
    key = spark("DecimalType", 4, 2) if kind == "Decimal" else spark(f"{kind}Type")
    table = Table(tmp_path, Connector(struct(key=key, n=LONG), "cdc", ["key"], "n"))
    table.give([{"key": one, "n": 1} for one in keys])
    for one in keys:
        table.give([{"key": one, "n": 2}])
    table.give([{"key": one, "n": 3} for one in keys])
    assert [n for (n,) in table.rows("n")] == [3] * len(keys)


def test_a_merge_reads_no_file_that_has_none_of_its_keys(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, n=LONG), "cdc", ["id"], "n"))
    for first in (0, 100, 200):
        table.give([{"id": first, "n": 1}, {"id": first + 9, "n": 1}])
    table.give([{"id": 105, "n": 1}, {"id": 109, "n": 2}])
    [merge] = DeltaTable(str(table.path)).history(1)
    metrics = merge["operationMetrics"]
    assert (metrics["num_target_files_scanned"], metrics["num_target_files_skipped_during_scan"]) == (1, 2)
    assert table.rows("id", "n") == [(0, 1), (100, 1), (105, 1), (109, 2), (200, 1), (209, 1), (9, 1)]
