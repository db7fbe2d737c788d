"""What ingest files say, read without running them: the framework's forms, headgate's own, and what could be either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adopt.ingest_code import code_in
from headgate.adopt.model import Code
from headgate.definition.model import Definition
from headgate.deployment.ingest import ingest_file
from headgate.deployment.registration import Registration
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from tests.adopt.cloud import FORMS
from tests.support.samples import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SPEC = {"connection_name": "crm_api", "objects": [{"table": {"source_table": "contacts"}}]}
TEXT = FORMS["register"].replace("{spec}", repr(SPEC))


@pytest.mark.parametrize(
    ("form", "source", "module", "folder"),
    [
        ("register", "crm", "", ""),
        ("data_source", "crm", "", ""),
        ("source_loader", "crm", "", ""),
        ("module", "crm_source", "crm_source", "/Workspace/Shared/crm"),
    ],
)
def test_each_way_to_register_a_source_is_known(form: str, source: str, module: str, folder: str) -> None:
    found = code_in(FORMS[form].replace("{spec}", repr(SPEC)))

    assert isinstance(found, Code)
    assert (found.source, found.registration, found.module, found.folder) == (source, form, module, folder)
    assert (found.connection, [one.source_table for one in found.tables]) == ("crm_api", ["contacts"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no pipeline_spec"),
        ("print(", "no pipeline_spec"),
        (TEXT.replace("ingest(spark, pipeline_spec)", ""), "no pipeline_spec"),
        (TEXT + "pipeline_spec['objects'].append(1)\n", "no pipeline_spec"),
        (TEXT.replace(repr(SPEC), "make()"), "no pipeline_spec"),
        (TEXT.replace("'crm_api'", "''"), "names no connection"),
        (TEXT.replace("'connection_name': 'crm_api', ", ""), "names no connection"),
        (TEXT.replace("'connection_name'", "'x': 1, 'connection_name'"), "says 'x'"),
        (TEXT.replace("register(spark, source_name)", "register(spark, pick())"), "registers its source"),
        (TEXT.replace("import register", "import other"), "registers its source"),
        (TEXT + "source_name = 'other'\n", "registers its source"),
    ],
)
def test_what_headgate_could_not_write_again_is_told(text: str, why: str) -> None:
    found = code_in(text)

    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("@dlt.table\ndef silver():\n    return spark.read.table('main.bronze.contacts')\n", 11),
        ("import silver\n", 10),
        ("from silver import *\n", 10),
        ("spark.sql('CREATE MATERIALIZED VIEW v AS SELECT 1')\n", 10),
        ("spark.conf.set('a.b', 'c')\n", 10),
        ("key = dbutils.secrets.get('crm', 'key')\n", 10),
        ("if True:\n    tables()\n", 10),
        ("# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC CREATE STREAMING TABLE s AS SELECT 1\n", 12),
        ("# MAGIC %pip install requests\n", 10),
    ],
)
def test_code_that_does_more_than_ingest_is_told_by_its_line(more: str, line: int) -> None:
    found = code_in(TEXT + more)

    assert isinstance(found, str)
    assert f"does more than ingest, by line {line}," in found


def test_what_has_no_effect_on_tables_keeps_no_file_out() -> None:
    more = (
        "# MAGIC %md\n# MAGIC # Contacts\n'Of the CRM.'\nimport os, sys, dlt\nfrom pyspark.sql import functions\n"
        "spark.conf.set('spark.databricks.unityCatalog.connectionDfOptionInjection.enabled', 'true')\n"
        "owner: str = 'ann'\nmail = f'{owner}@example.com'\nprint(mail)\nsys.path.insert(0, os.getcwd())\n"
    )

    assert isinstance(code_in(TEXT + more), Code)


NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12)
OPTIONS = st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=3)


@given(
    st.lists(st.tuples(NAMES, OPTIONS), max_size=4, unique_by=lambda one: one[0]),
    st.sampled_from([Registration("crm"), Registration("crm", by_data_source=True), Registration("crm", by_loader=True)]),
)
def test_what_headgate_writes_is_read_as_it_was_meant(
    tables: Sequence[tuple[str, dict[str, Any]]], registration: Registration
) -> None:
    definition = Definition.model_validate(parts_of())
    rows = [TableRow(name, destination_table=f"t{number}", options=said) for number, (name, said) in enumerate(tables)]

    found = code_in(ingest_file("crm_1", registration, "crm_api", resolve(rows, definition), None))

    assert isinstance(found, Code)
    assert (found.source, found.connection) == ("crm", "crm_api")
    assert {(one.source_table, one.catalog, one.schema, one.table): dict(one.options) for one in found.tables} == {
        (row.source_table, "main", "bronze", row.destination_table): dict(row.options) for row in rows
    }
