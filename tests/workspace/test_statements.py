"""SQL statements, as databricks-sdk runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import NotFound

from tests.workspace.model import Pipeline, Table

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.sql import StatementResponse

    from tests.workspace.workspace import Workspace

NAME = "`main`.`bronze`.`Or``ders`"
ALTER = f'ALTER STREAMING TABLE {NAME} SET TBLPROPERTIES("pipelines.pipelineId"="bbbb-1")'


@pytest.fixture
def table(workspace: Workspace) -> Table:
    made = Table("main.bronze.or`ders", "robot@example.com", {"pipelines.pipelineId": "aaaa-1"})
    workspace.tables[made.name] = made
    return made


def run(client: WorkspaceClient, text: str) -> StatementResponse:
    return client.statement_execution.execute_statement(text, "wh1")


def test_a_table_is_given_to_another_pipeline_after_a_while(client: WorkspaceClient, table: Table) -> None:
    first = run(client, ALTER)
    assert (first.status.state.value, table.pipeline) == ("PENDING", "aaaa-1")

    assert client.statement_execution.get_statement(first.statement_id).status.state.value == "SUCCEEDED"
    assert table.pipeline == "bbbb-1"
    assert run(client, f"SHOW TBLPROPERTIES {NAME}").result.data_array == [["pipelines.pipelineId", "bbbb-1"]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SHOW TBLPROPERTIES `main`.`bronze`.`x`", "[TABLE_OR_VIEW_NOT_FOUND]"),
        ("SELEKT 1", "[PARSE_SYNTAX_ERROR]"),
        ("SELECT create_update FROM event_log('x') WHERE event_type = 'create_update'", "[PIPELINE_NOT_FOUND]"),
    ],
)
def test_a_statement_that_fails_says_why(client: WorkspaceClient, text: str, says: str) -> None:
    status = run(client, text).status

    assert status.state.value == "FAILED"
    assert says in status.error.message


def test_the_event_log_tells_the_runtime(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.pipelines["aaaa-1"] = Pipeline("aaaa-1", {}, "a", "a", release="17.2.1")

    text = "SELECT details:create_update:runtime FROM event_log('aaaa-1') WHERE event_type = 'create_update' LIMIT 1"
    assert run(client, text).result.data_array == [["17.2.1"]]


def test_a_dropped_table_comes_back(client: WorkspaceClient, workspace: Workspace, table: Table) -> None:
    run(client, f"DROP TABLE {NAME}")
    assert (workspace.tables, workspace.dropped) == ({}, {table.name: table})

    run(client, f"UNDROP TABLE {NAME}")
    assert (workspace.tables, workspace.dropped) == ({table.name: table}, {})


def test_something_may_happen_while_a_statement_runs(client: WorkspaceClient, workspace: Workspace, table: Table) -> None:
    workspace.pending = 0
    workspace.on_statement = lambda text: "[INTERNAL] no luck" if text.startswith("ALTER") else None

    assert run(client, ALTER).status.error.message == "[INTERNAL] no luck"
    assert table.pipeline == "aaaa-1"
    assert run(client, f"SHOW TBLPROPERTIES {NAME}").status.state.value == "SUCCEEDED"


def test_there_is_one_warehouse(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound):
        client.statement_execution.execute_statement("SELECT 1", "wh2")
    with pytest.raises(NotFound):
        client.statement_execution.get_statement("none")
