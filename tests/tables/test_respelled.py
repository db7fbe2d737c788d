"""Other capitals in any part of any name change nothing but the spelling, whatever is asked."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.explain import explain
from headgate.balance.fit import misfits
from headgate.balance.report import report
from headgate.definition.load import parse_definition
from headgate.deployment.pipelines import pipelines_now
from headgate.deployment.scope import Scope
from headgate.handover.runbook import make_runbook
from headgate.inventory.defaults import table_id
from headgate.inventory.merge import merge_discovered
from headgate.inventory.read import parse_inventory
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.inventory.runs import Run
from headgate.inventory.slices import slice_table
from headgate.inventory.write import render_inventory
from headgate.layout.deployed import Deployed
from headgate.layout.lock import differs, parse_lock, render_lock
from headgate.layout.observe import State, observe
from headgate.layout.progress import named, pending, record_done, record_handover
from headgate.layout.strays import strays
from headgate.review.context import Agreed, Context
from headgate.review.decide import review_of
from headgate.review.predicted import predicted_facts
from headgate.tables.ids import TableId
from tests.support.examples import examples
from tests.support.from_rows import balance, plan_stacks

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.definition.model import Definition
    from headgate.emit.terraform.stacks import StackPlan
    from headgate.layout.model import Layout
    from tests.support.command import Run as Command

TARGET = "prod"
PIPELINES = 3
DEFINITION = """\
id: crm
source: crm
connection: {{name: crm, external_options: [tags]}}
destination: {{catalog: {catalog}, schema: {schema}}}
balance: {{pipelines: {pipelines}, stacks: 2, together: [[{together}]], apart: [[{apart}]]}}
targets:
  dev: {{default: true}}
  prod: {{catalog: {own}}}
"""


@dataclass(frozen=True)
class Project:
    """A connector's rows, its definition, and a layout of theirs whose moves are on their way."""

    rows: tuple[TableRow, ...]
    definition: Definition
    layout: Layout


def definition_of(respell: list[str], pipelines: int = PIPELINES) -> Definition:
    catalog, schema, own, *names = respell
    together, apart = ", ".join(names[:2]), ", ".join(names[2:])
    text = DEFINITION.format(catalog=catalog, schema=schema, own=own, together=together, apart=apart, pipelines=pipelines)
    return parse_definition(text, "connector.yaml")


NAMES = ["main", "bronze", "prod_main", "t0", "t1", "t2", "main.bronze.t3_copy"]


@st.composite
def spellings(draw: st.DrawFn, names: list[str]) -> list[str]:
    """Give the names, each letter as it is or in the other case."""
    flips = draw(st.lists(st.booleans(), min_size=8, max_size=8))
    offset = draw(st.integers(0, 7))
    return [
        "".join(letter.swapcase() if flips[(place + number + offset) % 8] else letter for place, letter in enumerate(name))
        for number, name in enumerate(names)
    ]


NAMED = ["pi_timeseries", "PI_TimeSeries"]


def rows_of(names: list[str], weights: list[int]) -> tuple[TableRow, ...]:
    """Give rows by source table, some with parts of a destination of their own; `t3` is read twice."""
    catalog, schema, *sources = names
    rows = [TableRow(name, weight=float(weight)) for name, weight in zip(sources, weights, strict=True)]
    rows[1] = replace(rows[1], destination_schema=schema)
    rows[2] = replace(rows[2], destination_catalog=catalog, destination_schema=schema)
    rows[-1] = replace(rows[-1], source_table=sources[3], destination_table=f"{sources[3]}_copy")
    return tuple(rows)


ROWS = ["other", "silver", *(f"t{number}" for number in range(8)), "copy"]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Project, Project]:
    """Give a project in which a balance with more pipelines has tables on their way, and the same one in other capitals."""
    weights = draw(st.lists(st.integers(1, 4), min_size=len(ROWS) - 2, max_size=len(ROWS) - 2))
    rows, definition = rows_of(ROWS, weights), definition_of(NAMES)
    first = balance(rows, definition_of(NAMES, 2)).layout
    layout = balance(rows, definition, first).layout
    moving = pending(layout, TARGET).planned
    layout = record_handover(layout, TARGET, moving[: draw(st.integers(0, len(moving)))])
    others = rows_of(draw(spellings(ROWS)), weights)
    return Project(rows, definition, layout), Project(others, definition_of(draw(spellings(NAMES))), layout)


