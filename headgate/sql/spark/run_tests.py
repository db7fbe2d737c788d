"""The process with a warm Spark session that runs tests of pipelines. It reads a job a line from stdin, and answers on stdout.

Run by a Python that has pyspark 4.3 or newer; needs nothing else of headgate but its own folder. A job is one test, as
`testing.jobs.TestJob` holds it, as JSON. The answer has for each step what the tables hold then, until one fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Of headgate this file's own folder alone, whatever else that Python has.
sys.path.insert(0, str(Path(__file__).parents[3]))
from headgate.sql.spark.apply_changes import MARKS, applied, marked, quoted

sys.path.pop(0)
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

_LONGEST = 400
_NESTED = ("struct", "array", "map")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    # Of a few rows, compiling takes longer than all else: neither queries nor Java's own code are compiled to the end.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Texts of tests may hold ${…}.
    "spark.sql.variable.substitute": "false",
    # Each step of a stream writes into a folder of its own, where no log of all of them can be made.
    "spark.sql.streaming.fileSink.log.compactInterval": "1000000",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "OFF",
}


class _Stopped(Exception):  # noqa: N818  # it is no error of ours: the test may expect it
    """An update that an expectation stops."""


class _WrongError(Exception):
    """A query that its table can't take."""


def main() -> None:
    """Answer jobs until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Spark prints is no answer
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        builder = SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", f"{folder}/warehouse")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        print("{}", file=answers, flush=True)
        for line in sys.stdin:
            run = _Run(spark, json.loads(line), Path(tempfile.mkdtemp(dir=folder)))
            print(json.dumps(run.answer()), file=answers, flush=True)
            run.clean()


class _Run:
    """One test."""

    def __init__(self, spark: SparkSession, job: dict[str, Any], folder: Path) -> None:
        self._spark, self._job, self._folder = spark, job, folder
        self._databases: set[str] = {"`pipeline`"}
        self._views: list[str] = []
        self._made: set[str] = set()
        self._outside = list(job["tables"])
        self._step = self._checks = 0
        self._dropped: dict[str, Any] = {}
        self._violations: dict[str, dict[str, int]] = {}

    def answer(self) -> dict[str, Any]:
        """Run the steps, until one fails."""
        try:
            for name, value in self._job["settings"].items():
                self._spark.conf.set(name, value)
            self._spark.sql("CREATE DATABASE IF NOT EXISTS `pipeline`")
            for name, columns in self._job["tables"].items():
                self._make(name, ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items()))
        except PySparkException as error:
            return {"steps": [{"error": {"dataset": "", "message": _short(error)}}]}
        steps: list[dict[str, Any]] = []
        for number, step in enumerate(self._job["steps"]):
            self._step = number
            steps.append(self._answered(step))
            if "error" in steps[-1] or "stopped" in steps[-1]:
                break
        return {"steps": steps}

    def clean(self) -> None:
        """Leave nothing of the test."""
        for view in self._views:
            self._spark.catalog.dropTempView(view)
        for name in self._outside:
            self._spark.sql(f"DROP TABLE IF EXISTS {name}")
        for database in self._databases - {"`default`"}:
            self._spark.sql(f"DROP DATABASE IF EXISTS {database} CASCADE")
        for name in self._job["settings"]:
            self._spark.conf.unset(name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answered(self, step: dict[str, Any]) -> dict[str, Any]:
        self._dropped, self._violations = {}, {}
        found: dict[str, Any] = {"tables": {}, "dropped": {}, "violations": self._violations}
        at = ""
        try:
            for at, rows in step["rows"].items():
                if bad := self._insert(at, rows):
                    return {"bad": bad, "error": {"dataset": at, "message": "a value is of another type"}}
            for dataset in self._job["datasets"]:
                at = dataset["name"]
                self._update(dataset)
            for at, asked in step["asked"].items():
                found["tables"][at] = self._read(self._spark.table(at), asked)
            for at, asked in step["dropped"].items():
                found["dropped"][at] = self._read(self._dropped[at], asked) if at in self._dropped else None
        except _Stopped as stopped:
            return {**found, "stopped": {"dataset": at, "expectation": str(stopped)}}
        except (PySparkException, _WrongError) as error:
            return {"error": {"dataset": at, "message": _short(error)}}
        except Py4JJavaError as error:
            return {"error": {"dataset": at, "message": str(error.java_exception)[:_LONGEST]}}
        return found

    def _insert(self, name: str, rows: list[list[str | None]]) -> list[tuple[int, int]]:
        """Add given rows to a table; give where values are not of their column's type."""
        kinds = list(self._job["tables"][name].values())
        if not rows:
            return []
        frame = self._given(rows, kinds)
        told = [[one is not None for one in row] for row in frame.collect()]
        bad = [
            (number, column)
            for number, row in enumerate(rows)
            for column, value in enumerate(row)
            if value is not None and not told[number][column]
        ]
        if not bad:
            frame.write.insertInto(name)
        return bad

    def _given(self, rows: list[list[str | None]], kinds: list[str]) -> Any:
        """Give rows of texts as rows of their columns' types; what is of another type is NULL."""
        names = ", ".join(f"c{number}" for number in range(len(kinds)))
        values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
        typed = ", ".join(_typed(f"c{number}", kind) for number, kind in enumerate(kinds))
        return self._spark.sql(f"SELECT {typed} FROM VALUES {values} AS given({names})").coalesce(1)  # noqa: S608

    def _update(self, dataset: dict[str, Any]) -> None:
        """Bring a dataset to what its sources hold now."""
        name = dataset["name"]
        if dataset["is_view"]:
            frame = self._query(dataset["flows"][0])
            frame.createOrReplaceTempView(name)
            self._views.append(name.strip("`"))
            return
        if any(flow["changes"] for flow in dataset["flows"]):
            self._change(dataset)
            return
        for flow in dataset["flows"]:
            frame = self._query(flow)
            if frame.isStreaming != (flow["wants"] == "stream") and flow["wants"] != "either":
                wrong = "reads a stream, and is to read all" if frame.isStreaming else "reads nothing as a stream"
                raise _WrongError(f"its query {wrong}: `headgate sql check` says more")
            if not frame.isStreaming and flow["once"] and self._step:
                continue
            rows = self._streamed(frame, flow["id"]) if frame.isStreaming else frame
            self._put(dataset, rows, anew=dataset["whole"])
        if not dataset["flows"] and name not in self._made:
            self._created(dataset, None)

    def _change(self, dataset: dict[str, Any]) -> None:
        """Apply all changes that have come in so far."""
        changes = None
        for flow in dataset["flows"]:
            source = self._query(flow)
            view = quoted(f"__source_{flow['id']}")
            source.createOrReplaceTempView(view)
            frame = self._spark.sql(marked(f"SELECT * FROM {view}", flow["changes"]))  # noqa: S608
            path = f"{self._folder}/changes/{flow['id']}"
            rows = self._streamed(frame, flow["id"]) if frame.isStreaming else frame
            rows.write.mode("append" if frame.isStreaming else "overwrite").parquet(path)
            read = self._spark.read.schema(frame.schema).parquet(path)
            changes = read if changes is None else changes.unionByName(read, allowMissingColumns=True)
        assert changes is not None  # noqa: S101  # there is a flow at least
        changes.createOrReplaceTempView("__changes")
        columns = [one for one in changes.columns if one not in MARKS]
        self._put(dataset, self._spark.sql(applied("__changes", columns, dataset["flows"][0]["changes"])), anew=True)

    def _query(self, flow: dict[str, Any]) -> Any:
        """Give what a flow reads. Where the job says so, a column that no given row has is added to the given tables."""
        for _ in range(30 if self._job["adds_columns"] else 0):
            try:
                return self._spark.sql(flow["query"])
            except PySparkException as error:
                if not self._added(error, flow):
                    raise
        return self._spark.sql(flow["query"])

    def _added(self, error: PySparkException, flow: dict[str, Any]) -> bool:
        if not str(error.getCondition() or "").startswith("UNRESOLVED_COLUMN"):
            return False
        parts = (error.getMessageParameters() or {})["objectName"].strip("`").split("`.`")
        table = flow["aliases"].get(parts[-2].lower()) if len(parts) > 1 else None
        column = parts[-1]
        # In one table at a time: in several, a name without a table would be ambiguous.
        for one in [table] if table else sorted(self._job["tables"]):
            if column.lower() not in [field.lower() for field in self._spark.table(one).columns]:
                self._spark.sql(f"ALTER TABLE {one} ADD COLUMNS ({quoted(column)} {_guess(column, flow['query'])})")
                return True
        return False

    def _streamed(self, frame: Any, flow: str) -> Any:
        """Give what a stream gives of what is new, as an update does: all that is there, and then what its watermark closes."""
        path = f"{self._folder}/new/{flow}/{self._step}"
        writer = frame.writeStream.format("parquet").outputMode("append").trigger(availableNow=True)
        query = writer.option("checkpointLocation", f"{self._folder}/state/{flow}").start(path)
        query.awaitTermination()
        # The log of a folder's batches begins with the first of them, and a step's folder has none but its own.
        shutil.rmtree(f"{path}/_spark_metadata", ignore_errors=True)
        return self._spark.read.schema(frame.schema).parquet(path)

    def _put(self, dataset: dict[str, Any], rows: Any, *, anew: bool) -> None:
        """Write rows to a table as its expectations let them."""
        name, expectations = dataset["name"], dataset["expectations"]
        created = self._created(dataset, rows)
        if expectations:
            self._checks += 1
            path = f"{self._folder}/checked/{self._checks}"
            rows.write.parquet(path)
            rows = self._spark.read.schema(rows.schema).parquet(path)
            rows = self._checked(name, rows, expectations)
        wanted = [field.name for field in created.schema.fields]
        there = {one.lower() for one in rows.columns}
        # A column that the table declares and the query does not give is NULL.
        rows = rows.selectExpr(*(quoted(one) if one.lower() in there else f"NULL AS {quoted(one)}" for one in wanted))
        rows.write.insertInto(name, overwrite=anew)

    def _created(self, dataset: dict[str, Any], rows: Any) -> Any:
        name = dataset["name"]
        if name not in self._made:
            kinds = dataset["columns"] or {one.name: one.dataType.simpleString() for one in rows.schema.fields}
            self._make(name, ", ".join(f"{quoted(column)} {kind}" for column, kind in kinds.items()))
            self._made.add(name)
        return self._spark.table(name)

    def _checked(self, name: str, rows: Any, expectations: list[dict[str, str]]) -> Any:
        """Give the rows that stay. A condition that is NULL does not hold."""
        held = {one["name"]: f"coalesce(({one['condition']}), false)" for one in expectations}
        sums = [f"count_if(NOT {condition})" for condition in held.values()]
        counts = self._violations.setdefault(name, dict.fromkeys(held, 0))
        for key, count in zip(held, rows.selectExpr(*sums).collect()[0], strict=True):
            counts[key] += count
        failing = [one["name"] for one in expectations if one["action"] == "fail" and counts[one["name"]]]
        if failing:
            raise _Stopped(failing[0])
        dropping = " AND ".join(held[one["name"]] for one in expectations if one["action"] == "drop")
        if not dropping:
            return rows
        left_out = rows.where(f"NOT ({dropping})")
        self._dropped[name] = self._dropped[name].unionByName(left_out) if name in self._dropped else left_out
        return rows.where(dropping)

    def _read(self, frame: Any, asked: dict[str, Any]) -> dict[str, Any]:
        """Give the asked columns of all rows as texts, and the expected rows as if they were such rows."""
        if frame.isStreaming:
            return {"streams": True}
        by_name = {field.name.lower(): field for field in frame.schema.fields}
        unknown = [one for one in asked["columns"] if one.lower() not in by_name]
        if unknown:
            return {"unknown": unknown, "columns": frame.columns}
        fields = [by_name[one.lower()] for one in asked["columns"]]
        kinds = [field.dataType.simpleString() for field in fields]
        if not fields:
            return {"kinds": [], "found": self._texts(frame, frame.schema.fields), "expected": [], "columns": frame.columns}
        found = self._texts(frame, fields)
        expected: list[list[str | None]] = []
        if asked["rows"]:
            texts = [f"{_text(f'c{number}', kind)} AS c{number}" for number, kind in enumerate(kinds)]
            typed = self._given(asked["rows"], kinds).toDF(*(f"c{number}" for number in range(len(kinds))))
            told = zip(asked["rows"], typed.selectExpr(*texts).collect(), strict=True)
            # What is of another type stays as it is written, and so is like nothing that is found.
            expected = [[given if one is None else one for given, one in zip(*pair, strict=True)] for pair in told]
        return {"kinds": kinds, "found": found, "expected": expected, "columns": frame.columns}

    @staticmethod
    def _texts(frame: Any, fields: list[Any]) -> list[list[str | None]]:
        texts = [_text(quoted(one.name), one.dataType.simpleString()) for one in fields]
        return [list(row) for row in frame.selectExpr(*texts).collect()]

    def _make(self, name: str, columns: str) -> None:
        database = name.split("`.`", maxsplit=1)[0].strip("`")
        self._databases.add(quoted(database))
        self._spark.sql(f"CREATE DATABASE IF NOT EXISTS {quoted(database)}")
        self._spark.sql(f"CREATE TABLE {name} ({columns}) USING parquet")


