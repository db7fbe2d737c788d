"""A layout with its tables: what each pipeline holds, once all moves are done or as a target has it, and its group."""

from __future__ import annotations

import pytest

from headgate.layout.model import Asked, Layout, Move, Pipeline, Placement
from headgate.layout.resolved import resolve_layout
from headgate.problems import StaleError
from headgate.tables.group import Group
from headgate.tables.ids import TableId
from headgate.tables.table import Table
from headgate.tables.weight import Weight

SALES, OTHER = Group("sales", "0 2 * * *", "c"), Group("other", "0 3 * * *", "c")


def table(name: str, group: Group, seconds: float) -> Table:
    return Table(id=TableId(name, f"main.bronze.{name}"), group=group, weight=Weight(seconds, "observed", 0.5, 2 * seconds))


TABLES = [table("a", SALES, 10), table("b", OTHER, 20), table("c", SALES, 30)]
PLACES = (
    Placement(TABLES[0].id, "p_1", Move("p_2", {"dev": "done"})),
    Placement(TABLES[1].id, "p_1"),
    Placement(TABLES[2].id, "p_2"),
)
LAYOUT = Layout("crm", Asked(2, 1), (Pipeline("p_1", "sales", 1), Pipeline("p_2", "sales", 1)), PLACES)


def held(target: str | None) -> dict[str, list[str]]:
    return {one.pipeline.id: [its.id.source_table for its in one.tables] for one in resolve_layout(LAYOUT, TABLES, target)}


def test_tables_are_where_they_are_agreed_or_where_a_target_has_them() -> None:
    assert held(None) == held("dev") == {"p_1": ["b"], "p_2": ["a", "c"]}
    assert held("prod") == {"p_1": ["a", "b"], "p_2": ["c"]}


def test_a_pipeline_weighs_what_its_tables_do() -> None:
    one, two = resolve_layout(LAYOUT, TABLES)

    assert (one.seconds, one.declared) == (20, 40)
    assert (two.seconds, two.declared) == (40, 80)


def test_its_group_is_that_of_most_of_its_tables_and_in_doubt_the_one_it_had() -> None:
    (one, _), (before, _) = resolve_layout(LAYOUT, TABLES), resolve_layout(LAYOUT, TABLES, "prod")

    assert one.group == OTHER
    assert before.group == SALES


def test_a_pipeline_whose_tables_have_gone_is_of_their_group() -> None:
    gone = Placement(TABLES[1].id, "p_1", Move("p_2", {}))
    layout = Layout("crm", Asked(2, 1), LAYOUT.pipelines, (gone,))

    one, two = resolve_layout(layout, [TABLES[1]])

    assert (one.tables, one.group) == ((), OTHER)
    assert (two.tables, two.group) == ((TABLES[1],), OTHER)


@pytest.mark.parametrize("tables", [TABLES[:2], [*TABLES, table("d", SALES, 1)]])
def test_other_tables_than_the_inventorys_are_refused(tables: list[Table]) -> None:
    with pytest.raises(StaleError, match=r"don't hold the same tables[\s\S]*headgate balance crm"):
        resolve_layout(LAYOUT, tables)
