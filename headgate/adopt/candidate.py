"""Whether a pipeline ingests tables, and whether it can be taken over exactly as it is. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.adopt.fields import ADDED_TO_PIPELINE, PIPELINE, cleaned, provider_for, secrets_in, unknown
from headgate.adopt.ingest_code import code_in
from headgate.adopt.model import Candidate
from headgate.layout.ingested import Ingested
from headgate.names import catalog_name_fault, schema_name_fault

if TYPE_CHECKING:
    from headgate.adopt.model import FoundPipeline

_REGISTERS = "pipelines.managedIngestion.registerPythonDataSource"
# What a table's settings are called otherwise in an inventory than in managed ingestion.
_SETTINGS = {"clustering_columns": "cluster_by"}
_WILD = frozenset("*?[")


def candidate_of(found: FoundPipeline) -> Candidate | list[str]:
    """Give a pipeline as one that can be taken over, or why it can't be, a sentence each."""
    try:
        return _candidate(found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [f"its settings or its code have another form than is documented ({type(error).__name__})"]


def _candidate(found: FoundPipeline) -> Candidate | list[str]:
    settings = cleaned(found.settings, ADDED_TO_PIPELINE)
    if "gateway_definition" in settings:
        return ["it is a gateway of managed ingestion, which holds no tables of its own"]
    made = _managed(found, settings) if "ingestion_definition" in settings else _by_code(found, settings)
    if isinstance(made, str):
        return [made]
    why = _no_place(made)
    if strange := unknown(settings, PIPELINE):
        why.append(f"it has settings that Terraform's provider does not know, or headgate does not: {', '.join(strange)}")
    if secret := secrets_in(settings):
        why.append(f"its settings hold what looks like a secret in clear, and they would be committed: {', '.join(secret)}")
    if secret := secrets_in([dict(table.options) for table in made.tables]):
        why.append(f"its tables' options hold what looks like a secret in clear: {', '.join(sorted(set(secret)))}")
    return why or made


def path_of(settings: Any) -> str | None:
    """Give the path of the one file or notebook that a pipeline runs; None where it runs several, or a folder of them."""
    libraries = settings.get("libraries") or []
    if len(libraries) != 1:
        return None
    (library,) = libraries
    if not isinstance(library, dict):
        return ""  # of a form that nobody knows
    if path := (library.get("file") or library.get("notebook") or {}).get("path"):
        return str(path)
    pattern = str((library.get("glob") or {}).get("include") or "")
    return None if not pattern or _WILD & set(pattern) else pattern


def _by_code(found: FoundPipeline, settings: dict[str, Any]) -> Candidate | str:
    if path_of(settings) is None:
        count = len(settings.get("libraries") or [])
        said = "a folder of files" if count == 1 else f"{count} files or notebooks" if count else "no file"
        return f"it runs {said}, and one that ingests runs one"
    if found.code is None:
        return "the file that it runs can't be read"
    code = code_in(found.code)
    if isinstance(code, str):
        return code
    tables = _whole(code.tables, settings)
    return Candidate(found, settings, code.connection, code.source, tables, code, provider=provider_for(settings))


def _managed(found: FoundPipeline, settings: dict[str, Any]) -> Candidate | str:
    definition = settings["ingestion_definition"]
    if not (connection := definition.get("connection_name")):
        return "it ingests without a connection, by a gateway or a foreign catalog"
    kinds = sorted({kind for entry in definition.get("objects") or [] for kind in entry} - {"table"})
    if kinds:
        return f"its ingestion definition has a whole {' and a '.join(kinds)}, of which no tables are told"
    by_platform = (settings.get("configuration") or {}).get(_REGISTERS) != "true"
    tables = _whole((_ingested(entry["table"], by_platform) for entry in definition.get("objects") or []), settings)
    source = str((found.settings.get("ingestion_definition") or {}).get("source_type") or connection).lower()
    provider = provider_for(settings)
    return Candidate(found, settings, str(connection), source, tables, by_platform=by_platform, provider=provider)


def _ingested(entry: dict[str, Any], by_platform: bool) -> Ingested:
    options = {_SETTINGS.get(name, name): value for name, value in (entry.get("table_configuration") or {}).items()}
    options |= ((entry.get("connector_options") or {}).get("api_source_connector_options") or {}).get("options") or {}
    if by_platform:
        options |= {name: entry[name] for name in ("source_catalog", "source_schema") if name in entry}
    return Ingested(
        str(entry.get("source_table") or ""),
        str(entry.get("destination_catalog") or ""),
        str(entry.get("destination_schema") or ""),
        str(entry.get("destination_table") or ""),
        options,
    )


def _whole(tables: Any, settings: dict[str, Any]) -> tuple[Ingested, ...]:
    """Give tables with the pipeline's own defaults where they say nothing."""
    catalog, schema = str(settings.get("catalog") or ""), str(settings.get("schema") or settings.get("target") or "")
    return tuple(
        replace(
            one,
            catalog=one.catalog or catalog,
            schema=one.schema or schema,
            table=one.table or one.source_table,
        )
        for one in tables
    )


def _no_place(made: Candidate) -> list[str]:
    """Say which tables can't be placed: without a destination, or one of them twice."""
    if not made.tables:
        return ["it has no table"]
    why = []
    if faults := sorted({fault for one in made.tables for fault in _faults(one)}):
        why.append(f"a table's destination {faults[0]}")
    for what, names in (
        ("source table", [one.source_table for one in made.tables]),
        ("destination", [f"{one.catalog}.{one.schema}.{one.table}".lower() for one in made.tables]),
    ):
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            why.append(f"it has the {what} {twice[0]} twice")
    return why


def _faults(one: Ingested) -> list[str]:
    found = (catalog_name_fault(one.catalog), schema_name_fault(one.schema), catalog_name_fault(one.table))
    return [fault for fault in (*found, "" if one.source_table else "has no source table") if fault]
