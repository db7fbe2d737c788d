"""Which tables share a pipeline: what nobody parted is one group, and what a person or the source parted stays so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.inventory.defaults import table_id
from headgate.inventory.grouping import (
    LockedGroups,
    groups_of,
    isolate_problems,
    rows_asked_for,
    written_by,
)
from headgate.inventory.row import INGESTION_TYPES, TableRow

if TYPE_CHECKING:
    from headgate.tables.group import GroupBy

MANY, FEW = 12, 3


def define(**parts: Any) -> Definition:
    return Definition.model_validate(
        {
            "id": "crm",
            "source": "crm",
            "connection": {"name": "crm_connection"},
            "destination": {"catalog": "main", "schema": "bronze"},
        }
        | parts
    )


def rows_of(category: str, count: int, **fields: Any) -> list[TableRow]:
    return [TableRow(f"{category or 'plain'}_{number}", category=category, **fields) for number in range(count)]


def keys(rows: list[TableRow], locked: LockedGroups | None = None, **parts: Any) -> dict[str, str]:
    """Give category → the key of its tables' group; all of a category's are in one here."""
    return {row.category: group.key for row, group in zip(rows, groups_of(rows, define(**parts), locked), strict=True)}


def lock_of(rows: list[TableRow]) -> LockedGroups:
    """Give what a lock says that was made of these rows by auto."""
    definition = define()
    groups = groups_of(rows, definition)
    return LockedGroups("auto", {table_id(row, definition): group.key for row, group in zip(rows, groups, strict=True)})


def test_tables_that_nobody_parted_are_one_group_whatever_they_are_called_and_however_they_are_read() -> None:
    rows = [TableRow(f"{area}_{kind}", ingestion_type=kind) for area in ("crm", "web") for kind in INGESTION_TYPES]

    assert len(set(groups_of(rows, define()))) == 1


def test_schedule_and_connection_part_them() -> None:
    rows = [
        TableRow("a", ingestion_type="snapshot"),
        TableRow("b", ingestion_type="cdc"),
        TableRow("c", ingestion_type="cdc", connection_name="other"),
    ]

    assert len(set(groups_of(rows, define(schedules={"snapshot": "0 0 * * *", "cdc": "0 * * * *"})))) == 3


def test_a_large_category_is_a_group_and_small_ones_share_one() -> None:
    rows = [*rows_of("sales", MANY), *rows_of("stock", 6), *rows_of("people", 6), *rows_of("", FEW)]

    assert keys(rows) == {"sales": "sales", "stock": "other", "people": "other", "": "other"}


def test_what_is_left_over_takes_the_smallest_category_in_rather_than_stand_alone() -> None:
    rows = [*rows_of("sales", 30), *rows_of("stock", MANY), *rows_of("people", 1)]

    assert keys(rows) == {"sales": "sales", "stock": "other", "people": "other"}


def test_each_schedule_counts_for_itself() -> None:
    rows = [*rows_of("sales", MANY, schedule="0 0 * * *"), *rows_of("sales", FEW, schedule="0 * * * *")]

    found = groups_of(rows, define())

    assert {(group.key, group.schedule) for group in found} == {("sales", "0 0 * * *"), ("all", "0 * * * *")}


def test_a_list_of_all_tables_is_no_category_of_its_own() -> None:
    rows = [*rows_of("sales", MANY), *rows_of("all", MANY)]

    assert keys(rows) == keys(rows, lock_of(rows)) == {"sales": "sales", "all": "other"}


def test_an_isolated_category_stays_apart_however_small() -> None:
    rows = [*rows_of("sales", MANY), *rows_of("payroll", 1), *rows_of("stock", FEW)]

    found = keys(rows, isolate=["payroll"])

    assert (found["payroll"], found["stock"]) == ("payroll", "other")


def test_isolate_names_categories_that_there_are() -> None:
    (problem,) = isolate_problems(rows_of("payroll", 1), define(isolate=["payrol"]))

    assert (problem.message, problem.fix) == (
        "isolate of crm names 'payrol', which is no table's category",
        "did you mean 'payroll'?",
    )


def test_a_group_that_a_row_names_is_kept() -> None:
    rows = [TableRow("a", pipeline_group="vip"), TableRow("b")]

    assert [group.key for group in groups_of(rows, define())] == ["vip", "all"]


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("category_and_ingestion_type", ["sales_cdc", "sales_snapshot", "other_cdc"]),
        ("ingestion_type", ["cdc", "snapshot", "cdc"]),
        ("category", ["sales", "sales", "other"]),
        ("none", ["all", "all", "all"]),
    ],
)
def test_a_group_by_that_is_asked_for_parts_as_it_says_however_small_groups_are(group_by: str, expected: list[str]) -> None:
    rows = [
        TableRow("a", category="sales", ingestion_type="cdc"),
        TableRow("b", category="sales", ingestion_type="snapshot"),
        TableRow("crm_c", ingestion_type="cdc"),
    ]

    assert [group.key for group in groups_of(rows, define(group_by=group_by))] == expected


def test_by_size_a_large_table_stands_alone_where_others_are_on_its_schedule() -> None:
    sizes = [6_000_000, 12_000_000, 5_000_000, 10]
    rows = [TableRow(f"t_{n}", ingestion_type="snapshot", estimated_rows=size) for n, size in enumerate(sizes)]
    alone = TableRow("alone", schedule="0 5 * * *", weight=9_000)

    found = groups_of([*rows, alone], define(group_by="size", large_seconds=600))

    assert [group.key for group in found] == ["large_t_0", "large_t_1", "all", "all", "all"]


def test_by_size_tables_that_are_all_large_share_pipelines_for_none_of_them_waits_for_a_larger_one() -> None:
    rows = [TableRow(f"t_{n}", schedule="0 5 * * *", weight=600 + n) for n in range(3)]
    named = TableRow("small", schedule="0 5 * * *", weight=5, pipeline_group="own")

    assert {group.key for group in groups_of(rows, define(group_by="size"))} == {"all"}
    assert [group.key for group in groups_of([*rows[:1], named], define(group_by="size"))] == ["all", "own"]


def test_with_a_lock_a_category_stays_in_or_out_though_its_number_of_tables_changed() -> None:
    locked = lock_of([*rows_of("sales", MANY), *rows_of("stock", 6), *rows_of("people", 6)])

    assert keys([*rows_of("sales", 1), *rows_of("stock", 30)], locked) == {"sales": "sales", "stock": "other"}


def test_isolate_takes_effect_with_a_lock_too() -> None:
    rows = [*rows_of("sales", MANY), *rows_of("stock", 6), *rows_of("people", 6)]

    assert keys(rows, lock_of(rows), isolate=["people"]) == {"sales": "sales", "stock": "other", "people": "people"}


def test_a_lock_from_before_auto_keeps_its_groups_where_the_definition_says_nothing() -> None:
    rows = rows_of("sales", FEW, ingestion_type="cdc")

    assert keys(rows, LockedGroups("", {})) == {"sales": "sales_cdc"}
    assert keys(rows, LockedGroups("", {}), group_by="auto") == {"sales": "all"}


def written(group_by: GroupBy) -> list[TableRow]:
    """Give rows as discoveries once wrote them, and one that a person gave a group."""
    plain = [TableRow(f"t_{kind}", category="sales", ingestion_type=kind) for kind in INGESTION_TYPES]
    groups = groups_of(plain, define(group_by=group_by))
    rows = [TableRow(row.source_table, category="sales", ingestion_type=row.ingestion_type, pipeline_group=group.key)
            for row, group in zip(plain, groups, strict=True)]  # fmt: skip
    return [*rows, TableRow("mine", pipeline_group="vip")]


@pytest.mark.parametrize("group_by", ["category_and_ingestion_type", "ingestion_type", "category", "none"])
def test_it_is_known_by_what_a_discovery_wrote_groups(group_by: GroupBy) -> None:
    assert written_by(written(group_by)) == group_by
    assert written_by([TableRow("a", pipeline_group="vip"), TableRow("b"), TableRow("c")]) is None


@pytest.mark.parametrize(
    ("asked", "before", "counts"),
    [
        ("ingestion_type", "category", True),
        ("auto", "", True),
        ("ingestion_type", "", False),  # a lock that does not say what it was made by may have been made so
        ("category", "category", False),
        (None, "", False),
        ("auto", "auto", False),
    ],
)
def test_written_groups_give_way_once_another_group_by_is_asked_for_since_the_lock(
    asked: GroupBy | None, before: str, counts: bool
) -> None:
    rows = written("category")

    found = rows_asked_for(rows, define(group_by=asked), LockedGroups(before, {}))

    assert (found[0].pipeline_group == "") == counts
    assert found[-1].pipeline_group == "vip"


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "all", "other"]), st.sampled_from(["", "0 0 * * *"])), min_size=30, max_size=60
    )
)
def test_a_layout_made_by_auto_groups_its_tables_alike_ever_after(drawn: list[tuple[str, str]]) -> None:
    rows = [TableRow(f"t_{number}", category=category, schedule=when) for number, (category, when) in enumerate(drawn)]

    assert groups_of(rows, define(), lock_of(rows)) == groups_of(rows, define())
