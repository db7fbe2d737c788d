"""Which table a flow loads.

Source: databrickslabs/lakeflow-community-connectors, pipeline/ingestion_pipeline.py. A change flow and a snapshot flow have the
name of their destination; an append flow is `source_<source table>_append_flow`, the flow of deletions
`source_<source table>_delete_flow`, both in the pipeline's default catalog and schema; earlier ones had `_staging` in place of
the kind, and no `source_`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.tables.names import blurred

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.tables.ids import TableId

_AROUND = 2  # parts of a name that stand before its own: catalog and schema
_FLOW = re.compile(r"(?:source_)?(.+?)(?:_(?:upsert|snapshot|append|delete|staging|delete_staging))(?:_flow)?", re.DOTALL)


def plain_flow(name: str) -> str:
    """Give the table's name in a flow's, whose other parts say what kind it is; the flow's own where it has no such parts."""
    head, dot, last = name.rpartition(".")
    shape = _FLOW.fullmatch(last)
    return head + dot + (shape[1] if shape else last)


class Places:
    """The tables of a connector as a target has them, by what flows and datasets of their pipelines are called."""

    def __init__(self, tables: Iterable[TableId]) -> None:
        listed = list(tables)
        self._by_destination = {blurred(table.destination): table for table in listed}
        self._by_name = grouped((blurred(table.table), table) for table in listed)
        self._by_source = grouped((blurred(table.source_table), table) for table in listed)

    def table(self, flow: str, dataset: str, inside: Sequence[TableId] = ()) -> TableId | None:
        """Give the table of a flow that loads a dataset; empty: not told. None for one that is none, or could be of several.

        inside: the tables of its pipeline, which decide where a name is that of several.
        """
        names = [name for name in (dataset, flow) if name]
        for name in names:
            if found := self._by_destination.get(blurred(name)):
                return found
        for name in names:
            for meant in self._meant(name):
                here = [table for table in meant if table in inside] or meant
                if len(here) == 1:
                    return here[0]
        return None

    def _meant(self, name: str) -> Iterator[list[TableId]]:
        """Give the tables that a name may be of: by the source table in it, with what stands before left out, else its own."""
        parts = name.split(".")
        for around in range(min(_AROUND, len(parts) - 1) + 1):
            if shape := _FLOW.fullmatch(".".join(parts[around:])):
                yield self._by_source.get(blurred(shape[1]), [])
        if len(parts) == 1:
            yield self._by_name.get(blurred(name), [])
