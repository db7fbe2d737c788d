"""What the provider or the workspace would refuse is refused before anything is synthesized."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.deployment.refused import code_problems, problems_of
from headgate.inventory.read import parse_inventory
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from headgate.problems import InputError
from headgate.project import Connector
from headgate.synthesis import deployment_of
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import parts_of, tables_of


def connector(folder: Path, **files: bytes) -> Connector:
    (folder / "src").mkdir(parents=True)
    for name, content in files.items():
        (folder / "src" / name).write_bytes(content)
    definition = Definition.model_validate(parts_of({"code": {"folder": "src"}}))
    return Connector(folder, definition, (), None)


def test_what_the_workspace_would_not_take_is_refused_with_its_file(tmp_path: Path) -> None:
    one = connector(tmp_path, **{"large.bin": bytes(8 * 1024 * 1024), "a\nb.py": b"1", "fine.bin": bytes(7 * 1024 * 1024)})

    with pytest.raises(InputError) as caught:
        deployment_of(one, "dev")

    assert [(Path(problem.file).name, problem.message.split(",")[0]) for problem in caught.value.problems] == [
        ("a\\nb.py", "has a name with a control character"),
        ("large.bin", "has 8"),
    ]
    assert code_problems(one, {"fine.py": b""}) == []


def test_a_managed_pipeline_without_a_table_is_refused_before_the_provider_does(tmp_path: Path) -> None:
    def definition(pipelines: int, **parts: Any) -> Definition:
        return Definition.model_validate(parts_of(parts, pipelines=pipelines))

    tables = tuple(tables_of(4))
    before = balance(tables, definition(1)).layout
    layout = balance(tables, definition(2), before).layout  # two tables are to be handed over to a new pipeline
    managed = Connector(tmp_path, definition(2, ingestion="managed"), tables, layout)

    with pytest.raises(InputError) as caught:
        deployment_of(managed, "dev")

    assert [problem.message.split(",")[0] for problem in caught.value.problems] == [
        "pipeline 'all_2' has no table before a handover or after it"
    ]
    assert len(deployment_of(Connector(tmp_path, definition(2), tables, layout), "dev")) == 2


SPEC = """\
connection:
  parameters:
    - {name: url, required: true, description: Where the CRM is.}
    - {name: client_secret, required: true, secret: true}
external_options_allowlist: page_size,since
"""


def refused(folder: Path, parts: dict[str, Any], *rows: TableRow) -> list[str]:
    """Give what is said of a definition with these parts, and with the CRM's specification beside it."""
    (folder / "connector_spec.yaml").write_text(SPEC)
    definition = Definition.model_validate(parts_of(parts))
    with pytest.raises(InputError) as caught:
        deployment_of(Connector(folder, definition, rows, balance(rows, definition).layout if rows else None), "dev")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("ingestion", ["file", "managed"])
def test_a_definition_that_nothing_brings_code_for_is_refused(tmp_path: Path, ingestion: str) -> None:
    (said,) = refused(tmp_path, {"code": {}, "ingestion": ingestion})

    assert said.startswith("code: nothing brings the connector's code to the pipelines")
    assert "`wheels`" in said


def test_what_the_connection_needs_and_has_no_value_is_named_with_what_it_is_for(tmp_path: Path) -> None:
    empty = {"connection": {"name": "crm", "options": {"url": " "}, "secrets": ["client_secret"]}}
    assert "connection.options.url: 'url' has no value (Where the CRM is.)" in refused(tmp_path, empty)[0]

    said = refused(tmp_path, {"connection": {"name": "crm"}})
    assert [one.partition(": ")[2].partition("\n")[0] for one in said] == [
        "the connector needs 'url' (Where the CRM is.)",
        "the connector needs 'client_secret'",
    ]


@pytest.mark.parametrize("existing", [False, True])
def test_an_option_of_a_table_that_the_specification_does_not_know_is_refused(tmp_path: Path, existing: bool) -> None:
    connection: dict[str, Any] = {"name": "crm", "options": {"url": "x"}, "secrets": ["client_secret"]}
    if existing:
        connection = {"name": "crm", "existing": True}

    (said,) = refused(tmp_path, {"connection": connection}, TableRow("a", options={"page_sizes": 5}))

    assert "row 1, column table_options_json: a has options that the connection does not let through: page_sizes" in said
    assert "the connector's specification knows no 'page_sizes'; did you mean 'page_size'?" in said