few = examples(10)


def homes(layout: Layout) -> dict[TableId, object]:
    return {placement.table: (placement.pipeline, placement.move) for placement in layout.tables}


def stacks(project: Project, layout: Layout) -> list[StackPlan]:
    return plan_stacks(project.definition, project.rows, layout, TARGET, Deployed(TARGET))


@few
@given(pairs())
def test_a_balance_keeps_every_table_and_every_move_and_takes_over_the_spelling(pair: tuple[Project, Project]) -> None:
    before, after = pair

    assert misfits(resolve(after.rows, after.definition), after.definition, before.layout) == []
    layout = balance(after.rows, after.definition, before.layout).layout
    assert homes(layout) == homes(before.layout)
    assert replace(layout, tables=()) == replace(before.layout, tables=())
    assert {p.table.spelled for p in layout.tables} == {table_id(row, after.definition).spelled for row in after.rows}
    assert not differs(parse_lock(render_lock(layout)), balance(after.rows, after.definition, layout).layout)


@examples(5)
@given(pairs())
def test_a_first_balance_places_tables_alike(pair: tuple[Project, Project]) -> None:
    before, after = pair

    assert homes(balance(after.rows, after.definition).layout) == homes(balance(before.rows, before.definition).layout)


@few
@given(pairs())
def test_a_review_without_a_plan_finds_other_spellings_and_no_loss(pair: tuple[Project, Project]) -> None:
    before, after = pair
    layout = balance(after.rows, after.definition, before.layout).layout
    facts = predicted_facts(stacks(before, before.layout), stacks(after, layout), TARGET)
    agreed = {p.table.in_catalog("prod_main"): Agreed(p.in_target(TARGET), p.agreed, origin=p.pipeline) for p in layout.tables}

    review = review_of(facts, [Context("crm", TARGET, agreed=agreed)])

    assert {finding.code for finding in review.findings} <= {"source-respelled"}
    assert {change.kind for change in review.tables} <= {"changed"}
    assert all("nothing of it is lost" in change.reason for change in review.tables)
    assert review.totals["tables"] == (len(before.rows), len(after.rows))
    assert {change.kind for change in review.pipelines} <= {"changed"}


@few
@given(pairs())
def test_what_states_show_is_recorded_of_the_same_tables(pair: tuple[Project, Project]) -> None:
    before, after = pair
    scope = Scope(before.definition, TARGET)
    pipelines = pipelines_now(scope, resolve(before.rows, before.definition), before.layout)
    held = {one.id: [table.id.in_catalog("prod_main") for table in one.tables] for one in pipelines}
    ids = {f"databricks_pipeline.{name}": name for name in held}
    layout, deployed = observe(
        before.layout, TARGET, ["dev", TARGET], {1: State(ids, {}, held), 2: State()}, {}, Deployed(TARGET)
    )
    own = after.definition.targets[TARGET].catalog

    assert len(deployed.tables) == len(before.rows)
    assert strays(balance(after.rows, after.definition, layout).layout, deployed, own) == []
    for row in after.rows:
        assert table_id(row, after.definition).in_catalog(own) in deployed.tables


@few
@given(pairs())
def test_tables_are_done_and_handed_over_under_any_spelling(pair: tuple[Project, Project]) -> None:
    before, after = pair
    todo = pending(before.layout, TARGET)
    spelled = {table_id(row, after.definition): table_id(row, after.definition) for row in after.rows}
    for way in (todo.planned, todo.handed_over):
        said = [spelled[p.table] for p in way]
        assert named([table.destination for table in said], way, "moves") == list(way)
        assert named([table.in_catalog("PROD_main").destination for table in said], way, "moves", "prod_main") == list(way)
        by_source = named([table.source_table for table in said], way, "moves")
        assert [p.table for p in by_source] == [p.table for p in way]
    whole = make_runbook(before.layout, before.definition, TARGET, Deployed(TARGET))
    some = make_runbook(
        before.layout, before.definition, TARGET, Deployed(TARGET), [spelled[p.table].destination for p in todo.planned]
    )
    assert whole.waiting == some.waiting
    ended = record_done(before.layout, TARGET, ["dev", TARGET], tables=todo.handed_over)
    again = [balance(project.rows, project.definition, ended).layout for project in pair]
    assert homes(again[1]) == homes(again[0])


