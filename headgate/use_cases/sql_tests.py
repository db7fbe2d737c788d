"""Unit tests of pipelines, run on local Spark."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from headgate.files import needed_text
from headgate.problems import InputError, Problem, refuse
from headgate.sql.testing.suite import SDP_SUFFIXES, SUFFIX
from headgate.transforms.files import is_pipeline_file, need_sqlglot
from headgate.transforms.model import SUFFIX as PIPELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headgate.sql.spark.session import SparkSession
    from headgate.sql.testing.compare import Difference
    from headgate.sql.testing.jobs import TestJob
    from headgate.sql.testing.subject import Subject
    from headgate.sql.testing.suite import Suite, Test

_FOLDERS = ("pipelines", "connectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTestRequest:
    """Files of tests, folders of them, or pipeline files whose tests are beside them; none: those of the project in `root`.

    target: whose values parameters have. values: of ${name} in files of SQL. spark: a Python that has pyspark.
    """

    files: tuple[Path, ...] = ()
    target: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    spark: str
    root: Path = Path()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A test that is ready to run."""

    file: Path
    test: Test
    job: TestJob


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test came to. line: of the test in its file; steps: how many it has."""

    __test__ = False  # no test that pytest collects

    file: Path
    line: int
    name: str
    steps: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.differences


class Runner:
    """Local Spark, warm from the first test that needs it until it is closed. python: one that has pyspark."""

    def __init__(self, python: str) -> None:
        self._python = python
        self._session: SparkSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End Spark."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def run(self, one: Prepared) -> TestResult:
        """Run a test. Raises InputError where Spark doesn't start, SourceError where it died."""
        from headgate.sql.spark.session import TESTS, SparkSession
        from headgate.sql.testing.compare import Difference, differences

        test = one.test
        if one.job.refused:
            found = [Difference("error", 1, "", test.line, message=one.job.refused)]
        else:
            if self._session is None:
                self._session = SparkSession(self._python, TESTS)
            found = differences(test, one.job, self._session.answer(asdict(one.job)))
        return TestResult(one.file, test.line, test.name, len(test.steps), tuple(found))


def run_tests(request: SqlTestRequest) -> Iterator[TestResult]:
    """Run tests, and give each result as it comes. Raises InputError with all that is wrong with the files, before any runs."""
    prepared = prepare(request)
    with Runner(request.spark) as runner:
        for one in prepared:
            yield runner.run(one)


def prepare(request: SqlTestRequest) -> list[Prepared]:
    """Read tests and what they test. Raises InputError with every problem of all files."""
    need_sqlglot()
    found: list[Prepared] = []
    problems: list[Problem] = []
    for path in files_of_tests(request):
        try:
            for suite in _suites(path, request):
                found += _prepared(suite, request)
        except InputError as error:
            problems += error.problems
    refuse(dict.fromkeys(problems))
    return found


def files_of_tests(request: SqlTestRequest) -> list[Path]:
    """Give the files of tests that are asked for. Raises InputError where one is none, and where there are none."""
    if not request.files:
        found = [path for folder in _FOLDERS for path in _below(request.root / folder)]
        if not found:
            fix = f"write NAME{SUFFIX} beside a pipeline file, or name files: docs/sql-test.md says what is in one"
            raise InputError(f"no *{SUFFIX} in pipelines and connectors below {request.root}", fix)
        return found
    return list(dict.fromkeys(one for path in request.files for one in _named(path)))


def is_test_file(path: Path) -> bool:
    """Say whether a file is one of tests, by its name."""
    return path.name.endswith((SUFFIX, *SDP_SUFFIXES))


def _named(path: Path) -> Iterable[Path]:
    if path.is_dir():
        found = _below(path)
        if not found:
            raise InputError(Problem(f"holds no *{SUFFIX}", "name a file, or a folder that has some", str(path)))
        return found
    if is_pipeline_file(path):
        return [path.with_name(path.name.removesuffix(PIPELINE) + SUFFIX)]
    if not is_test_file(path):
        raise InputError(
            Problem("is no file of tests", f"its name ends with {SUFFIX}, or {SDP_SUFFIXES[0]} of sdp-test", str(path))
        )
    return [path]


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.y*ml") if is_test_file(path))


def _suites(path: Path, request: SqlTestRequest) -> list[Suite]:
    from headgate.sql.testing.load import read_suite
    from headgate.sql.testing.sdp import read_sdp

    text = needed_text(path)
    return read_sdp(text, path, request.values) if path.name.endswith(SDP_SUFFIXES) else [read_suite(text, path)]


def _prepared(suite: Suite, request: SqlTestRequest) -> list[Prepared]:
    from headgate.sql.testing.jobs import jobs_of

    jobs = jobs_of(suite, _subject(suite, request))
    return [Prepared(suite.file, test, job) for test, job in zip(suite.tests, jobs, strict=True)]


def _subject(suite: Suite, request: SqlTestRequest) -> Subject:
    from headgate.sql.language.load import load_pipeline
    from headgate.sql.testing.sdp import filled
    from headgate.sql.testing.subject import subject_of_pipeline, subject_of_sql

    if not suite.pipeline.is_file():
        fix = "name it by `pipeline:`" if suite.file.name.endswith(SUFFIX) else "`model` is seen from the file of tests"
        raise InputError(Problem(f"there is no {suite.pipeline}, which it tests", fix, str(suite.file)))
    if is_pipeline_file(suite.pipeline):
        return subject_of_pipeline(load_pipeline(suite.pipeline, request.target))
    text = filled(needed_text(suite.pipeline), {**suite.values, **request.values})
    return subject_of_sql(text, str(suite.pipeline))
