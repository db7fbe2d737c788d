"""OSI PI's connector describes its 39 tables as the community connector does."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.osipi import OsipiLakeflowConnect
from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.discovery.listing import read_csv
from headgate.inventory.read import read_inventory
from tests.support.shared import COMMUNITY, shared

PROJECT = Path(__file__).parents[2]
RECORDED = ("pi_timeseries", "pi_streamset_recorded")
CATEGORIES = {
    "discovery_inventory": 4,
    "time_series": 14,
    "asset_framework": 13,
    "event_frames": 7,
    "governance_diagnostics": 1,
}


def test_discovery_finds_39_tables_in_five_categories() -> None:
    found = discover_code(Code(PROJECT / "connectors" / "osipi"), DiscoveryOptions())
    categories = [table.category for table in found.tables]
    assert {category: categories.count(category) for category in categories} == CATEGORIES
    assert len(found.tables) == 39


@pytest.mark.shared(COMMUNITY)
def test_names_types_keys_and_cursors_are_the_community_connectors() -> None:
    connector = OsipiLakeflowConnect({})
    described = [(name, connector.read_table_metadata(name, {})) for name in connector.list_tables()]
    for name, metadata in described:
        if name in RECORDED or name.endswith("_plot"):  # what tells two values of one timestamp apart comes on top
            assert metadata["primary_keys"][2:] == ["sub_microsecond", "occurrence"]
            metadata["primary_keys"] = metadata["primary_keys"][:2]
        if name == "pi_streamset_summary":  # two steps' extrema may lie on the edge between them
            assert metadata["primary_keys"].pop() == "interval_start"
    assert described == [
        (
            table.source_table,
            {
                "primary_keys": list(table.primary_keys or ()),
                "cursor_field": table.cursor_field or None,
                "ingestion_type": table.ingestion_type,
            },
        )
        for table in read_csv(shared(COMMUNITY), "osipi").tables
    ]


def test_the_committed_inventory_says_what_the_connector_says() -> None:
    connector = OsipiLakeflowConnect({})
    listed = read_inventory(PROJECT / "connectors" / "osipi" / "tables.csv")
    assert [
        (table.source_table, table.ingestion_type, [*(table.primary_keys or ())], table.cursor_field or None)
        for table in listed
    ] == [
        (name, metadata["ingestion_type"], metadata["primary_keys"], metadata["cursor_field"])
        for name in connector.list_tables()
        for metadata in [connector.read_table_metadata(name, {})]
    ]


def test_every_appended_table_has_a_cursor_and_every_table_a_key() -> None:
    connector = OsipiLakeflowConnect({})
    for name in connector.list_tables():
        metadata = connector.read_table_metadata(name, {})
        assert metadata["primary_keys"]
        assert (metadata["cursor_field"] is not None) == (metadata["ingestion_type"] == "append")


@pytest.mark.parametrize(("name", "near"), [("pi_point", "pi_points"), ("nothing like it", "list_tables")])
def test_an_unknown_table_is_refused_with_near_names(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=near):
        OsipiLakeflowConnect({}).read_table_metadata(name, {})
