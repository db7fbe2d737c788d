"""What editors know of the files that people edit, as files of the project, so that no network is needed."""

from __future__ import annotations

import json
from typing import Any

from headgate.definition.schema import json_schema, sites_schema
from headgate.generated import File
from headgate.inventory.cells import COLUMNS
from headgate.inventory.row import INGESTION_TYPES
from headgate.inventory.runs import COLUMNS as RUNS_COLUMNS
from headgate.review.accepted import json_schema as accepted_schema
from headgate.sql.language.schema import json_schema as pipeline_schema
from headgate.sql.testing.model import json_schema as test_schema

FOLDER = ".headgate"
CONNECTOR = f"{FOLDER}/connector.schema.json"
SITES = f"{FOLDER}/sites.schema.json"
PIPELINE = f"{FOLDER}/pipeline.schema.json"
_TEST = f"{FOLDER}/test.schema.json"
_ACCEPTED, _TABLES = f"{FOLDER}/accepted.schema.json", f"{FOLDER}/tables.csv-metadata.json"
_MARKDOWN = f"{FOLDER}/tables.md"
# What each column holds.
TABLES = {
    "source_table": "The table as the source names it. The only column that is needed.",
    "destination_table": "Its name in the workspace. Empty: as the source names it.",
    "destination_catalog": "Its catalog. Empty: connector.yaml's destination.",
    "destination_schema": "Its schema. Empty: connector.yaml's destination.",
    "pipeline_group": "Tables of one group share pipelines; wins over group_by. Empty: by connector.yaml's group_by.",
    "schedule": "5-field cron, or quartz: and a Quartz expression. Empty: connector.yaml's, by ingestion type.",
    "table_options_json": 'Options for the source, as a JSON object: {"maxCount":"1000"}.',
    "weight": "Expected seconds of one run. Empty: from runs.csv, else by size, else by ingestion type.",
    "category": "What kind of table it is, as the source or a person says: by it groups are made.",
    "ingestion_type": f"One of {', '.join(INGESTION_TYPES)}.",
    "primary_keys": 'A JSON list of columns, such as ["id"], or names with commas between.',
    "cursor_field": "The column by which new rows are known.",
    "estimated_rows": "About how many rows the table has: weighs until runs.csv does.",
    "estimated_bytes": "About how many bytes the table has: likewise.",
    "connection_name": "Another connection than connector.yaml's.",
    "status": "Empty, or gone: the last discovery did not find it any more.",
}
RUNS = {
    "source_table": "The table as the source names it.",
    "destination": "catalog.schema.table. Needed where a source table has several destinations.",
    "started_at": "When it ran: 2026-03-01T04:00:00Z.",
    "seconds": "How long it took.",
    "full_load": "true where it was read anew, and so says little of other runs.",
    "rows": "How many rows it brought. Empty: not known.",
    "state": "completed, or failed, which counts for no weight. Empty: completed.",
    "origin": "local, which weighs only where no workspace's runs do, or the target whose workspace ran it. Empty: any.",
}
_LOADS = """
Beside these, a column `load.NAME`, such as `load.requests`, says what a run asks for of a load that `balance.loads` of
connector.yaml names (in runs.csv: what a run asked for), and `estimated_load.NAME` of tables.csv what the connector thinks.
"""
_NUMBERS = {"weight", "seconds", "rows", "estimated_rows", "estimated_bytes"}


def schema(of: str) -> dict[str, Any]:
    """Give the description of a file: of `tables` as CSV on the Web (W3C) has it, of all others as JSON Schema."""
    return {
        "connector": json_schema,
        "sites": sites_schema,
        "accepted": accepted_schema,
        "pipeline": pipeline_schema,
        "test": test_schema,
        "tables": _csv_metadata,
    }[of]()


def schema_files() -> list[File]:
    """Give the descriptions as files of a project."""
    found = {
        CONNECTOR: schema("connector"),
        SITES: schema("sites"),
        PIPELINE: schema("pipeline"),
        _TEST: schema("test"),
        _ACCEPTED: schema("accepted"),
        _TABLES: schema("tables"),
    }
    texts = [File(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n") for path, value in found.items()]
    return [*texts, File(_MARKDOWN, _markdown())]


def _csv_metadata() -> dict[str, Any]:
    tables = {"tables.csv": (COLUMNS, TABLES, COLUMNS[:1]), "runs.csv": (RUNS_COLUMNS, RUNS, ("source_table",))}
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "tables": [
            {
                "url": f"../connectors/NAME/{file}",
                "tableSchema": {
                    "columns": [
                        {
                            "name": name,
                            "titles": name,
                            "dc:description": words[name],
                            "datatype": "number" if name in _NUMBERS else "string",
                            "required": name in needed,
                        }
                        for name in columns
                    ]
                },
            }
            for file, (columns, words, needed) in tables.items()
        ],
    }


def _markdown() -> str:
    lines = [
        "# The columns of tables.csv and runs.csv",
        "",
        "Written by headgate. Columns may be left out, and stand in any order.",
    ]
    for file, words in (("tables.csv", TABLES), ("runs.csv", RUNS)):
        lines += ["", f"## {file}", "", "| column | what it holds |", "|---|---|"]
        lines += [f"| `{name}` | {text} |" for name, text in words.items()]
    return "\n".join(lines) + f"\n{_LOADS}"
