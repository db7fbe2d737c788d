"""Sinks, as the Python that declares them: SQL has no statement for them.

Source: Databricks documentation, "Sinks in Lakeflow Spark Declarative Pipelines" and "create_sink".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.generate.queries import parts_read
from headgate.sql.language.graph import is_plain
from headgate.sql.language.made import sink_view
from headgate.sql.language.names import value_text
from headgate.sql.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.generate.queries import Queries
    from headgate.sql.language.model import PipelineFile

_HEAD = "from pyspark import pipelines as dp\n"
_SINK = """

dp.create_sink(name={name}, format={format}, options={options})


@dp.append_flow(name={flow}, target={name})
def {function}():
    return spark.readStream.table({table})
"""


def sinks_text(file: PipelineFile, queries: Queries) -> str:
    """Give the Python of a file's sinks; empty where it has none."""
    if not file.sinks:
        return ""
    found = [_HEAD]
    for number, (name, sink) in enumerate(file.sinks.items(), 1):
        read = queries.plain_relation(sink.from_) if is_plain(file, sink.from_) else identifier(sink_view(name))
        options = {key: value_text(value) for key, value in sink.options.items()}
        found.append(
            _SINK.format(
                name=ascii(name),
                format=ascii(sink.format),
                options=ascii(options),
                flow=ascii(f"{name}_flow"),
                function=f"sink_{number}",
                table=ascii(read),
            )
        )
    return "".join(found)


def sink_inputs(file: PipelineFile, tables: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Give what each sink reads, by its name without quotes. tables: as `generate` takes them."""
    return {
        name: ".".join(parts_read(file, sink.from_, tables)) if is_plain(file, sink.from_) else sink_view(name)
        for name, sink in file.sinks.items()
    }
