"""From a test to what the process with Spark does: the tables that are given rows, those that are made of them, the steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from headgate.problems import InputError, Problem, did_you_mean
from headgate.sql.graph import in_order
from headgate.sql.known import KnownTable, KnownTables, key_of_text
from headgate.sql.spark.jobs import job_of, outside_name, own_name
from headgate.sql.testing.values import text_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.sql.dialect.statements import ChangeRules, ColumnChoice, Flow
    from headgate.sql.graph import Dataset
    from headgate.sql.spark.jobs import DatasetJob, FlowJob
    from headgate.sql.testing.subject import Outside, Subject
    from headgate.sql.testing.suite import Rows, Suite, Test

Texts = list[list[str | None]]


@dataclass(frozen=True, slots=True)
class TestJob:
    """A test as Spark runs it, as JSON.

    tables: those that are given rows, name there → column → type. datasets: those that are made, in an order to make them in.
    steps: for each the rows by table with their lines, and what is asked of which dataset. asked: table as the test calls it →
    dataset there. names: dataset there → its own name. refused: why the test can't be run here; empty where it can.
    """

    __test__ = False  # no test that pytest collects

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datasets: Sequence[Mapping[str, Any]] = ()
    steps: Sequence[Mapping[str, Any]] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    adds_columns: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""


def jobs_of(suite: Suite, subject: Subject) -> list[TestJob]:
    """Give the jobs of a suite's tests, in their order. Raises InputError with every name that the pipeline does not have."""
    problems: list[Problem] = []
    found = [_Making(suite, subject, test, problems).job() for test in suite.tests]
    if problems:
        raise InputError(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
    return found


class _Making:
    """Makes one test's job. problems: where what is wrong with the test is put."""

    def __init__(self, suite: Suite, subject: Subject, test: Test, problems: list[Problem]) -> None:
        self.suite, self.subject, self.test, self.problems = suite, subject, test, problems
        self.columns: dict[tuple[str, ...], dict[str, str]] = {}

    def job(self) -> TestJob:
        before = len(self.problems)
        asked = self._asked()
        self._typed()
        if len(self.problems) > before:
            return TestJob()
        outside = {one.key: one for one in self.subject.sources.values()}
        known = KnownTables([KnownTable(".".join(key), self.columns.get(key)) for key in outside])
        made = job_of([self.subject.file], known, whole=self.test.batch)
        pairs = list(zip(in_order(self.subject.graph), made.datasets, strict=True))
        needed = _needed([job for _, job in pairs], {own_name(one) for one in asked.values()})
        pairs = [(dataset, job) for dataset, job in pairs if job.name in needed]
        refused = next((text for dataset, job in pairs if (text := self._refused(dataset, job))), "")
        if refused:
            return TestJob(refused=refused)
        names = {job.name: dataset.definition.name.parts[-1] for dataset, job in pairs}
        there = {name: own_name(dataset) for name, dataset in asked.items()}
        tables = {outside_name(key): columns for key, columns in self.columns.items()}
        datasets = [self._dataset(number, dataset, job) for number, (dataset, job) in enumerate(pairs)]
        steps = list(self._steps(there))
        return TestJob(tables, datasets, steps, self.test.settings, self.test.batch, there, names)

    def _asked(self) -> dict[str, Dataset]:
        """Find the tables of which something is to hold, by the names that the test has for them."""
        found: dict[str, Dataset] = {}
        for step in self.test.steps:
            for name, line in step.asserted.items():
                dataset = self._named(name)
                if dataset is None and not name:
                    self._problem("the model has several tables, of which a test expects one", "write a file for each", line)
                    continue
                if dataset is None:
                    known = [str(one.definition.name.parts[-1]) for one in self.subject.graph.datasets]
                    self._problem(f"the pipeline makes no table {name!r}", did_you_mean(name, known), line)
                    continue
                found[name] = dataset
                own = {one.name for one in dataset.definition.expectations}
                for key in step.violations.get(name, ({}, 0))[0]:
                    if key not in own:
                        self._problem(f"{name} has no expectation {key!r}", did_you_mean(key, own), line)
        return found

    def _named(self, name: str) -> Dataset | None:
        datasets = self.subject.graph.datasets
        if not name:  # sdp-test's only table
            return datasets[0] if len(datasets) == 1 else None
        own = next((one for one in datasets if one.key[-1] == name.lower()), None)
        return own or self.subject.graph.find(key_of_text(name))

    def _typed(self) -> None:
        """Give each table that has rows, or whose columns are known, their types."""
        given: dict[str, list[Rows]] = {}
        for step in self.test.steps:
            for name, rows in step.given.items():
                given.setdefault(name, []).append(rows)
        for name in dict.fromkeys([*self.test.columns, *given]):
            if self.subject.source(name) is None and not self.test.batch:
                line = given[name][0].line if name in given else self.test.line
                self._problem(f"the pipeline reads nothing called {name!r}", did_you_mean(name, self.subject.sources), line)
        for own, outside in self.subject.sources.items():
            said = [name for name in [*self.test.columns, *given] if self.subject.source(name) is outside]
            declared = dict(outside.columns)
            for name in said:
                declared |= self.test.columns.get(name, {})
            there = [rows for name in dict.fromkeys(said) for rows in given.get(name, [])]
            if declared or there:
                self.columns[outside.key] = self._columns(own, outside, declared, there)

    def _columns(self, name: str, outside: Outside, declared: dict[str, str], given: Sequence[Rows]) -> dict[str, str]:
        found = dict(declared)
        folded = {one.lower(): one for one in declared}
        values: dict[str, list[Any]] = {}
        for rows in given:
            for row in rows.rows:
                for column, value in row.values.items():
                    if column.lower() not in folded:
                        values.setdefault(column, []).append(value)
                        if outside.columns and not self.test.batch:
                            fix = did_you_mean(column, declared)
                            self._problem(f"{name} has no column {column!r}", fix, row.line)
        for column, some in values.items():
            found[column] = "TIMESTAMP" if column == outside.time else type_of(some)
        # A table without a column can't be made; sdp-test adds what its models read.
        return found or {"_no_column": "STRING"}

    def _refused(self, dataset: Dataset, job: DatasetJob) -> str:
        """Say why a table can't be made here; empty where it can."""
        name = dataset.definition.name.parts[-1]
        for (flow, _), one in zip(dataset.flows, job.flows, strict=True):
            if key := one.unknown_table:
                called = next((name for name, source in self.subject.sources.items() if source.key == key), ".".join(key))
                return f"{name} reads {called}: give it rows, or say its columns under `columns`"
            if one.unknown:
                return f"{name} can't be run on open-source Spark: {one.unknown}"
            if flow.kind == "replace":
                return f"{name} can't be run on open-source Spark: it has no REPLACE flows"
            if flow.changes and flow.changes.snapshot:
                return f"{name} can't be run on open-source Spark: it applies no snapshots"
        return ""

    def _dataset(self, place: int, dataset: Dataset, job: DatasetJob) -> dict[str, Any]:
        definition = dataset.definition
        whole = self.test.batch or definition.kind in ("materialized view", "table")
        typed = {column.name: column.type for column in definition.columns if column.type}
        return {
            "name": job.name,
            "is_view": job.is_view,
            "whole": whole,
            "columns": typed if len(typed) == len(definition.columns) else {},
            "flows": [
                self._flow(flow, one, f"{place}_{number}")
                for number, ((flow, _), one) in enumerate(zip(dataset.flows, job.flows, strict=True))
            ],
            "expectations": [
                {"name": one.name, "condition": condition, "action": one.action}
                for one, condition in zip(definition.expectations, job.conditions, strict=True)
            ],
        }

    def _flow(self, flow: Flow, job: FlowJob, name: str) -> dict[str, Any]:
        aliases = {
            one.alias_or_name.lower(): outside_name(source.key)
            for one in flow.query.tree.find_all(exp.Table)
            if (source := self.subject.source(".".join(part.name for part in one.parts)))
        }
        return {
            "id": name,
            "query": job.query,
            "wants": "either" if self.test.batch else job.wants,
            "once": flow.kind == "once",
            "changes": _changes(flow.changes) if flow.changes else None,
            "aliases": {name: table for name, table in aliases.items() if table in map(outside_name, self.columns)},
        }

    def _steps(self, asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for step in self.test.steps:
            given: dict[str, Texts] = {}
            lines: dict[str, list[int]] = {}
            for name, rows in step.given.items():
                outside = self.subject.source(name)
                if outside is not None:
                    columns = [column.lower() for column in self.columns[outside.key]]
                    given.setdefault(outside_name(outside.key), []).extend(_texts(rows, columns))
                    lines.setdefault(outside_name(outside.key), []).extend(row.line for row in rows.rows)
            yield {
                "rows": given,
                "lines": lines,
                "asked": {asked[name]: _question(rows) for name, rows in step.expect.items()},
                "dropped": {asked[name]: _question(rows) for name, rows in step.dropped.items()},
            }

    def _problem(self, message: str, fix: str, line: int) -> None:
        self.problems.append(Problem(message, fix, str(self.suite.file), line, path=self.test.name))


def _question(rows: Rows) -> dict[str, Any]:
    columns = rows.columns
    return {"columns": list(columns), "rows": _texts(rows, [column.lower() for column in columns])}


def _texts(rows: Rows, columns: Sequence[str]) -> Texts:
    folded = [{name.lower(): text_of(value) for name, value in row.values.items()} for row in rows.rows]
    return [[row.get(column) for column in columns] for row in folded]


def _needed(jobs: Sequence[DatasetJob], asked: set[str]) -> set[str]:
    """Give the datasets that are asked for, with all that they read."""
    reads = {one.name: {name for flow in one.flows for name in flow.needs} for one in jobs}
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += reads.get(name, ())
    return found


def _changes(rules: ChangeRules) -> dict[str, Any]:
    """Give the rules of AUTO CDC as `spark.apply_changes` takes them."""
    details = rules.details
    sql = {
        "sequence": details.sequence,
        "where": details.where,
        "deletes": details.deletes,
        "truncates": details.truncates,
    }
    return {
        "keys": list(rules.keys),
        "scd": rules.scd,
        "ignores_nulls": details.ignores_nulls,
        **{key: tree.sql("databricks") if tree is not None else "" for key, tree in sql.items()},
        **_choice("columns", "except", details.kept),
        **_choice("history", "history_except", details.tracked),
    }


def _choice(named: str, excepted: str, choice: ColumnChoice) -> dict[str, list[str]]:
    names = list(choice.names)
    return {named: [] if choice.excepted else names, excepted: names if choice.excepted else []}