@few
@given(pairs())
def test_a_table_is_explained_under_any_spelling(pair: tuple[Project, Project]) -> None:
    before, after = pair
    tables = resolve(before.rows, before.definition)
    shown = report(tables, before.definition, before.layout, None)
    for row in after.rows:
        one = table_id(row, after.definition)
        (explanation,) = explain(one.destination, tables, before.definition, None, shown)
        assert TableId(explanation.source_table, explanation.destination) == one


@few
@given(pairs())
def test_runs_weigh_the_same_tables(pair: tuple[Project, Project]) -> None:
    before, after = pair
    runs = [
        Run(table.source_table, destination, datetime(2026, 1, day, tzinfo=UTC), float(number), full_load=False)
        for number, row in enumerate(before.rows[:3], 10)
        for table in [table_id(row, before.definition)]
        for destination in ("", table.in_catalog("prod_main").destination, table.destination)
        for day in (1, 2, 3)
    ]
    bare = [tuple(replace(row, weight=None) for row in one.rows) for one in pair]

    was, now = (
        {table.id: table.weight for table in resolve(rows, one.definition, runs)} for rows, one in zip(bare, pair, strict=True)
    )
    assert now == was
    assert [now[table_id(row, after.definition)].runs for row in bare[1][:3]] == [9, 9, 9]


@few
@given(pairs())
def test_a_second_discovery_finds_the_same_tables(pair: tuple[Project, Project]) -> None:
    before, after = pair
    found = [TableRow(name, ingestion_type="append") for name in dict.fromkeys(row.source_table for row in after.rows)]

    merged = merge_discovered(before.rows, found)

    assert (merged.added, merged.gone, len(merged.tables)) == ((), (), len(before.rows))
    assert [row.source_table for row in merged.tables] == [row.source_table for row in after.rows]
    tables = [table_id(row, before.definition) for row in merged.tables]
    assert tables == [table_id(row, before.definition) for row in before.rows]


@few
@given(
    spellings(["pi_timeseries", "silver", "pi_timeseries", "pi_timeseries_s002"]),
    st.sampled_from(["pi_timeseries", "PI_TimeSeries"]),
)
def test_a_sliced_table_is_sliced_again_under_any_spelling(names: list[str], said: str) -> None:
    values = {f"tag {number}": 1.0 for number in range(6)}
    first = slice_table(
        [TableRow("pi_timeseries", destination_schema="silver"), TableRow("other")], "pi_timeseries", "tags", values, 4
    )
    source, schema, again, second = names
    rows = (
        replace(first.tables[0], source_table=source, destination_schema=schema),
        replace(first.tables[1], source_table=again, destination_table=second),
        first.tables[2],
    )

    sliced = slice_table(rows, said, "tags", values, 4)

    assert sliced.tables == rows
    assert parse_inventory(render_inventory(sliced.tables).encode()) == rows


DOUBLED = """\
source_table,pipeline_group,ingestion_type,weight
orders_a,all,append,100
orders_b,all,append,50
Orders_A,all,append,70
"""


def test_two_rows_that_differ_in_capitals_are_one_table_with_file_row_and_both_spellings(
    headgate: Command, project: Path
) -> None:
    (project / "connectors/crm/tables.csv").write_text(DOUBLED)

    said = headgate("balance", code=1).stderr

    assert "connectors/crm/tables.csv:4: row 3, column destination_table: 'Orders_A' goes to 'Orders_A'" in said
    assert "as 'orders_a' in row 1 does: 'orders_a' there, which is the same name to Unity Catalog" in said