def _typed(column: str, kind: str) -> str:
    lowered = kind.lower()
    if lowered.startswith(_NESTED):
        return f"from_json({column}, {_literal(kind)})"
    return f"try_parse_json({column})" if lowered == "variant" else f"try_cast({column} AS {kind})"


def _text(column: str, kind: str) -> str:
    if kind.startswith(_NESTED):
        return f"to_json({column}, map('ignoreNullFields', 'false'))"
    return f"to_json({column})" if kind == "variant" else f"hex({column})" if kind == "binary" else f"CAST({column} AS STRING)"


def _literal(value: str | None) -> str:
    return "CAST(NULL AS STRING)" if value is None else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _guess(column: str, query: str) -> str:
    """Give the type of a column that no row has, as sdp-test does: by its name and by what is done with it."""
    name = re.escape(column)
    if column.lower().startswith("is_") or re.search(rf"\bWHEN\s+(\S+\s*\.\s*)?`?{name}`?\s+THEN\b", query, re.IGNORECASE):
        return "BOOLEAN"
    summed = re.search(rf"\bSUM\s*\(\s*(\S+\s*\.\s*)?`?{name}`?\s*\)", query, re.IGNORECASE)
    return "DOUBLE" if summed else "STRING"


def _short(error: Any) -> str:
    """Give what Spark says first: the plan that follows is for nobody."""
    said = str(error).strip()
    return (said.splitlines() or ["Spark says nothing more"])[0][:_LONGEST]


if __name__ == "__main__":
    main()
