"""The file of the monitoring's pipeline: Python that the pipeline runs.

It is literals and a fixed program, so no name can become code. Each event log has a flow of its own into one streaming table,
and so a checkpoint of its own. A flow is known by its name, which is the id of the pipeline whose log it reads: one that goes
leaves its rows where they are, and one that comes reads its log from the beginning. A source that is missing fails the analysis
of the whole graph, so which logs can be read is asked first.

Source: Databricks, Python language reference of Lakeflow pipelines (create_streaming_table, append_flow, materialized_view);
Structured Streaming, `skipChangeCommits`: the platform deletes what is old from a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.monitoring.expected import EXPECTED_COLUMNS
from headgate.deployment.monitoring.queries import COLUMNS, JOB_RUN_COLUMNS, SYSTEM_TABLES, TABLES, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.deployment.monitoring.expected import Expected

_HEAD = """\
# Monitoring of {connector} in {target}, written by headgate: a deploy overwrites what is changed here.
try:
    from pyspark import pipelines as dp
except ImportError:  # a runtime that has it under its former name alone
    import dlt as dp
"""
_PROGRAM = '''

def can_be_read(table):
    """Say whether a table is there, and may be read: of one that can't be, nothing is, and the others are."""
    try:
        spark.read.table(table).columns
    except Exception as error:
        print(f"{table} can't be read, the others are: {error}")
        return False
    return True


def stream(pipeline, log):
    @dp.append_flow(target=EVENTS, name=f"events_of_{pipeline}")
    def events():
        rows = spark.readStream.option("skipChangeCommits", "true").table(log)
        return rows.selectExpr(f"'{pipeline}' AS pipeline", *SELECTED)


def view(name, comment, rows):
    getattr(dp, "materialized_view", dp.table)(name=name, comment=comment)(rows)


dp.create_streaming_table(name=EVENTS, schema=EVENT_COLUMNS, comment="What pipelines said, from their event logs")
found = {pipeline: log for pipeline, log in LOGS.items() if can_be_read(log)}
for pipeline, log in found.items():
    stream(pipeline, log)
if not found:

    @dp.append_flow(target=EVENTS, name="no_events", once=True)
    def no_events():
        return spark.createDataFrame([], EVENT_COLUMNS)


if all([can_be_read(table) for table in SYSTEM_TABLES]):
    view(JOB_RUNS, "The runs of jobs that started updates", lambda: spark.sql(JOB_RUNS_QUERY))
else:
    view(JOB_RUNS, "Empty: what the platform tells of jobs can't be read", lambda: spark.createDataFrame([], JOB_RUN_COLUMNS))
view(PIPELINES, "What the layout expects of pipelines", lambda: spark.createDataFrame(EXPECTED, EXPECTED_COLUMNS))
view(UPDATES, "Each update of each pipeline", lambda: spark.sql(UPDATES_QUERY))
view(TABLE_UPDATES, "Each table in each update", lambda: spark.sql(TABLE_UPDATES_QUERY))
'''


def monitoring_file(
    connector: str,
    target: str,
    names: Mapping[str, str],
    logs: Mapping[str, str],
    expected: Sequence[Expected],
) -> str:
    """Give the file's text. `names`: each of TABLES → what it is called; `logs`: pipeline → its log, as SQL names it.

    The connector, the target and the pipelines are ids, so they can't end the comment and the texts that they are in.
    """
    columns = ["pipeline STRING", *(f"{name} {kind}" for name, kind, _ in COLUMNS)]
    literals = {table.upper(): repr(names[table]) for table in TABLES} | {
        "LOGS": _lines("{}", (f"{pipeline!r}: {log!r}" for pipeline, log in sorted(logs.items()))),
        "EXPECTED": _lines("[]", (repr(one.row) for one in expected)),
        "EXPECTED_COLUMNS": repr(EXPECTED_COLUMNS),
        "EVENT_COLUMNS": repr(", ".join(columns)),
        "SELECTED": _lines("[]", (repr(f"{how} AS {name}") for name, _, how in COLUMNS)),
        "SYSTEM_TABLES": _lines("[]", map(repr, SYSTEM_TABLES)),
        "JOB_RUN_COLUMNS": repr(JOB_RUN_COLUMNS),
    }
    for name in ("job_runs", "updates", "table_updates"):
        literals[f"{name.upper()}_QUERY"] = f'"""\n{query(name, names)}"""'
    lines = "".join(f"{name} = {literal}\n" for name, literal in literals.items())
    return f"{_HEAD.format(connector=connector, target=target)}\n{lines}{_PROGRAM}"


def _lines(brackets: str, entries: Iterable[str]) -> str:
    inside = "".join(f"    {entry},\n" for entry in entries)
    return f"{brackets[0]}\n{inside}{brackets[1]}"
