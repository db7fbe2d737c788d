"""Which tables each pipeline of a plan reads, before and after: from the ingest files and notebooks it has the texts of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.layout.ingested import CODE_TYPES, tables_in
from headgate.redaction.tokens import token_free
from headgate.review.blocks import blocks, first, mapping
from headgate.review.facts import Held, PipelineFacts
from headgate.review.masks import Masks, file_text
from headgate.review.transforms import runs_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PIPELINE = "databricks_pipeline"
_DROPS = "pipelines.dropInactiveTables"
_DIRECTORY = "/Workspace"
_CODE = ("file", "notebook")


def pipelines_of(entries: Sequence[Mapping[str, Any]], stack: str, masks: Masks) -> tuple[PipelineFacts, ...]:
    """Give every pipeline of a plan's resource changes (`entries`), with what it reads before and after."""
    sides = ("before", "after")
    files = {side: _Files(entries, side, masks) for side in sides}
    found = []
    for entry in entries:
        if entry["type"] != _PIPELINE:
            continue
        change = entry["change"]
        values = {side: change.get(side) for side in sides}
        exists = {"before": values["before"] is not None, "after": values["after"] is not None}
        old = str(entry.get("previous_address") or address_of(entry))
        names = {"before": _name(old), "after": _name(address_of(entry))}
        # Only what the apply will tell may be taken from the file of the same name.
        unknown = {"before": False, "after": bool(mapping(change.get("after_unknown")).get("library"))}
        held = {
            side: _held(values[side], names[side] if unknown[side] else "", files[side], masks) if exists[side] else ()
            for side in sides
        }
        now = mapping(values["after"] if exists["after"] else values["before"])
        settings = mapping(now.get("configuration"))
        found.append(
            PipelineFacts(
                stack=stack,
                id=token_free(names["after"]),
                before_id=token_free(names["before"]),
                exists_before=exists["before"],
                exists_after=exists["after"],
                workspace_id=token_free(str(mapping(values["before"]).get("id") or "")),
                before=held["before"],
                after=held["before"] if held["after"] == held["before"] else held["after"],
                drops=str(settings.get(_DROPS)).lower() == "true",
                continuous=mapping(values["before"]).get("continuous") is True,
            )
        )
    return tuple(found)


class _Files:
    """The workspace files and notebooks of one side of a plan, by path and by name, read when they are asked for."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], side: str, masks: Masks) -> None:
        self._masks = masks
        self._by_path: dict[str, tuple[Any, Any]] = {}
        self._by_name: dict[str, tuple[Any, Any]] = {}
        for entry in entries:
            value = entry["change"].get(side) if entry["type"] in CODE_TYPES else None
            if value is not None:
                found = (value, entry["change"].get(f"{side}_sensitive"))
                address = entry.get("previous_address") if side == "before" else ""
                self._by_name[_name(str(address or entry["address"]))] = found
                if isinstance(value.get("path"), str):
                    self._by_path[value["path"].removeprefix(_DIRECTORY)] = found

    def text(self, path: str) -> str | None:
        """Give the text of the file at a path in the workspace; None where the plan doesn't have it."""
        found = self._by_path.get(path.removeprefix(_DIRECTORY))
        return file_text(*found, self._masks) if found else None

    def text_of(self, name: str) -> str | None:
        """Give the text of the file of that name in Terraform."""
        found = self._by_name.get(name)
        return file_text(*found, self._masks) if found else None


def _held(value: Any, name: str, files: _Files, masks: Masks) -> tuple[Held, ...] | None:
    """Give what a pipeline reads; None where any of its code can't be read.

    `name`: of the file to read where the plan does not know the path yet; empty where it does.
    """
    pipeline = mapping(value)
    if runs_sql(pipeline):  # it reads no table of a source
        return ()
    if managed := first(pipeline.get("ingestion_definition")):
        return _managed(managed, pipeline, masks)
    libraries = blocks(pipeline.get("library"))
    if any(part not in (None, "", [], {}) for library in libraries for kind, part in library.items() if kind not in _CODE):
        return None
    paths = [next((path for kind in _CODE if (path := first(library.get(kind)).get("path"))), None) for library in libraries]
    texts = [files.text(path) if isinstance(path, str) else files.text_of(name) for path in paths] or [None]
    found: list[Held] = []
    for text in texts:
        tables = tables_in(text, as_run=True) if text is not None else None
        if tables is None:
            return None
        found += [
            _table(pipeline, masks, table.source_table, (table.catalog, table.schema, table.table), table.options)
            for table in tables
        ]
    return tuple(sorted(found, key=lambda held: (held.source_table, held.destination)))


def _managed(definition: Mapping[str, Any], pipeline: Mapping[str, Any], masks: Masks) -> tuple[Held, ...] | None:
    found = []
    for entry in blocks(definition.get("objects")):
        table = first(entry.get("table"))
        if not isinstance(table.get("source_table"), str):
            return None
        parts = tuple(str(table.get(f"destination_{part}") or "") for part in ("catalog", "schema", "table"))
        settings = {key: part for key, part in first(table.get("table_configuration")).items() if part not in (None, "", [])}
        found.append(_table(pipeline, masks, table["source_table"], parts, settings))
    return tuple(sorted(found, key=lambda held: (held.source_table, held.destination)))


def _table(pipeline: Mapping[str, Any], masks: Masks, source: str, parts: Sequence[str], options: Mapping[str, Any]) -> Held:
    """Give a table with its whole destination: what the code leaves open is the pipeline's default, and the source's name."""
    catalog = parts[0] or str(pipeline.get("catalog") or "")
    schema = parts[1] or str(pipeline.get("schema") or pipeline.get("target") or "")
    destination = ".".join((catalog, schema, parts[2] or source))
    return Held(masks.text(source), masks.text(destination), masks.value(dict(sorted(options.items()))))


def names_in(plan: Mapping[str, Any]) -> Iterator[str]:
    """Give what a plan calls its resources, where they go, and the code of its files."""
    for entry in plan.get("resource_changes") or []:
        found = mapping(entry)
        yield f"{found.get('type')} {found.get('address')}"
        change = mapping(found.get("change"))
        for value in (mapping(change.get("before")), mapping(change.get("after"))):
            yield " ".join(str(value.get(name) or "") for name in ("catalog", "schema", "path", "name"))
            if found.get("type") in CODE_TYPES:
                yield file_text(value, None, Masks()) or ""


def address_of(entry: Mapping[str, Any]) -> str:
    """Give a resource's address; one that an interrupted replacement left has none: it is marked."""
    deposed = entry.get("deposed")
    return f"{entry['address']} (deposed {deposed})" if deposed else str(entry["address"])


def _name(address: str) -> str:
    """Give an address without its type: a pipeline's id. One in a module is known by its whole address."""
    kind, _, name = address.partition(".")
    return name if kind in (_PIPELINE, *CODE_TYPES) else address
