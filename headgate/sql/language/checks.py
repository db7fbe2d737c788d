"""What fields of a pipeline file must hold together, where each of them is right by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.names import catalog_name_fault
from headgate.sql.durations import EXPECTED, FIX, duration
from headgate.sql.language.found import Fault
from headgate.sql.language.transform import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.transform import Dedupe, Join, Source, TimeWindow, Transform

    Own = Iterator[Fault]

_PARTS = 3  # of catalog.schema.table


def input_faults(file: PipelineFile) -> Own:
    """Say what is wrong with sources and transforms, each by itself."""
    for name, source in file.sources.items():
        for fault in _source(source):
            yield fault._replace(path=("sources", name, *fault.path))
    for name, transform in file.transforms.items():
        for fault in _transform(transform):
            yield fault._replace(path=("transforms", name, *fault.path))


def qualified_fault(name: str, what: str) -> str:
    """Say why a name is not catalog.schema.`what`; empty where it is."""
    parts = name.split(".")
    if len(parts) != _PARTS:
        return f"expected catalog.schema.{what}, found {name!r}"
    fault = next((fault for part in parts if (fault := catalog_name_fault(part))), "")
    return f"a part of {name!r} {fault}" if fault else ""


def _source(source: Source) -> Own:
    if (source.table is None) == (source.files is None):
        yield Fault((), "expected either `table` or `files`", "say one of them")
    if source.files is None:
        for key in ("format", "options"):
            if getattr(source, key):
                yield Fault((key,), f"`{key}` is for files", "take it out, or say `files`")
    elif source.connector is not None:
        yield Fault(("connector",), "`connector` is for a table", "take it out, or say `table`")
    elif source.append_only is not None:
        yield Fault(("append_only",), "`append_only` is for a table: files are read once each", "take it out")
    if source.table is not None and source.connector is None and (fault := qualified_fault(source.table, "table")):
        yield Fault(("table",), fault, "write all three parts, or name the `connector` whose table it is")
    if (source.watermark_column is None) != (source.watermark_delay is None):
        key = "watermark_column" if source.watermark_column is not None else "watermark_delay"
        other = "watermark_delay" if source.watermark_column is not None else "watermark_column"
        yield Fault((key,), f"needs `{other}` beside it", f"write `{other}:` too")
    yield from _durations({"watermark_delay": source.watermark_delay})
    if source.watermark_column is not None and source.mode == "batch":
        yield Fault(("watermark_column",), "a watermark is for a stream, and this source is read as a batch", "say one of them")


def _durations(given: dict[str, str | None]) -> Own:
    for key, text in given.items():
        if text is not None and duration(text) is None:
            yield Fault((key,), f"{EXPECTED}, found {text!r}", FIX)


def _transform(transform: Transform) -> Own:
    kinds = [kind for kind in KINDS if getattr(transform, kind) is not None]
    if kinds == ["join", "select"]:
        kinds = ["join"]
    if len(kinds) != 1:
        said = f"found {' and '.join(kinds)}" if kinds else "found none"
        yield Fault((), f"expected exactly one of {', '.join(sorted(KINDS))}, {said}", "write a transform for each step")
        return
    kind = kinds[0]
    if kind in {"union", "sql"} and transform.from_ is not None:
        fix = "name its inputs in the query" if kind == "sql" else "name all inputs in `union`"
        yield Fault(("from",), f"`from` has no place beside `{kind}`", fix)
    if kind not in {"union", "sql"} and transform.from_ is None:
        yield Fault(("from",), "is missing", "write `from:` and the name of a source, a transform or a table")
    yield from _details(transform)


def _details(transform: Transform) -> Own:
    if transform.select is not None and (not transform.select or {} in transform.select):
        yield Fault(("select",), "names no column", "write `- column`, or `- name: expression`")
    if transform.join is not None:
        yield from _within("join", _join(transform.join))
    if transform.dedupe is not None:
        yield from _within("dedupe", _dedupe(transform.dedupe))
    if transform.aggregate is not None:
        aggregate = transform.aggregate
        if not (aggregate.by or aggregate.values or aggregate.window) or {} in aggregate.by:
            yield Fault(("aggregate",), "gives no column", "write `values:`, `by:` or both")
        if aggregate.window is not None:
            yield from _within("aggregate", _within("window", _window(aggregate.window)))


def _within(key: str, faults: Own) -> Own:
    for fault in faults:
        yield fault._replace(path=(key, *fault.path))


def _join(join: Join) -> Own:
    if join.how == "cross":
        if join.on is not None or join.using:
            yield Fault((), "a cross join has no condition", "take `on` and `using` out, or say another `how`")
    elif (join.on is None) == (not join.using):
        yield Fault((), "expected either `on` or `using`", "say how rows of the two sides belong together")


def _dedupe(dedupe: Dedupe) -> Own:
    if dedupe.order_by and not dedupe.keys:
        yield Fault(("order_by",), "rows that are alike in all columns have no order", "name the `keys` too")


def _window(window: TimeWindow) -> Own:
    needed = {"tumbling": ("size",), "sliding": ("size", "slide"), "session": ("gap",)}[window.type]
    for key in ("size", "slide", "gap"):
        value = getattr(window, key)
        if value is None and key in needed:
            yield Fault((key,), "is missing", f"a {window.type} window needs it: write `{key}: 10 minutes`")
        if value is not None and key not in needed:
            yield Fault((key,), f"a {window.type} window has no `{key}`", "take it out")
    yield from _durations({"size": window.size, "slide": window.slide, "gap": window.gap})
