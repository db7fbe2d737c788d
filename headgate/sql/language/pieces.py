"""All SQL that a pipeline file holds, each piece with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql import fragments
from headgate.sql.language.found import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.names import Value
    from headgate.sql.language.target import Table
    from headgate.sql.language.transform import Aggregate, Analytic, Transform

    Piece = tuple[Path, Callable[[str], object], str]


def pieces(file: PipelineFile) -> Iterator[Piece]:
    """Give each piece's path, what reads it, and its text."""
    for name, source in file.sources.items():
        for column, text in source.columns.items():
            yield ("sources", name, "columns", column), fragments.column_type, text
    for name, transform in file.transforms.items():
        for path, read, text in _transform(transform):
            yield ("transforms", name, *path), read, text
    for name, table in file.tables.items():
        for path, read, text in _table(table):
            yield ("tables", name, *path), read, text


def piece_faults(file: PipelineFile, values: Mapping[str, Value | None]) -> Iterator[Fault]:
    """Say which pieces are no SQL of their kind, and which name a parameter that is not there."""
    for path, read, text in pieces(file):
        if "${" in text:
            continue  # said by what fills parameters in
        try:
            found = read(text)
        except fragments.FragmentError as error:
            yield Fault(path, str(error), error.fix)
            continue
        if isinstance(found, fragments.Fragment):
            for _, _, name in found.parameters:
                if values.get(name) is None:
                    what = "has no value in this target" if name in values else "is not there"
                    yield Fault(path, f"the parameter :{name} {what}", "name it below `parameters:`, with a default")


def _transform(transform: Transform) -> Iterator[Piece]:
    for path, item in _items(("select",), transform.select or ()):
        yield path, _item if isinstance(path[-1], int) else fragments.expression, item
    if transform.filter is not None:
        yield ("filter",), fragments.expression, transform.filter
    if transform.join is not None and transform.join.on is not None:
        yield ("join", "on"), fragments.expression, transform.join.on
    if transform.aggregate is not None:
        yield from _aggregate(transform.aggregate)
    if transform.window is not None:
        yield from _window(transform.window)
    for number, text in enumerate(transform.dedupe.order_by if transform.dedupe else ()):
        yield ("dedupe", "order_by", number), fragments.ordering, text
    if transform.sql is not None:
        yield ("sql",), fragments.query, transform.sql


def _aggregate(aggregate: Aggregate) -> Iterator[Piece]:
    for path, item in _items(("aggregate", "by"), aggregate.by):
        yield path, fragments.expression, item
    for name, text in aggregate.values.items():
        yield ("aggregate", "values", name), fragments.expression, text
    if aggregate.having is not None:
        yield ("aggregate", "having"), fragments.expression, aggregate.having


def _window(window: Analytic) -> Iterator[Piece]:
    for name, text in window.columns.items():
        yield ("window", "columns", name), fragments.window_function, text
    for number, text in enumerate(window.partition_by):
        yield ("window", "partition_by", number), fragments.expression, text
    for number, text in enumerate(window.order_by):
        yield ("window", "order_by", number), fragments.ordering, text


def _table(table: Table) -> Iterator[Piece]:
    for name, column in table.columns.items():
        yield ("columns", name, "type"), fragments.column_type, column.type
    for name, expectation in table.expectations.items():
        yield ("expectations", name, "check"), fragments.expression, expectation.check
    for number, flow in enumerate(table.flows):
        if flow.replace_where is not None:
            yield ("flows", number, "replace_where"), fragments.expression, flow.replace_where
        for key in ("delete_when", "truncate_when"):
            text = getattr(flow.cdc, key, None)
            if text is not None:
                yield ("flows", number, "cdc", key), fragments.expression, text


def _items(path: Path, items: Iterable[str | dict[str, str]]) -> Iterator[tuple[Path, str]]:
    for number, item in enumerate(items):
        if isinstance(item, str):
            yield (*path, number), item
        else:
            for name, text in item.items():
                yield (*path, number, name), text


def _item(text: str) -> object:
    return fragments.expression(text, item=True)
