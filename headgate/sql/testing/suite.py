"""Tests as data, whichever file they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# How files of tests are called: ours, and sdp-test's.
SUFFIX = ".test.yaml"
SDP_SUFFIXES = (".unit_tests.yml", ".unit_tests.yaml", "_pipeline_tests.yml", "_pipeline_tests.yaml")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: column → value, and its line."""

    values: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, and the line of its name."""

    rows: tuple[Row, ...]
    line: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that any row names, in their order."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.values))


@dataclass(frozen=True, slots=True)
class Step:
    """Rows that come in together, by source; and what holds then. expect: "" (of sdp-test) stands for the only table."""

    given: Mapping[str, Rows]
    expect: Mapping[str, Rows]
    dropped: Mapping[str, Rows]
    violations: Mapping[str, tuple[Mapping[str, int], int]]
    line: int

    @property
    def asserted(self) -> dict[str, int]:
        """The tables of which something is to hold → the line that says so."""
        found = {name: rows.line for name, rows in (*self.expect.items(), *self.dropped.items())}
        return found | {name: line for name, (_, line) in self.violations.items()}


@dataclass(frozen=True, slots=True)
class Test:
    """A test. columns: source → column → type; settings: of Spark, for this test.

    batch: streams are read whole, and columns that no row names are added, as sdp-test does.
    """

    __test__ = False  # no test that pytest collects

    name: str
    line: int
    steps: tuple[Step, ...]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests of one pipeline. file: of the tests; pipeline: its file; values: of ${name} in its SQL."""

    file: Path
    pipeline: Path
    tests: tuple[Test, ...]
    values: Mapping[str, str]
