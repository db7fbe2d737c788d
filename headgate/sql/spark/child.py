"""The process with a warm Spark session. It reads a job a line from stdin, and answers with a line on stdout.

Run by a Python that has pyspark 4.3 or newer; needs nothing else of headgate. A job is what `jobs.Job` holds, as JSON. The
answer has for each dataset, in their order, what Spark says of each flow: "" where it takes it, null where it wasn't asked.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

_LONGEST = 400


def main() -> None:
    """Answer jobs until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Spark prints is no answer
    with tempfile.TemporaryDirectory() as folder:
        session = _Session(folder)
        print("{}", file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(session.answer(json.loads(line))), file=answers, flush=True)


class _Session:
    """One session, in which tables stay from job to job."""

    def __init__(self, folder: str) -> None:
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.sql.catalogImplementation": "in-memory",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.log.level": "OFF",
        }
        builder = SparkSession.builder.master("local[1]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self._spark = builder.getOrCreate()
        self._checker = self._spark._jvm.org.apache.spark.sql.catalyst.analysis.UnsupportedOperationChecker  # noqa: SLF001
        self._append = self._spark._jvm.org.apache.spark.sql.streaming.OutputMode.Append()  # noqa: SLF001
        self._made: dict[str, Any] = {}
        self._views: list[str] = []

    def answer(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer a job."""
        self._spark.sql("DROP DATABASE IF EXISTS `pipeline` CASCADE")
        self._spark.sql("CREATE DATABASE `pipeline`")
        while self._views:
            self._spark.catalog.dropTempView(self._views.pop())
        for name, columns in job["tables"].items():
            if self._made.get(name) != columns:
                self._make(name, ", ".join(f"`{column}` {kind}" for column, kind in columns.items()))
                self._made[name] = columns
        there: set[str] = set()
        return [self._dataset(one, there) for one in job["datasets"]]

    def _dataset(self, dataset: dict[str, Any], there: set[str]) -> dict[str, Any]:
        """Ask about a dataset's flows and expectations, and make it, so that later ones can read it."""
        said: list[str | None] = []
        frames: list[Any] = []
        for flow in dataset["flows"]:
            if flow["unknown"] or not set(flow["needs"]) <= there:
                said.append(None)
                continue
            problem, frame = self._flow(flow)
            said.append(problem)
            frames += [] if frame is None else [frame]
        conditions: list[str | None] = [None] * len(dataset["conditions"])
        if frames and len(frames) == len(dataset["flows"]) and self._keep(dataset, frames[0], there):
            asked = [f"SELECT ({one}) FROM {dataset['name']}" for one in dataset["conditions"]]  # noqa: S608  # the users' own
            conditions = [self._asked(one)[0] for one in asked]
        return {"flows": said, "conditions": conditions}

    def _flow(self, flow: dict[str, Any]) -> tuple[str, Any]:
        """Give what Spark says against a flow, and its rows, where it can tell what these are."""
        problem, frame = self._asked(flow["query"])
        if problem or frame is None:
            return problem, frame
        if flow["columns"]:
            named = f"SELECT {', '.join(flow['columns'])} FROM ({flow['query']})"  # noqa: S608  # the users' own
            problem, _ = self._asked(named)
            if problem:
                return problem, frame
        if flow["wants"] == "stream" and not frame.isStreaming:
            return "INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE", frame
        if flow["wants"] == "batch" and frame.isStreaming:
            return "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW", frame
        if frame.isStreaming:
            return self._checked(frame), frame
        return "", frame

    def _asked(self, query: str) -> tuple[str, Any]:
        try:
            return "", self._spark.sql(query)
        except PySparkException as error:
            return _short(error), None

    def _checked(self, frame: Any) -> str:
        try:
            self._checker.checkForStreaming(frame._jdf.queryExecution().analyzed(), self._append)  # noqa: SLF001
        except PySparkException as error:
            return _short(error)
        except Py4JJavaError as error:
            return str(error.java_exception.getMessage())[:_LONGEST]
        return ""

    def _keep(self, dataset: dict[str, Any], frame: Any, there: set[str]) -> bool:
        """Make a dataset as its first flow has it; give whether it could be."""
        try:
            if dataset["is_view"]:
                frame.createOrReplaceTempView(dataset["name"])
                self._views.append(dataset["name"].strip("`"))
            else:
                columns = ", ".join(f"`{one.name}` {one.dataType.simpleString()}" for one in frame.schema.fields)
                self._make(dataset["name"], columns)
        except PySparkException:
            return False
        there.add(dataset["name"])
        return True

    def _make(self, name: str, columns: str) -> None:
        self._spark.sql(f"CREATE DATABASE IF NOT EXISTS {name.rpartition('.')[0]}")
        self._spark.sql(f"DROP TABLE IF EXISTS {name}")
        self._spark.sql(f"CREATE TABLE {name} ({columns}) USING parquet")


def _short(error: Any) -> str:
    """Give what Spark says first: the plan that follows is for nobody."""
    said = str(error).strip()
    return (said.splitlines() or ["Spark says nothing more"])[0][:_LONGEST]


if __name__ == "__main__":
    main()
