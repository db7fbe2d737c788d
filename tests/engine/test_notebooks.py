"""A connector that reads its secrets itself: its notebooks' definitions and `headgate run` load the same rows, for real."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from headgate.engine.folder import RunFolder
from headgate.engine.model import PipelineOrder, TableOrder
from headgate.engine.supervise import Supervisor
from headgate.layout.ingested import tables_in
from headgate.project import read_connectors
from headgate.redaction.redactor import redactor
from headgate.synthesis import deployment_of
from headgate.tables.ids import TableId
from tests.deployment.notebooks import HOST, MODERN, OLD, execute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deployment.notebooks import Defined
    from tests.engine.conftest import Project

# A source that gives rows to whoever has logged in, and says of no option what it is worth.
CODE = """
from pyspark.sql.types import LongType, StringType, StructField, StructType
from databricks.labs.community_connector.interface import LakeflowConnect

KINDS = METADATA


class Crm(LakeflowConnect):
    def __init__(self, options):
        given = [options.get(name) for name in ("api-token", "region", "host")]
        if given != ["tok-5ecret-canary", "C:\\\\it's\\\\", "https://HOST"]:
            raise PermissionError("not logged in")

    def list_tables(self):
        return list(KINDS)

    def read_table_metadata(self, table, options):
        return KINDS[table]

    def get_table_schema(self, table, options):
        return StructType([StructField("id", LongType()), StructField("at", LongType()), StructField("size", StringType())])

    def read_table(self, table, offset, options):
        rows = [{"id": number, "at": number, "size": options.get("size")} for number in range(4)]
        return (rows, {"done": 1}) if not offset else ([], offset)

    def read_table_deletes(self, table, offset, options):
        return ([{"id": 1, "at": 9}], {"done": 1}) if not offset else ([], offset)
"""
DEFINITION = {
    "id": "crm",
    "source": "crm",
    "credentials": "secrets",
    "secrets": {
        "secrets_scope": "crm",
        "secret_mappings": {"api-token": ["api-token", "old", "older"]},
        "static_options": {"region": "C:\\it's\\"},
        "dynamic_options": {"host": "f\"https://{spark.conf.get('spark.databricks.workspaceUrl')}\""},
    },
    "destination": {"catalog": "main", "schema": "bronze"},
    "group_by": "none",
    "balance": {"pipelines": 2},
    "code": {"folder": "crm"},
}
TABLES = """\
source_table,ingestion_type,weight,table_options_json
people,snapshot,1,
2024_events,append,1,"{""size"": ""large""}"
orders,cdc,1,"{""scd_type"": ""SCD_TYPE_2""}"
lines,cdc_with_deletes,1,
"""
METADATA: dict[str, dict[str, Any]] = {
    "people": {"ingestion_type": "snapshot", "primary_keys": ["id"]},
    "2024_events": {"ingestion_type": "append"},
    "orders": {"ingestion_type": "cdc", "primary_keys": ["id"], "cursor_field": "at"},
    "lines": {"ingestion_type": "cdc_with_deletes", "primary_keys": ["id"], "cursor_field": "at"},
}
SECRETS = {("crm", "older"): "tok-5ecret-canary"}


@pytest.fixture
def crm(project: Project) -> Project:
    """Give a project with the connector, laid out."""
    folder = project.folder / "connectors" / "crm"
    (folder / "crm").mkdir(parents=True)
    (folder / "crm" / "crm.py").write_text(CODE.replace("HOST", HOST).replace("METADATA", repr(METADATA)))
    (folder / "connector.yaml").write_text(json.dumps(DEFINITION))
    (folder / "tables.csv").write_text(TABLES)
    project.headgate("balance", "crm")
    return project


def notebooks(folder: Path) -> list[str]:
    (one,) = read_connectors(folder)
    stacks = [stack.body["resource"] for stack in deployment_of(one, "dev")]
    return [
        b64decode(block["content_base64"]).decode()
        for resources in stacks
        for block in resources.get("databricks_notebook", {}).values()
    ]


def load(text: str, found: Defined, code: Path, folder: RunFolder) -> None:
    """Load what a notebook defined into Delta tables, with the options of its own reads, in a process as a run has it."""
    reads = [view().options for view in found.views.values()]
    (options,) = {json.dumps({name: read[name] for name in ("api-token", "host", "region")}) for read in reads}
    tables = {table.source_table: table for table in tables_in(text, as_run=True) or []}
    ids = {name: TableId(name, f"{one.catalog}.{one.schema}.{one.table}") for name, one in tables.items()}
    order = PipelineOrder(
        pipeline=(name := "_".join(tables)),
        lock=str(folder.lock("crm", name)),
        code=str(code),
        connection=json.loads(options),
        tables=tuple(
            TableOrder(
                name=here.destination,
                source_table=source,
                folder=str(folder.table(here)),
                aside=str(folder.aside(here)),
                options=dict(tables[source].options),
            )
            for source, here in ids.items()
        ),
        memory=512 * 2**20,
        patience=60,
    )
    said = [heard.said for heard in Supervisor([order], 1, "crm", folder, redactor([])).run() if heard.said]
    loaded = {one.table: one.ingestion_type for one in said if one.what == "loaded"}
    assert loaded == {here.destination: defined_as(found, here) for here in ids.values()}, said


def defined_as(found: Defined, table: TableId) -> str:
    """Give how a notebook has a table loaded."""
    target = ".".join(f"`{part}`" for part in table.destination.split("."))
    if target in [name for name, _ in found.appended.values()]:
        return "append"
    flow, *deletes = [one for one in found.flows if one["target"] == target]
    return "snapshot" if flow["kind"] == "snapshots" else "cdc_with_deletes" if deletes else "cdc"


def rows(folder: Path) -> dict[str, list[Any]]:
    return {
        name: sorted(pl.read_delta(str(folder / "main" / "bronze" / name)).rows(), key=repr)
        for name in ("people", "2024_events", "orders", "lines")
    }


@pytest.mark.parametrize("module", [MODERN, pytest.param(OLD, marks=pytest.mark.long)])
def test_notebooks_load_what_a_run_here_loads(crm: Project, module: str) -> None:
    code = crm.folder / "connectors" / "crm" / "crm"
    texts = notebooks(crm.folder)
    assert len(texts) == 2
    for text in texts:
        load(text, execute(text, SECRETS, METADATA, (module,)), code, RunFolder(crm.folder / "by_notebooks"))

    found = rows(crm.folder / "by_notebooks")
    assert [(len(its), its[0][:3]) for its in found.values()] == [
        (4, (0, 0, None)), (4, (0, 0, "large")), (4, (0, 0, None)), (3, (0, 0, None)),
    ]  # fmt: skip
    if module == MODERN:
        host = {"HEADGATE_OPTION_HOST": f"https://{HOST}", "HEADGATE_OPTION_API_TOKEN": "tok-5ecret-canary"}
        said = crm.headgate("run", "crm", "--out", "out", **host)
        assert rows(crm.folder / "out") == found
        assert "tok-5ecret-canary" not in said.stdout + said.stderr


def test_a_run_here_says_which_options_only_a_driver_knows(crm: Project) -> None:
    said = crm.headgate("run", "crm", "--out", "out", "--dry-run", HEADGATE_OPTION_API_TOKEN="tok-5ecret-canary")  # noqa: S106

    assert "host: the driver's expression is not evaluated here; give it as HEADGATE_OPTION_HOST" in said.stderr


def test_without_the_secret_the_connector_says_so_itself(crm: Project) -> None:
    said = crm.headgate("run", "crm", "--out", "out", code=4)

    assert "not logged in" in said.stdout + said.stderr
