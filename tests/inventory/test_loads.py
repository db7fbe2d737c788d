"""What tables ask for beside their time, and where that is known from."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.discovery.metadata import MetadataError, table_of
from headgate.inventory.loads import unheard_loads
from headgate.inventory.merge import merge_discovered
from headgate.inventory.read import parse_inventory
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.inventory.runs import Run
from headgate.inventory.slices import slice_table
from headgate.inventory.write import render_inventory
from headgate.tables.weight import Load


def definition(**loads: Any) -> Definition:
    return Definition.model_validate(
        {"id": "crm", "source": "crm", "connection": {"name": "c"}, "destination": {"catalog": "m", "schema": "b"}}
        | {"balance": {"loads": loads}}
    )


def run(day: int, requests: float) -> Run:
    return Run(
        "t", "", datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day), 1.0, full_load=False, loads={"requests": requests}
    )


def test_columns_of_loads_are_read_and_written_last() -> None:
    text = "source_table,weight,estimated_load.requests,load.memory_mb,load.requests\na,1,,20,5\nb,2,7.5,,\n"

    rows = parse_inventory(text.encode())

    assert rows[0].loads == {"memory_mb": 20, "requests": 5}
    assert rows[1].estimated_loads == {"requests": 7.5}
    assert render_inventory(rows) == text


@pytest.mark.parametrize(
    ("row", "runs", "load"),
    [
        (TableRow("t", loads={"requests": 5}, estimated_loads={"requests": 6}), 3, Load(5, "given")),
        (TableRow("t", estimated_loads={"requests": 6}), 3, Load(40, "observed")),
        (TableRow("t", estimated_loads={"requests": 6}), 2, Load(6, "estimate")),
        (TableRow("t"), 0, Load(9, "default")),
    ],
)
def test_a_load_is_as_written_else_as_observed_else_as_estimated_else_the_default(row: TableRow, runs: int, load: Load) -> None:
    tables = resolve([row], definition(requests={"default": 9}), [run(day, 40) for day in range(runs)])

    assert tables[0].loads == {"requests": load}


def test_a_connector_s_estimate_is_taken_again_with_each_discovery() -> None:
    found = table_of("t", {"estimated_loads": {"requests": 12}})

    merged = merge_discovered([TableRow("t", loads={"requests": 3}, estimated_loads={"requests": 1, "memory_mb": 2})], [found])

    assert merged.tables[0].loads == {"requests": 3}
    assert merged.tables[0].estimated_loads == {"requests": 12, "memory_mb": 2}


@pytest.mark.parametrize("loads", [["requests"], {"Requests!": 1}, {"requests": -1}])
def test_an_estimate_that_is_none_is_refused(loads: object) -> None:
    with pytest.raises(MetadataError, match=r"estimated_loads|requests is -1"):
        table_of("t", {"estimated_loads": loads})


def test_slices_part_a_table_s_loads_by_their_values() -> None:
    rows = [TableRow("t", weight=10, loads={"requests": 90})]

    sliced = slice_table(rows, "t", "tags", {"a": 1, "b": 1, "c": 1}, 1)

    assert [row.loads for row in sliced.tables] == [{"requests": 30}] * 3


def test_a_column_that_nothing_names_is_said() -> None:
    rows = [TableRow("t", loads={"memory_mb": 1, "requests": 2})]

    assert list(unheard_loads(rows, definition(requests={}))) == [
        "tables.csv has a load memory_mb, which has no say: balance.loads of connector.yaml doesn't name it"
    ]