def test_a_targets_own_catalog_may_make_one_destination_of_two(headgate: Command, project: Path) -> None:
    folder = project / "connectors/crm"
    (folder / "tables.csv").write_text("source_table,destination_table,destination_catalog\na,t,\nb,T,other\n")
    headgate("balance")
    definition = (folder / "connector.yaml").read_text()
    (folder / "connector.yaml").write_text(definition.replace("prod: {}", "prod: {catalog: Prod}"))

    said = headgate("balance", code=1).stderr

    assert "row 2, column destination_table: Prod.bronze.T is also the destination of 'a' (row 1) in target 'prod'" in said
    assert "Prod.bronze.t there, which is the same name to Unity Catalog" in said


def test_every_command_knows_a_table_whose_row_was_respelled(headgate: Command, project: Path) -> None:
    """Two rows in other capitals: no move, no loss, and what a person says of them is understood."""
    inventory = project / "connectors/crm/tables.csv"
    headgate("balance")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "before"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    inventory.write_text(inventory.read_text().replace("contacts", "Contacts").replace("deals", "DEALS"))

    headgate("check")
    headgate("check", "--frozen", code=3)
    said = headgate("balance").stdout
    assert "Contacts → main.bronze.Contacts was spelled contacts → main.bronze.contacts: the same table" in said
    assert "is to move" not in said
    assert "is gone" not in said
    headgate("check", "--frozen")
    review = headgate("review", "--base", "HEAD", "-t", "prod", code=2).stdout
    assert "spelled otherwise, it was contacts → main.bronze.contacts; nothing of it is lost" in review
    assert "contacts" in headgate("balance", "--explain", "MAIN.bronze.contacts").stdout.lower()
    assert "nothing is open in prod" in headgate("done", "crm", "-t", "prod").stdout


def test_a_move_is_carried_through_whatever_the_table_is_called_on_the_way(headgate: Command, project: Path) -> None:
    inventory = project / "connectors/crm/tables.csv"
    headgate("balance")
    for target in ("dev", "prod"):
        ids = {f"databricks_pipeline.{name}": f"id-{name}" for name in ("money_1", "people_1")}
        record = {"format": 1, "target": target, "ids": ids}
        (project / f"connectors/crm/deployed.{target}.json").write_text(json.dumps(record))
    inventory.write_text(inventory.read_text().replace("companies,people", "companies,money"))
    headgate("balance")
    headgate("done", "crm", "--handover", "COMPANIES")
    inventory.write_text(inventory.read_text().replace("companies", "Companies"))
    headgate("balance")

    assert "handed over, to be applied: Companies: people_1 → money_1" in headgate("done", "crm").stdout
    assert "Companies" in headgate("handover", "crm", "-t", "prod", "--table", "main.bronze.companies").stdout
    headgate("done", "crm", "--move", "companies")
    headgate("done", "crm", "-t", "prod", "--handover", "companies", "--move", "main.BRONZE.companies")
    ended = '"destination": "main.bronze.Companies", "pipeline": "money_1"}'
    assert ended in (project / "connectors/crm/layout.lock").read_text()
    headgate("check", "--frozen")


def test_a_row_that_reads_another_source_table_keeps_its_pipeline(headgate: Command, project: Path) -> None:
    inventory = project / "connectors/crm/tables.csv"
    inventory.write_text("source_table,destination_table,pipeline_group\norders,sold,a\nothers,,b\n")
    headgate("balance")
    inventory.write_text("source_table,destination_table,pipeline_group\norders_v2,sold,a\nothers,,b\n")

    said = headgate("balance").stdout

    assert "orders_v2 → main.bronze.sold was orders → main.bronze.sold: the same streaming table" in said
    assert "is to move" not in said


def test_a_table_that_the_source_says_nothing_about_is_not_gone_in_other_capitals(headgate: Command, project: Path) -> None:
    (project / "found.csv").write_text("source_table,ingestion_type\nCONTACTS,snapshot\nCompanies,what\ndeals,snapshot\n")

    headgate("discover", "--connector-name", "crm", "--from-csv", "found.csv", "--best-effort")

    rows = (project / "connectors/crm/tables.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["CONTACTS", "Companies", "deals"]
    assert not any("gone" in row for row in rows)
