"""`headgate sql` and `headgate init pipeline` in a project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.sql.language.model import PipelineFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

PEOPLE = """\
catalog: main
schema: silver
sources:
  contacts: {connector: crm, table: contacts}
tables:
  people: {type: materialized_view, from: contacts}
"""


@pytest.fixture
def pipelines(project: Path) -> Path:
    folder = project / "pipelines"
    folder.mkdir()
    (folder / "people.pipeline.yaml").write_text(PEOPLE)
    return folder


@pytest.mark.usefixtures("pipelines")
def test_the_sql_of_all_pipelines_is_written_once(headgate: Run, project: Path) -> None:
    assert headgate("sql", "generate").stdout == "sql/people.sql written\n"

    sql = (project / "sql/people.sql").read_text()
    assert sql.startswith("-- Written by headgate from people.pipeline.yaml")
    assert "FROM `main`.`bronze`.`contacts` AS `contacts`" in sql
    assert "up to date" in headgate("sql", "generate", "--check").stderr + headgate("sql", "generate").stderr


def test_a_change_is_seen_before_it_is_written(headgate: Run, project: Path, pipelines: Path) -> None:
    headgate("sql", "generate")
    (pipelines / "people.pipeline.yaml").write_text(PEOPLE.replace("people:", "persons:"))

    said = headgate("sql", "generate", "--check", code=3)

    assert "+CREATE OR REFRESH MATERIALIZED VIEW `main`.`silver`.`persons`" in said.stdout
    assert "run `headgate sql generate --out sql`" in said.stderr
    assert "persons" not in (project / "sql/people.sql").read_text()


@pytest.mark.usefixtures("pipelines")
def test_sql_that_somebody_changed_is_kept(headgate: Run, project: Path) -> None:
    headgate("sql", "generate")
    (project / "sql/people.sql").write_text("-- mine\n")

    assert "sql/people.sql" not in headgate("sql", "generate", code=5).stdout.splitlines()[0]
    assert (project / "sql/people.sql").read_text() == "-- mine\n"
    headgate("sql", "generate", "--force")
    assert "people" in (project / "sql/people.sql").read_text()


def test_sql_of_a_pipeline_that_is_no_more_goes_unless_others_alone_are_asked_for(
    headgate: Run, project: Path, pipelines: Path
) -> None:
    (pipelines / "more.pipeline.yaml").write_text(PEOPLE.replace("people:", "more_people:"))
    headgate("sql", "generate")
    (pipelines / "people.pipeline.yaml").unlink()

    headgate("sql", "generate", "pipelines/more.pipeline.yaml")
    assert (project / "sql/people.sql").is_file()
    assert headgate("sql", "generate").stdout == "sql/people.sql deleted\n"
    assert not (project / "sql/people.sql").exists()


@pytest.mark.usefixtures("pipelines")
def test_a_target_has_the_catalog_of_its_own(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("prod: {}", "prod: {catalog: live}"))

    headgate("sql", "generate", "-t", "prod")

    assert "`live`.`bronze`.`contacts`" in (project / "sql/people.sql").read_text()
    assert "did you mean 'prod'?" in headgate("sql", "generate", "-t", "prd", code=1).stderr


def test_what_streams_cannot_do_is_said_at_the_line_of_the_pipeline_file(headgate: Run, project: Path, pipelines: Path) -> None:
    (pipelines / "people.pipeline.yaml").write_text(PEOPLE.replace("materialized_view", "streaming_table"))

    said = headgate("sql", "generate", code=1).stderr

    assert said.startswith("pipelines/people.pipeline.yaml:4: stream-of-changes: main.bronze.contacts is read as a stream")
    assert not (project / "sql").exists()
    assert "people.pipeline.yaml:4" in headgate("sql", "check", "pipelines/people.pipeline.yaml", code=1).stdout
    headgate("sql", "generate", "--unchecked")


def test_a_finding_is_allowed_by_the_command_or_by_the_file(headgate: Run, pipelines: Path) -> None:
    file, streams = pipelines / "people.pipeline.yaml", PEOPLE.replace("materialized_view", "streaming_table")
    file.write_text(streams)

    said = headgate("sql", "check", str(file), "--allow", "stream-of-changes").stdout
    assert "people.pipeline.yaml:4:1: warning stream-of-changes: " in said
    refused = headgate("sql", "check", str(file), "--allow", "stream-of-change", code=1).stderr
    assert refused == "--allow stream-of-change: there is no such finding\n    did you mean 'stream-of-changes'?\n"

    file.write_text("allow: [stream-of-changes]\n" + streams)
    assert "people.pipeline.yaml:5:1: warning stream-of-changes: " in headgate("sql", "check", str(file)).stdout
    assert "people.pipeline.yaml:5: stream-of-changes: " in headgate("sql", "generate").stderr

    file.write_text("allow: [stream-of-change]\n" + streams)
    assert "people.pipeline.yaml:1: allow.0: expected " in headgate("sql", "generate", code=1).stderr


def test_all_that_is_wrong_in_all_files_is_said_at_once(headgate: Run, pipelines: Path) -> None:
    (pipelines / "people.pipeline.yaml").write_text(PEOPLE.replace("crm", "crn").replace("from: contacts", "from: contact"))
    (pipelines / "deals.pipeline.yaml").write_text(PEOPLE.replace("table: contacts", "table: contcts").replace("people", "x"))
    (pipelines / "again.pipeline.yaml").write_text(PEOPLE.replace("people", "X"))

    said = headgate("sql", "generate", code=1).stderr

    assert "people.pipeline.yaml:6: tables.people.from: 'contact' is no source" in said
    assert "deals.pipeline.yaml:4: sources.contacts.table: the connector 'crm' has no table 'contcts'" in said
    assert "deals.pipeline.yaml:6: tables.x: main.silver.x is a table of pipelines/again.pipeline.yaml too" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], "there is no connector 'nope'"),
        (["crm"], "holds no *.pipeline.yaml"),
        (["people.yaml"], "is no pipeline file"),
        (["no.pipeline.yaml"], "No such file"),
        (["--out", "."], "is the project's own folder"),
        (["--out", "connectors/crm/sql"], "is in the connector's folder crm"),
    ],
)
@pytest.mark.usefixtures("pipelines")
def test_what_is_not_there_is_refused(words: list[str], said: str, headgate: Run) -> None:
    assert said in headgate("sql", "generate", *words, code=1).stderr


def test_without_pipeline_files_the_way_to_one_is_said(headgate: Run) -> None:
    assert "`headgate init pipeline NAME`" in headgate("sql", "generate", code=1).stderr


@pytest.mark.usefixtures("pipelines")
def test_without_the_library_what_brings_it_is_said(headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.transforms.files.find_spec", lambda _: None)

    said = headgate("sql", "generate", code=1).stderr

    assert "headgate sql needs the library sqlglot" in said
    assert "sql]" in said


def test_a_medallion_of_a_connector_is_generated_as_it_is(headgate: Run, project: Path) -> None:
    (project / "connectors/crm/tables.csv").write_text(
        "source_table,ingestion_type,primary_keys,cursor_field\n"
        'orders,append,"[""id""]",changed at\n'
        "clicks,append,,\n"
        'contacts,snapshot,"[""id""]",updated_at\n'
        "Contacts-2,cdc,,\n"
    )

    said = headgate("init", "pipeline", "shop")
    headgate("sql", "generate", "crm")

    assert said.stdout == "connectors/crm/shop.pipeline.yaml written, with 8 tables\n"
    sql = (project / "sql/shop.sql").read_text()
    assert "KEYS (`id`)\nSEQUENCE BY `changed at`" in sql
    assert "CREATE OR REFRESH STREAMING TABLE `main`.`silver`.`clicks`" in sql
    assert "PARTITION BY `id` ORDER BY updated_at DESC" in sql
    assert "SELECT DISTINCT * FROM `contacts_2_typed`" in sql
    assert "max(`changed at`) AS `newest`" in sql


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["shop", "--table", "contcts"], 1, "did you mean 'contacts'?"),
        (["../shop"], 1, "it holds '/'"),
        (["shop", "--connector", "crn"], 1, "there is no connector 'crn'"),
    ],
)
def test_a_pipeline_that_cannot_be_made_is_refused(words: list[str], code: int, said: str, headgate: Run) -> None:
    assert said in headgate("init", "pipeline", *words, code=code).stderr


def test_a_pipeline_file_that_is_there_stays(headgate: Run) -> None:
    headgate("init", "pipeline", "shop", "--template", "minimal")

    assert "is there already" in headgate("init", "pipeline", "shop", "--template", "minimal", code=5).stderr


def test_the_schema_is_that_of_the_model(headgate: Run) -> None:
    printed = json.loads(headgate("schema", "pipeline").stdout)

    assert set(printed["properties"]) == {field.alias or name for name, field in PipelineFile.model_fields.items()}


def test_sql_is_imported_and_what_is_left_out_is_said(headgate: Run, project: Path) -> None:
    (project / "old.sql").write_text(
        "CREATE MATERIALIZED VIEW a SCHEDULE EVERY 1 HOUR AS SELECT * FROM main.b.c;\nDROP TABLE x;"
    )

    said = headgate("sql", "import", "old.sql")

    assert said.stdout == "pipelines/old.pipeline.yaml written, with 1 table\n"
    assert "left out: old.sql:1: 'SCHEDULE EVERY 1 HOUR' has no place in a pipeline file" in said.stderr
    assert "left out: old.sql:2: 'DROP TABLE' makes no table, view or flow" in said.stderr
    assert "is there already" in headgate("sql", "import", "old.sql", code=5).stderr
    assert "SCHEDULE" in headgate("sql", "import", "old.sql", "--strict", "--out", "x.pipeline.yaml", code=1).stderr
    headgate("sql", "generate")


@pytest.mark.usefixtures("pipelines")
def test_a_graph_is_drawn(headgate: Run, project: Path) -> None:
    said = headgate("sql", "explain", "pipelines/people.pipeline.yaml", "--svg", "graph.svg")

    assert (
        said.stdout
        == "main.bronze.contacts: source\nmain.silver.people: materialized view\n    reads main.bronze.contacts: batch\n"
    )
    assert (project / "graph.svg").read_text().startswith("<svg")


def test_a_statement_that_cannot_be_read_is_left_out_of_the_graph_and_said(headgate: Run, project: Path) -> None:
    (project / "x.sql").write_text(
        "CREATE MATERIALIZED VIEW a AS SELECT b,, c FROM d;\nCREATE MATERIALIZED VIEW e AS SELECT f FROM d;"
    )

    said = headgate("sql", "explain", "x.sql")

    assert said.stdout.startswith("d: source\ne: materialized view")
    assert "left out: x.sql:1: ',' comes after a comma" in said.stderr
    (project / "x.sql").write_text("CREATE MATERIALIZED VIEW a AS SELECT b,, c FROM d;")
    assert "x.sql:1: ',' comes after a comma" in headgate("sql", "explain", "x.sql", code=1).stderr


def test_an_empty_pipeline_file_names_the_command_that_writes_one(headgate: Run, pipelines: Path) -> None:
    (pipelines / "people.pipeline.yaml").write_text("")

    assert "`headgate init pipeline` writes one" in headgate("sql", "generate", code=1).stderr


def test_what_stands_for_a_value_in_sql_is_asked_for_and_filled_in(headgate: Run, project: Path) -> None:
    (project / "old.sql").write_text(
        "CREATE MATERIALIZED VIEW ${catalog}.${ schema }.a AS\nSELECT * FROM ${catalog}.b.c WHERE day > '${since}';"
    )

    said = headgate("sql", "import", "old.sql", "--value", "catalog=live", "--value", "schema=gold", code=1).stderr
    assert said.startswith(
        "old.sql:2: holds ${since}, and the SQL of a pipeline file holds values alone\n    say what it stands for"
    )

    values = ("--value", "catalog=live", "--value", "schema=gold", "--value", "since=2026-01-01")
    headgate("sql", "import", "old.sql", *values)
    headgate("sql", "generate")
    assert "FROM live.b.c WHERE day > '2026-01-01'" in (project / "sql/old.sql").read_text()
