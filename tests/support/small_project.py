"""A project with one small connector and no lock yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token], external_options: [maxCount]}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 0 * * *}
balance: {stacks: 2}
targets:
  dev: {default: true, name_prefix: dev_, protect: false}
  prod: {}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
"""
TABLES = """\
source_table,pipeline_group,ingestion_type,weight
contacts,people,snapshot,100
companies,people,snapshot,50
deals,money,snapshot,70
"""


def write_project(folder: Path) -> Path:
    """Write the project into a folder, which is given back."""
    connector = folder / "connectors" / "crm"
    connector.mkdir(parents=True)
    (connector / "connector.yaml").write_text(DEFINITION)
    (connector / "tables.csv").write_text(TABLES)
    return folder