def test_a_connector_that_reads_its_secrets_itself_gives_any_option_but_a_secret_and_has_no_connections(tmp_path: Path) -> None:
    parts: dict[str, Any] = {"credentials": "secrets", "connection": None}
    parts["secrets"] = {"secrets_scope": "crm", "static_options": {"url": " "}, "secret_mappings": {"key": "key"}}

    said = refused(
        tmp_path, parts, TableRow("a", options={"odd": 5, "key": 1, "token": 2}), TableRow("b", connection_name="other")
    )

    assert "secrets.static_options.url: 'url' has no value" in said[0]
    assert "the connector needs 'client_secret'" in said[1]
    assert "name it under secret_mappings" in said[1]
    assert "a has secrets among its options: key, token, and this file is committed" in said[2]
    assert "a secret is read from the scope, by its key under secrets.secret_mappings" in said[2]
    assert "row 2, column connection_name: b names a connection, and with `credentials: secrets` nothing reads" in said[3]
    assert len(said) == 4


def test_what_could_not_be_compared_is_refused(tmp_path: Path) -> None:
    snapshot, changes = (partial(TableRow, ingestion_type=kind, primary_keys=()) for kind in ("snapshot", "cdc_with_deletes"))
    rows = [
        snapshot("bare"),
        changes("loose", cursor_field="at"),
        changes("unordered", primary_keys=("id",)),
        snapshot("keyed", primary_keys=("id",)),
        changes("own", options={"primary_keys": ["id"], "sequence_by": "at"}),
        snapshot("never_compared", options={"scd_type": "APPEND_ONLY"}),
        snapshot("past", status="gone"),
        TableRow("events", ingestion_type="append", primary_keys=()),
    ]

    said = refused(tmp_path, {}, *rows)

    assert [one.partition("tables.csv: ")[2].splitlines()[0] for one in said] == [
        "row 1, column primary_keys: bare is a snapshot without keys",
        "row 2, column primary_keys: loose is a table of changes without keys",
        "row 3, column cursor_field: unordered is a table of changes without a cursor",
    ]
    assert '{"primary_keys": ["id"]}' in said[0]
    assert '{"sequence_by": "updated_at"}' in said[2]


@pytest.mark.parametrize(("heading", "cell", "fine"), [("", "", True), (",primary_keys", ",", False)])
def test_keys_that_an_inventory_has_no_column_for_are_left_to_the_source(
    tmp_path: Path, heading: str, cell: str, fine: bool
) -> None:
    rows = parse_inventory(f"source_table,ingestion_type{heading}\na,snapshot{cell}\n".encode())

    assert (problems_of(Connector(tmp_path, Definition.model_validate(parts_of({})), rows, None), {}) == []) is fine


def test_a_framework_before_it_was_a_package_is_refused_with_what_replaced_it(tmp_path: Path) -> None:
    (tmp_path / "src/libs").mkdir(parents=True)
    (tmp_path / "src/libs/source_loader.py").write_text("")

    (said,) = refused(tmp_path, {"code": {"folder": "src"}})

    assert "lakeflow-community-connectors 0.1.0 or newer" in said


@pytest.mark.parametrize(
    ("ingestion", "provider", "option", "said"),
    [
        ("managed", "1.127.0", "page_size", "write `provider: 1.128.0` or newer"),
        ("managed", "1.117.0", "cluster_by", "write `provider: 1.118.0` or newer"),
        ("file", "1.99.0", "token", "has secrets among its options: token"),
    ],
)
def test_options_of_all_tables_are_refused_as_a_tables_own_are(
    tmp_path: Path, ingestion: str, provider: str, option: str, said: str
) -> None:
    parts = {"ingestion": ingestion, "provider": provider, "table_options": {option: "x"}}

    (problem,) = refused(tmp_path, parts)

    assert problem.startswith("table_options: the options of all tables ")
    assert said in problem


def test_wheels_register_the_source_by_its_class_and_a_git_folder_by_its_file() -> None:
    wheels, git = {"wheels": ["a.whl"]}, {"git": {"url": "https://example.com/a.git", "tag": "v1"}}
    by_class = "spark.dataSource.register(find_data_source('crm'))"

    def registers(code: dict[str, Any]) -> bool:
        definition = Definition.model_validate(parts_of({"code": code}))
        tables = tables_of(1)
        plans = plan_stacks(definition, tables, balance(tables, definition).layout, "dev", Deployed("dev"))
        files = [file for plan in plans for file in plan.body["resource"].get("databricks_workspace_file", {}).values()]
        (text,) = [b64decode(file["content_base64"]).decode() for file in files if file["path"].endswith(".py")]
        assert (by_class in text) != ("register(spark, 'crm')" in text)
        return by_class in text

    assert [registers(wheels), registers(git)] == [True, False]
    assert [registers(wheels | {"registration": "register"}), registers(git | {"registration": "data_source"})] == [False, True]
