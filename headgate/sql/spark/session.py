"""A warm Spark session in a process of its own, and what it says as findings."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from headgate.installation import bring
from headgate.problems import InputError, SourceError
from headgate.sql.check.findings import Code
from headgate.sql.check.report import Report
from headgate.sql.dialect.place import Span
from headgate.sql.spark.jobs import job_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.sql.check.findings import Finding
    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.known import KnownTables
    from headgate.sql.spark.jobs import Job

# Spark doesn't know all functions of Databricks.
_NO_FUNCTION = "[UNRESOLVED_ROUTINE]"
_PATIENCE = 10.0  # seconds that it has to end in
_CHILD = Path(__file__).with_name("child.py")
TESTS = Path(__file__).with_name("run_tests.py")


def _needs() -> str:
    return f"it needs Java 17, and pyspark: {bring(['spark'])}; or a Python that has it, named by HEADGATE_SPARK_PYTHON"


class SparkSession:
    """Spark, for as long as it is open. python: one that has pyspark; child: the file that it runs, which answers jobs.

    Raises InputError where Spark doesn't start.
    """

    def __init__(self, python: str, child: Path = _CHILD) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own file
                [python, str(child)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise InputError(f"{python} can't be run: {error.strerror}", _needs()) from None
        if not self._line():
            self.close()
            raise InputError("Spark does not start", _needs())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End Spark: by itself, so that it leaves no file behind, else by force."""
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def ask(self, job: Job) -> list[dict[str, Any]]:
        """Give for each dataset of a job what Spark says of its flows and conditions: nothing where it takes them.

        Raises SourceError where Spark died.
        """
        answers: list[dict[str, Any]] = self.answer(asdict(job))
        return answers

    def answer(self, job: Mapping[str, Any]) -> Any:
        """Give what the process answers to a job. Raises SourceError where Spark died."""
        assert self._process.stdin is not None  # noqa: S101  # a pipe, as it was asked for
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise SourceError("Spark ended by itself", "try again; it needs 1 GB of memory") from None
        line = self._line()
        if not line:
            raise SourceError("Spark ended by itself", "try again; it needs 1 GB of memory")
        return json.loads(line)

    def _line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101  # a pipe, as it was asked for
        return self._process.stdout.readline()


def spark_findings(files: Sequence[ReadFile], known: KnownTables, session: SparkSession) -> list[Finding]:
    """Give what Spark refuses of a pipeline, at the beginning of the query."""
    reports = {one.name: Report(one.name, one.text) for one in files}
    job = job_of(files, known)
    for dataset, answer in zip(job.datasets, session.ask(job), strict=True):
        for flow, said in zip(dataset.flows, answer["flows"], strict=True):
            if said and _NO_FUNCTION not in said:
                span = Span(flow.start, flow.start + 1)
                reports[flow.file].add(Code.spark, span, f"Spark refuses it: {said}", "change what Spark names")
    return [finding for report in reports.values() for finding in report.findings(strict=False)]
