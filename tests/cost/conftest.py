"""A connector with two groups, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest

from headgate.cost import Cost, cost_of
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.model import Asked, Layout, Pipeline, Placement, Retirement
from headgate.tables.ids import TableId
from tests.support.samples import parts_of

TABLES = (
    TableRow("contacts", pipeline_group="people", ingestion_type="snapshot", weight=1800),
    TableRow("companies", pipeline_group="people", ingestion_type="snapshot", weight=900),
    TableRow("deals", pipeline_group="money", ingestion_type="append", weight=300),
)
PIPELINES = (Pipeline("money_1", "money", 1), Pipeline("people_1", "people", 1), Pipeline("people_2", "people", 1))
PLACES = {"contacts": "people_1", "companies": "people_2", "deals": "money_1"}
SERVERLESS = {"currency": "USD", "dbu_price": 0.5, "dbus_per_hour": {"serverless": 8}, "startup_seconds": 90}

Estimate = Callable[..., Cost]


def layout(places: dict[str, str] = PLACES, retired: tuple[Retirement, ...] = ()) -> Layout:
    pipelines = tuple(pipeline for pipeline in PIPELINES if pipeline.id in places.values())
    tables = tuple(Placement(TableId(name, f"main.bronze.{name}"), places[name]) for name in sorted(places))
    return Layout("crm", Asked(None, 1), pipelines, tables, retired=retired)


@pytest.fixture
def estimate() -> Estimate:
    """Give what estimates the connector with parts of its definition, a layout, or tables of one's own."""

    def run(parts: dict[str, Any] | None = None, own: Layout | None = None, tables: tuple[TableRow, ...] = TABLES) -> Cost:
        schedules = {"snapshot": "0 2 * * *", "append": "0 * * * *"}
        definition = Definition.model_validate(parts_of({"schedules": schedules, "cost": SERVERLESS} | (parts or {})))
        return cost_of(definition, "dev", own or layout(), resolve(tables, definition))

    return run
